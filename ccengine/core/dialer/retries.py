"""When a lead is dialed again and on which number, by how the last attempt ended.

The law may ask for a longer pause: that is looked at when the next attempt is to be placed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.leads import AttemptOutcome, Tries
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from ccengine.core.dialer.leads import LeadNumber

MINUTE_SECONDS: Final = 60.0
DAY_SECONDS: Final = 86_400.0


SKIPPED: Final = "skipped"
"""The word of rules for a lead that an agent has seen and does not want dialed now."""


class Which(StrEnum):
    """On which of a lead's numbers the next attempt is made."""

    SAME = "same"
    NEXT = "next"  #: the one after it that is not dead; after the last one the first
    FIRST = "first"


class Sequel(StrEnum):
    """What a disposition means for the lead. One that has none goes by the rules of retries."""

    DONE = "done"  #: they are not called again, whatever the rules say of an answer
    CALLBACK = "callback"  #: they want a call at a time; without one they are called next day
    DO_NOT_CALL = "do_not_call"  #: they want no more calls of the client, and get none
    WRONG_NUMBER = "wrong_number"  #: it is not theirs: never again; the next one is dialed


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """What follows an outcome or a disposition."""

    after_minutes: tuple[float, ...]  #: after the first, the second … such end; then the last one
    times: int = 1  #: so many attempts more for this reason
    number: Which = Which.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycle:
    """Leads of which every attempt came to nothing are begun anew."""

    after_days: float
    times: int = 1
    outcomes: tuple[str, ...] = (AttemptOutcome.NO_ANSWER, AttemptOutcome.BUSY)
    """How the last attempt of one that is recycled has ended."""


USUAL_RULES: Final[Mapping[str, RetryRule]] = {
    AttemptOutcome.NO_ANSWER: RetryRule(after_minutes=(120, 1440), times=3, number=Which.NEXT),
    AttemptOutcome.BUSY: RetryRule(after_minutes=(10, 30, 120), times=3),
    AttemptOutcome.MACHINE: RetryRule(after_minutes=(240, 1440), times=2, number=Which.NEXT),
    AttemptOutcome.CUT_OFF: RetryRule(after_minutes=(1440,), times=1),
    AttemptOutcome.ABANDONED: RetryRule(after_minutes=(4320,), times=1),
    AttemptOutcome.INVALID: RetryRule(after_minutes=(0,), times=10, number=Which.NEXT),
    AttemptOutcome.FAILED: RetryRule(after_minutes=(15, 60), times=3),
    AttemptOutcome.CANCELLED: RetryRule(after_minutes=(10,), times=3),
    AttemptOutcome.LOST: RetryRule(after_minutes=(1440,), times=1),
}
"""Where a campaign says nothing of an outcome. Who talked with us, refused or rejected the call is
left alone; who was abandoned, for 72 hours."""


TIMELESS_CALLBACK: Final = RetryRule(after_minutes=(DAY_SECONDS / MINUTE_SECONDS,))
"""For who wants to be called back, and nobody said when."""

FINAL: Final = frozenset({Sequel.DONE, Sequel.DO_NOT_CALL})

NO_NUMBER_LEFT: Final = "no number is left"
"""Said of a lead whose numbers are all dead."""

AFTER_SKIP: Final = RetryRule(after_minutes=(DAY_SECONDS / MINUTE_SECONDS,))
"""Where a campaign says nothing of leads that agents skip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """All that a campaign says of it."""

    most_attempts: int = 8  #: of a lead, until it is recycled
    rules: Mapping[str, RetryRule] = field(default_factory=dict)  #: by outcome or disposition
    recycle: Recycle | None = None

    def rule_of(self, ended: Ended) -> tuple[str, RetryRule | None]:
        """Return what counts of an ending, and the rule for it: a disposition's comes first."""
        if ended.disposition in self.rules:
            return ended.disposition, self.rules[ended.disposition]
        if ended.sequel is Sequel.CALLBACK:
            return ended.disposition, TIMELESS_CALLBACK
        if ended.sequel is Sequel.WRONG_NUMBER:
            return self.rule_of(
                replace(ended, outcome=AttemptOutcome.INVALID, disposition="", sequel=None)
            )
        word = str(ended.outcome)
        return word, self.rules.get(word) or USUAL_RULES.get(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an attempt ended."""

    number: str
    outcome: AttemptOutcome
    at: Instant
    disposition: str = ""  #: said by the agent; empty: nothing was
    sequel: Sequel | None = None  #: what the disposition means


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The lead is dialed again."""

    due_at: Instant
    number: str
    tries: Tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The lead is not dialed any more."""

    because: str
    tries: Tries


def after(
    ended: Ended, numbers: Sequence[LeadNumber], tries: Tries, rules: RetryRules
) -> Again | Finished:
    """Return what becomes of a lead when an attempt has ended.

    Args:
        ended: the attempt.
        numbers: all of the lead's; the one that was dialed is marked dead already if it is.
        tries: what was tried before this attempt.
        rules: the campaign's.
    """
    word, rule = rules.rule_of(ended)
    counted = _counted(tries, word, ended.number)
    alive = [one.number for one in numbers if not one.is_dead]
    if ended.sequel in FINAL:
        return Finished(because=ended.disposition, tries=counted)
    if not alive:
        return Finished(because=NO_NUMBER_LEFT, tries=counted)
    if rule is None or not rule.times:
        return Finished(because=word, tries=counted)
    times = counted.by_rule[word]
    if times > rule.times or counted.attempts >= rules.most_attempts:
        return _recycled(ended, word, alive, counted, rules)
    pause = rule.after_minutes[min(times, len(rule.after_minutes)) - 1] * MINUTE_SECONDS
    number = _number(rule.number, ended.number, numbers, alive)
    return Again(due_at=ended.at + pause, number=number, tries=counted)


def undone(ended: Ended, tries: Tries, rules: RetryRules) -> Tries:
    """Return what was tried as if an attempt had not been counted yet: it did not end so.

    Of a lead that was begun anew meanwhile nothing is known any more: it is left as it is.
    """
    word, _ = rules.rule_of(ended)
    times = tries.by_rule.get(word, 0)
    if not times:
        return tries
    by_rule = {name: count for name, count in tries.by_rule.items() if name != word}
    if times > 1:
        by_rule[word] = times - 1
    return replace(tries, attempts=max(0, tries.attempts - 1), by_rule=by_rule)


def due_after_skip(reason: str, at: Instant, rules: RetryRules) -> Instant | None:
    """Return when a lead is shown again that an agent has skipped; None: never.

    Nothing was tried, so nothing is counted: a rule's first pause holds each time.

    Args:
        reason: said by the agent; a rule of this name comes before that for `skipped`.
        at: it was skipped.
        rules: the campaign's.
    """
    rule = rules.rules.get(reason) or rules.rules.get(SKIPPED) or AFTER_SKIP
    return at + rule.after_minutes[0] * MINUTE_SECONDS if rule.times else None


def kills_number(outcome: AttemptOutcome, sequel: Sequel | None = None) -> bool:
    """Tell whether a number that ended so is never dialed again."""
    return outcome is AttemptOutcome.INVALID or sequel is Sequel.WRONG_NUMBER


def _counted(tries: Tries, word: str, number: str) -> Tries:
    by_rule = {**tries.by_rule, word: tries.by_rule.get(word, 0) + 1}
    return replace(tries, attempts=tries.attempts + 1, by_rule=by_rule, last=number)


def _recycled(
    ended: Ended, word: str, alive: Sequence[str], tries: Tries, rules: RetryRules
) -> Again | Finished:
    recycle = rules.recycle
    if recycle is None or tries.recycled >= recycle.times or word not in recycle.outcomes:
        return Finished(because=f"{word}, too often", tries=tries)
    anew = Tries(recycled=tries.recycled + 1, last=tries.last)
    due_at = ended.at + recycle.after_days * DAY_SECONDS
    return Again(due_at=due_at, number=alive[0], tries=anew)


def _number(which: Which, dialed: str, numbers: Sequence[LeadNumber], alive: Sequence[str]) -> str:
    if which is Which.FIRST or (which is Which.SAME and dialed not in alive):
        return alive[0]
    if which is Which.SAME:
        return dialed
    all_numbers = [one.number for one in numbers]
    start = all_numbers.index(dialed) + 1 if dialed in all_numbers else 0
    return next(one for one in [*all_numbers[start:], *alive] if one in alive)
