"""Counts and sums of time, by quarter of an hour and by whom and what they belong to.

A stay in a queue counts where the caller entered the queue, a talk and the wrap-up after it where
the talk began; an agent's time is cut at the quarters. Clocks are changed by whole quarters in all
zones in use, so quarters make up the half hours, hours and days of any zone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from typing_extensions import override

from ccengine.core.states import ITEMS, Kind
from ccengine.reporting.kpis.facts import Book, Doing, Fate, Grain, Measured, Ms
from ccengine.reporting.kpis.tiling import Tiling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccengine.core.events import DisputeAnswered, ReviewDisputed, ReviewPublished
    from ccengine.core.ids import ClientId, QueueId
    from ccengine.core.reviewed import Reviewed
    from ccengine.reporting.kpis.facts import CallFacts, Login, Opinion, Part, Ring, Stretch, Visit

QUARTER: Ms = 900_000
DAY: Ms = 86_400_000
REPEATED_WITHIN: Ms = 7 * DAY
"""A customer who calls again within was not helped the first time."""
SERVED = ITEMS | {Kind.CALL, Kind.TASK}
"""Kinds of work that come to agents from queues."""
BETWEEN_COLLEAGUES: Mapping[Kind, Doing] = {
    Kind.INTERNAL: Doing.INTERNAL,
    Kind.CONSULT: Doing.CONSULTING,
}
"""Calls that no customer is in, and what agents do in them."""


class Key(NamedTuple):
    """Whose a count is. Empty: of nobody in particular."""

    client: str = ""
    queue: str = ""
    number: str = ""  #: that was dialed
    kind: str = ""
    team: str = ""
    agent: str = ""
    contact_reason: str = ""  #: as the agent said; known of what callers think, and nothing else


@dataclass(slots=True)
class Counts:
    """Whole numbers, and times in milliseconds. All but the longest wait can be added up."""

    arrived: int = 0  #: calls
    missed: int = 0  #: of those, that no engine took
    refused: int = 0  #: not let into a queue
    offered: int = 0  #: calls that entered a queue
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    left: int = 0  #: sent on by limits, keys, agents
    callbacks: int = 0  #: callers who took a callback in place of waiting
    wait_answered: Ms = 0
    wait_abandoned: Ms = 0
    longest_wait: Ms = 0
    items: int = 0  #: callbacks and messages that came to a queue
    items_served: int = 0
    rings: int = 0  #: times a phone was rung
    rings_missed: int = 0  #: of those, that the agent did not take
    handled: int = 0  #: agents' parts in calls from queues
    talk: Ms = 0
    hold: Ms = 0
    wrap_up: Ms = 0
    sent_blind: int = 0  #: to a colleague or a number without asking
    sent_attended: int = 0  #: handed over
    sent_back: int = 0  #: to a queue
    judged: int = 0  #: of the handled, said to be resolved or not
    resolved: int = 0
    contacts: int = 0  #: customers who are known by number and talked with an agent
    repeated: int = 0  #: of those, who came again
    survey_asked: int = 0  #: callers who were asked how it was, when the agent had hung up
    survey_answered: int = 0  #: of those, who gave a score
    survey_score: int = 0  #: sum of the scores
    measured: Ms = 0  #: of agents' talks in recordings, hold and pauses left out
    silence: Ms = 0  #: of these, nobody talked
    talk_over: Ms = 0  #: of these, both talked
    reviews: int = 0  #: published
    review_score: int = 0  #: sum of scores, in hundredths of a percent
    reviews_failed: int = 0  #: by a question that fails a call
    disputes: int = 0
    disputes_answered: int = 0
    disputes_accepted: int = 0  #: of those, with which the reviewer agreed
    dialled: int = 0  #: calls to the outside by hand that were answered
    dialled_talk: Ms = 0
    available: Ms = 0  #: agents' time from here on
    not_ready: Ms = 0
    ringing: Ms = 0
    connecting: Ms = 0
    talking: Ms = 0
    holding: Ms = 0
    consulting: Ms = 0
    internal: Ms = 0
    wrapping_up: Ms = 0

    def add(self, other: Counts) -> None:
        """Add up with another's."""
        longest = max(self.longest_wait, other.longest_wait)
        for name, value in zip(NAMES, _values(other), strict=True):
            if value:
                setattr(self, name, getattr(self, name) + value)
        self.longest_wait = longest

    @property
    def logged_in(self) -> Ms:
        """Agents' time in all."""
        return sum(getattr(self, name) for name in TIMES.values())


def total(parts: Iterable[Counts]) -> Counts:
    """Add up many at once: column by column, which is how it is quickest."""
    values = [_values(one) for one in parts]
    whole = Counts(*map(sum, zip(*values, strict=True)))
    whole.longest_wait = max((one[_LONGEST] for one in values), default=0)
    return whole


NAMES = tuple(one.name for one in fields(Counts))
_values = attrgetter(*NAMES)
_LONGEST = NAMES.index("longest_wait")
TIMES: Mapping[Doing, str] = {
    **{doing: doing.value for doing in Doing},
    Doing.WRAP_UP: "wrapping_up",
}
"""Where the time for each thing that agents do is counted."""
SENT = {"blind": "sent_blind", "attended": "sent_attended", "queue": "sent_back"}

Place = tuple[int, Key]
"""Number of the quarter since the epoch, and whose."""


class Tally(Book):
    """Counts by place."""

    def __init__(self) -> None:
        self.cells: defaultdict[Place, Counts] = defaultdict(Counts)
        self.tiling = Tiling()
        self._latest: dict[tuple[str, str], tuple[Ms, Counts | None]] = {}

    def between(self, begins: Ms, ends: Ms) -> Iterable[tuple[int, Key, Counts]]:
        """Yield what belongs to the quarters from one instant until before another."""
        first, last = begins // QUARTER, -(-ends // QUARTER)
        for (quarter, key), counts in self.cells.items():
            if first <= quarter < last:
                yield quarter, key, counts

    def forget_before(self, at: Ms) -> None:
        """Drop what is older: nobody asks for it any more."""
        for place in [place for place in self.cells if place[0] < at // QUARTER]:
            del self.cells[place]
        latest = self._latest
        for customer in [name for name in latest if latest[name][0] < at - REPEATED_WITHIN]:
            del latest[customer]
        self.tiling.forget_before(at)

    # --- calls --------------------------------------------------------------------------------

    @override
    def arrive(self, call: CallFacts, *, missed: bool) -> None:
        counts = self._at(call.arrived, Key(call.client, number=call.number, kind=call.kind))
        counts.arrived += 1
        counts.missed += missed

    @override
    def enter(self, visit: Visit) -> None:
        counts = self._of_visit(visit)
        if visit.call.kind in ITEMS:
            counts.items += 1
        else:
            counts.offered += 1
            self._follow_up(visit.call, visit.entered)

    @override
    def refuse(self, call: CallFacts, queue: QueueId, at: Ms) -> None:
        self._at(at, Key(call.client, queue, call.number, call.kind)).refused += 1

    @override
    def leave(self, visit: Visit) -> None:
        if visit.call.kind in ITEMS:
            self._of_visit(visit, with_agent=True).items_served += visit.fate is Fate.ANSWERED
            return
        match visit.fate:
            case Fate.ANSWERED:
                self._answer(visit)
            case Fate.ABANDONED:
                self._abandon(visit)
            case Fate.CALLBACK:
                self._of_visit(visit).callbacks += 1
            case _:
                self._of_visit(visit).left += 1

    @override
    def talk(self, part: Part) -> None:
        counts = self._of_part(part)
        if part.call.kind is Kind.OUTBOUND:
            counts.dialled += 1
            counts.dialled_talk += part.talk + part.held
        elif part.call.kind in SERVED:
            counts.handled += 1
            counts.talk += part.talk
            counts.hold += part.held
            if part.sent_on:
                name = SENT[part.sent_on]
                setattr(counts, name, getattr(counts, name) + 1)
            self._note_contact(part, counts)

    @override
    def wrap_up(self, part: Part, length: Ms) -> None:
        if part.call.kind in SERVED:
            self._of_part(part).wrap_up += length

    @override
    def say(self, part: Part, *, before: bool | None) -> None:
        if part.call.kind not in SERVED:
            return
        counts = self._of_part(part)
        counts.judged += (part.resolved is not None) - (before is not None)
        counts.resolved += (part.resolved is True) - (before is True)

    @override
    def judge(self, part: Part, *, before: Opinion | None) -> None:
        for opinion, count in ((before, -1), (part.opinion, 1)):
            if opinion is None or part.call.kind not in SERVED:
                continue
            counts = self._of_part(part, opinion.reason)
            counts.survey_asked += count
            if opinion.score is not None:
                counts.survey_answered += count
                counts.survey_score += count * opinion.score

    @override
    def measure(self, part: Part, found: Measured, *, before: Measured | None) -> None:
        counts, was = self._of_part(part), before or Measured()
        counts.measured += found.seconds - was.seconds
        counts.silence += found.silence - was.silence
        counts.talk_over += found.talk_over - was.talk_over

    @override
    def review(self, event: ReviewPublished, client: ClientId, at: Ms) -> None:
        counts = self._at(at, _key_of(event, client))
        counts.reviews += 1
        counts.review_score += hundredths(event.score_percent)
        counts.reviews_failed += event.failed

    @override
    def dispute(self, event: ReviewDisputed, client: ClientId, at: Ms) -> None:
        self._at(at, _key_of(event, client)).disputes += 1

    @override
    def settle(self, event: DisputeAnswered, client: ClientId, at: Ms) -> None:
        key = _key_of(event, client)
        counts = self._at(at, key)
        counts.disputes_answered += 1
        counts.disputes_accepted += event.accepted
        change = hundredths(event.score_percent) - hundredths(event.before_percent)
        fails = event.failed - event.failed_before
        if change or fails:  # where the review is counted
            counts = self._at(Grain.MILLISECOND.of(event.published_at), key)
            counts.review_score += change
            counts.reviews_failed += fails

    # --- agents -------------------------------------------------------------------------------

    @override
    def ring(self, ring: Ring) -> None:
        self._of_ring(ring).rings += 1

    @override
    def miss(self, ring: Ring) -> None:
        self._of_ring(ring).rings_missed += 1

    @override
    def log_in(self, login: Login) -> None:
        self.tiling.log_in(login)

    @override
    def log_out(self, login: Login) -> None:
        self.tiling.log_out(login)

    @override
    def spend(self, stretch: Stretch) -> None:
        self.tiling.spend(stretch)
        name = TIMES[stretch.doing]
        key = Key(
            stretch.client,
            stretch.queue or "",
            stretch.number,
            team=stretch.team,
            agent=stretch.agent,
        )
        begins = stretch.begins
        while begins < stretch.ends:
            ends = min(stretch.ends, (begins // QUARTER + 1) * QUARTER)
            counts = self._at(begins, key)
            setattr(counts, name, getattr(counts, name) + ends - begins)
            begins = ends

    # --- the parts ----------------------------------------------------------------------------

    def _answer(self, visit: Visit) -> None:
        counts = self._of_visit(visit, with_agent=True)
        counts.answered += 1
        counts.wait_answered += visit.wait
        counts.answered_in_time += visit.wait <= in_ms(visit.measure.target)
        counts.longest_wait = max(counts.longest_wait, visit.wait)

    def _abandon(self, visit: Visit) -> None:
        counts = self._of_visit(visit)
        counts.abandoned += 1
        counts.wait_abandoned += visit.wait
        counts.abandoned_in_time += visit.wait <= in_ms(visit.measure.target)
        counts.abandoned_short += visit.wait < in_ms(visit.measure.short)
        counts.longest_wait = max(counts.longest_wait, visit.wait)

    def _note_contact(self, part: Part, counts: Counts) -> None:
        call = part.call
        if call.is_contact or not call.customer:
            return
        call.is_contact = True
        counts.contacts += 1
        self._latest[call.client, call.customer] = (part.started, counts)

    def _follow_up(self, call: CallFacts, at: Ms) -> None:
        """Count the contact before, if it was not long ago: the customer comes again."""
        known = self._latest.get((call.client, call.customer)) if call.customer else None
        if known is None or call.followed_up or call.is_contact:
            return
        call.followed_up = True
        then, counts = known
        if counts is not None and then >= at - REPEATED_WITHIN:
            counts.repeated += 1
            self._latest[call.client, call.customer] = (then, None)

    def _of_visit(self, visit: Visit, *, with_agent: bool = False) -> Counts:
        call = visit.call
        key = Key(call.client, visit.queue, call.number, call.kind)
        if with_agent:
            key = key._replace(team=visit.team, agent=visit.agent or "")
        return self._at(visit.entered, key)

    def _of_part(self, part: Part, reason: str = "") -> Counts:
        call = part.call
        key = Key(
            call.client, part.queue or "", call.number, call.kind, part.team, part.agent, reason
        )
        return self._at(part.started, key)

    def _of_ring(self, ring: Ring) -> Counts:
        call = ring.call
        key = Key(call.client, ring.queue or "", call.number, call.kind, ring.team, ring.agent)
        return self._at(ring.at, key)

    def _at(self, at: Ms, key: Key) -> Counts:
        return self.cells[at // QUARTER, key]


def _key_of(event: Reviewed, client: ClientId) -> Key:
    return Key(client, event.queue or "", event.number, event.kind, event.team, event.agent)


def hundredths(percent: float) -> int:
    """Return a percent as it is added up."""
    return round(percent * 100)


def in_ms(seconds: float) -> Ms:
    """Return seconds of a setting as they are compared with times."""
    return round(seconds * 1000)
