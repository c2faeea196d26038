"""Counts and sums of time, by quarter of an hour and by whom and what they belong to.

A stay in a queue counts where the caller entered the queue, a talk and the wrap-up after it where
the talk began; an agent's time is cut at the quarters. Clocks are changed by whole quarters in all
zones in use, so quarters make up the half hours, hours and days of any zone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from typing_extensions import override

from ccengine.core.states import ITEMS, Kind
from ccengine.reporting.kpis.cells import TIMES, Counts, Key
from ccengine.reporting.kpis.facts import Book, Doing, Fate, Grain, LeadStep, Measured, Ms
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
    def lead(self, call: CallFacts, step: LeadStep, at: Ms) -> None:
        key = Key(call.client, call.queue or "", kind=call.kind, campaign=call.campaign)
        counts = self._at(call.arrived, key)
        match step:
            case LeadStep.DIALED:
                counts.leads_dialed += 1
            case LeadStep.ANSWERED:
                counts.leads_answered += 1
            case LeadStep.ABANDONED:
                counts.leads_abandoned += 1

    @override
    def enter(self, visit: Visit) -> None:
        if visit.call.kind is Kind.LEAD:
            return  # nobody has called: a lead waits for seconds, by rules of its own
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
        if visit.call.kind is Kind.LEAD:
            return
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
        elif part.call.kind is Kind.LEAD:
            counts.leads_talked += 1
            counts.leads_talk += part.talk
            counts.leads_hold += part.held
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
        elif part.call.kind is Kind.LEAD:
            self._of_part(part).leads_wrap_up += length

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
            campaign=stretch.campaign,
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
            client=call.client,
            queue=part.queue or "",
            number=call.number,
            kind=call.kind,
            team=part.team,
            agent=part.agent,
            contact_reason=reason,
            campaign=call.campaign,
        )
        return self._at(part.started, key)

    def _of_ring(self, ring: Ring) -> Counts:
        call = ring.call
        key = Key(call.client, ring.queue or "", call.number, call.kind, ring.team, ring.agent)
        return self._at(ring.at, key._replace(campaign=call.campaign))

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
