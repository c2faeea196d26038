"""Answer scores: how much likelier than the campaign's average a lead answers, dialed now.

Learned from the campaign's own calls. The log-odds of an answer are those of the campaign plus one
term for each of the lead's signs (`signs.py`): a logistic regression without crossings. Each term
begins at 0 with a prior that holds it there until calls tell otherwise, and is corrected by each
call's error together with all others that applied to it, so that signs which go together are not
counted twice: sequential updating with independent normal beliefs, after Spiegelhalter and
Lauritzen, Networks 20 (1990). How fast calls are answered at this moment is not asked here but of
`pacing/answer_rate.py`; what scores turn out to be worth, of `pacing/scores.py`.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.core.dialer.pacing.scores import AVERAGE
from ccengine.core.dialer.signs import signs_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.dialer.leads import Lead, LeadKey
    from ccengine.core.dialer.pacing.situation import Memory
    from ccengine.core.ids import Instant

CALLS_BEFORE: Final = 100
"""So many calls must have ended before leads have scores: they say how often people answer."""

PRIOR_VARIANCE: Final = 0.1
"""Of a sign's term: odds by a third more or less are usual, twice or half of them are seldom."""

LEAST_VARIANCE: Final = 0.002
"""What was learned is worth no more than some 2500 calls: old ones fade."""

MOST_SIGNS: Final = 600
"""Beyond so many no new ones are learned: a list may have numbers of any country."""

MOST_TERM: Final = 5.0
MOST_DIFFERENCE: Final = 3.0
RENEWED_EVERY_SECONDS: Final = 60.0

LEVEL: Final = "level"
COUNTS: Final = "counts"
SIGN: Final = "sign "


class Belief(NamedTuple):
    """What is thought of a term of the log-odds."""

    mean: float = 0.0
    variance: float = PRIOR_VARIANCE


class AnswerScores:
    """One campaign's.

    Scores go by what was known as the minute began, so that a lead's is reckoned once in it.
    """

    def __init__(self) -> None:
        self._answers = 0
        self._calls = 0
        self._beliefs: dict[str, Belief] = {}
        self._terms: dict[str, float] = {}  # as the minute began; empty: too little is known
        self._since: Instant = 0.0
        self._reckoned: dict[LeadKey, tuple[Lead, float]] = {}

    def renew(self, now: Instant) -> None:
        """Go by what is known now and by the hour that it is, if another minute has begun."""
        since = now // RENEWED_EVERY_SECONDS * RENEWED_EVERY_SECONDS
        if since == self._since:
            return
        self._since = since
        self._terms = {sign: belief.mean for sign, belief in self._beliefs.items()}
        self._reckoned.clear()

    def of(self, lead: Lead) -> float | None:
        """Return a lead's score, 0 to 1; AVERAGE: answers like all; None: nobody knows."""
        if lead.score is not None or not self._terms:
            return lead.score
        found = self._reckoned.get(lead.key)
        if found is None or found[0] is not lead:
            found = self._reckoned[lead.key] = (lead, self.of_signs(self.signs(lead)))
        return found[1]

    def of_all(self, leads: Iterable[Lead]) -> list[float]:
        """Return the scores of leads, in their order; empty: that of one is not known."""
        scores = [self.of(lead) for lead in leads]
        known = [score for score in scores if score is not None]
        return known if len(known) == len(scores) else []

    def signs(self, lead: Lead) -> tuple[str, ...]:
        """Return the signs by which a lead is dialed in this minute."""
        return signs_of(lead, self._since)

    def of_signs(self, signs: Iterable[str]) -> float:
        """Return the score of whoever has these signs."""
        level = self._terms.get(LEVEL, 0.0)
        difference = _within(sum(self._terms.get(sign, 0.0) for sign in signs), MOST_DIFFERENCE)
        return min(1.0, AVERAGE * _chance(level + difference) / _chance(level))

    def learn(self, signs: Iterable[str], *, answered: bool) -> None:
        """Learn how a call ended that was placed with these signs."""
        self._calls += 1
        self._answers += answered
        if self._calls > CALLS_BEFORE:
            self._correct([LEVEL, *filter(self._is_learned, signs)], answered=answered)
        elif self._calls == CALLS_BEFORE:
            self._beliefs[LEVEL] = self._first_level()

    def _first_level(self) -> Belief:
        chance = (self._answers + 0.6) / (self._calls + 2)
        return Belief(log(chance / (1 - chance)), 1 / (self._calls * chance * (1 - chance)))

    def _is_learned(self, sign: str) -> bool:
        if sign not in self._beliefs and len(self._beliefs) < MOST_SIGNS:
            self._beliefs[sign] = Belief()
        return sign in self._beliefs

    def _correct(self, applied: Iterable[str], *, answered: bool) -> None:
        beliefs = {sign: self._beliefs[sign] for sign in applied}
        chance = _chance(sum(one.mean for one in beliefs.values()))
        spread = chance * (1 - chance)
        gain = 1 / (1 + spread * sum(one.variance for one in beliefs.values()))
        for sign, (mean, variance) in beliefs.items():
            corrected = mean + gain * variance * (answered - chance)
            left = variance * (1 - gain * spread * variance)
            self._beliefs[sign] = Belief(_within(corrected, MOST_TERM), max(LEAST_VARIANCE, left))

    def memory(self) -> Memory:
        """Return all that was learned, as numbers."""
        counts = {COUNTS: (float(self._answers), float(self._calls), self._since)}
        signs = {
            SIGN + sign: (*belief, *((self._terms[sign],) if sign in self._terms else ()))
            for sign, belief in self._beliefs.items()
        }
        return {**counts, **signs}

    def recall(self, memory: Memory) -> None:
        """Go on exactly as if this had been learned here; nothing in it: as one that begins."""
        if COUNTS not in memory:
            return
        answers, calls, self._since = memory[COUNTS]
        self._answers, self._calls = int(answers), int(calls)
        signs = {
            name.removeprefix(SIGN): numbers
            for name, numbers in memory.items()
            if name.startswith(SIGN)
        }
        self._beliefs = {sign: Belief(*numbers[:2]) for sign, numbers in signs.items()}
        self._terms = {sign: one for sign, (_, _, *term) in signs.items() for one in term}
        self._reckoned.clear()


def _chance(log_odds: float) -> float:
    return 1 / (1 + exp(-_within(log_odds, 2 * MOST_TERM)))


def _within(number: float, most: float) -> float:
    return max(-most, min(most, number))
