"""Follows calls from row to row: their stays in queues, and the agents' parts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    AgentDialled,
    CallArrived,
    CallbackAsked,
    CallEnded,
    CallHandedOut,
    CallHandedOver,
    CallMissed,
    CallQueued,
    CallTransferred,
    HoldStarted,
    LeadDialed,
    MessageLeft,
    Party,
    SurveyAnswered,
    SurveyAsked,
)
from ccengine.core.measures import USUAL_MEASURE, ClockStart
from ccengine.core.states import IN_LINE, CallState, Kind
from ccengine.reporting.kpis.facts import (
    CallFacts,
    Fate,
    Grain,
    LeadStep,
    Measured,
    Opinion,
    Part,
    Visit,
)

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.commands import DivertCall, MoveCall, ShowCall, ShowOutcome
    from ccengine.core.events import Event, HoldEnded, TalkMeasured
    from ccengine.core.ids import AgentId, CallId, QueueId
    from ccengine.core.measures import Measure
    from ccengine.core.plan import Plan
    from ccengine.reporting.kpis.facts import Book, Ms

SAID_WITHIN: Ms = 24 * 3_600_000
"""For so long after a talk began, what is said of it counts."""

STAYING = IN_LINE | {CallState.POSTPONED}
"""What has a place in a queue: callers, and work without one."""
FIRST = CallArrived | AgentDialled | CallbackAsked | MessageLeft | LeadDialed


class Contacts:
    """All calls that are alive.

    Args:
        book: is told what happens.
        grain: of times.
    """

    def __init__(self, book: Book, grain: Grain) -> None:
        self.plan: Plan | None = None
        self.book = book
        self._grain = grain
        self._calls: dict[CallId, CallFacts] = {}
        self._visits: dict[CallId, Visit] = {}
        self._parts: dict[CallId, Part] = {}
        self._said_of: dict[tuple[CallId, AgentId], Part] = {}  # in the order of time

    # --- what others ask ---------------------------------------------------------------------

    def get(self, call: CallId | None) -> CallFacts | None:
        """Return what is known of a call that is alive."""
        return None if call is None else self._calls.get(call)

    def part_of(self, agent: AgentId, call: CallId | None) -> Part | None:
        """Return the talk that the agent has in this call now."""
        part = None if call is None else self._parts.get(call)
        return part if part is not None and part.agent == agent else None

    def last_part_of(self, agent: AgentId, call: CallId | None) -> Part | None:
        """Return the latest talk that the agent had in this call."""
        return None if call is None else self._said_of.get((call, agent))

    def team_of(self, agent: AgentId) -> str:
        """Return the agent's team by the plan in force; empty: none."""
        settings = None if self.plan is None else self.plan.agents.get(agent)
        return "" if settings is None else settings.team or ""

    # --- calls come and go --------------------------------------------------------------------

    def begin(self, event: FIRST, at: Ms) -> None:
        """Take note of a call, or an item."""
        kind, client, number = Kind.CALL, event.client, event.number
        arrived, caller, campaign = at, "", ""
        match event:
            case CallArrived():
                arrived = self._grain.of(event.arrived_at) if event.arrived_at else at
            case AgentDialled():
                kind, number = event.kind, ""  # which is nobody's here that calls come in by
                origin = self.get(event.origin)
                if origin is not None:
                    client, number = client or origin.client, origin.number
            case CallbackAsked():
                kind, caller = Kind.CALLBACK, event.to
            case MessageLeft():
                kind, caller = Kind.VOICEMAIL, event.to
            case LeadDialed():
                kind, number, caller = Kind.LEAD, "", event.number
                campaign = event.campaign
        facts = CallFacts(
            call=event.call,
            client=client,
            number=number,
            kind=kind,
            arrived=min(arrived, at),
            customer=caller,
            campaign=campaign,
        )
        self._calls[event.call] = facts
        if isinstance(event, CallArrived):
            self.book.arrive(facts, missed=False)

    def follow(self, call: CallId, step: LeadStep, at: Ms) -> None:
        """Take note of what becomes of a call that a campaign dials."""
        facts = self._calls.get(call)
        if facts is not None:
            self.book.lead(facts, step, at)

    def miss(self, event: CallMissed) -> None:
        """Take note of a call that no engine took."""
        facts = CallFacts(
            call=event.call,
            client=event.client,
            number=event.number,
            kind=Kind.CALL,
            arrived=self._grain.of(event.arrived_at),
        )
        self.book.arrive(facts, missed=True)

    def identify(self, event: CallQueued) -> None:
        """Take note of who calls."""
        facts = self._calls.get(event.call)
        if facts is not None and event.identity:
            facts.customer = event.identity

    def seed(self, call: Call) -> None:
        """Take a call over from a snapshot, whose rows were not seen."""
        if call.id in self._calls:
            return
        of, kind = self._grain.of, call.kind
        facts = CallFacts(
            call=call.id,
            client=call.client,
            number=call.number,
            kind=kind,
            arrived=of(call.arrived_at),
            customer=call.identity,
            queue=call.queue,
            campaign="" if call.lead is None else call.lead.campaign,
        )
        self._calls[call.id] = facts
        if call.state in STAYING | {CallState.CONNECTING} and call.queue is not None:
            self._visits[call.id] = self._visit(facts, call.queue, of(call.queued_at))

    # --- queues -------------------------------------------------------------------------------

    def show(self, shown: ShowCall, event: Event | None, at: Ms, row: int) -> None:
        """Take note of a call's state."""
        facts = self._calls.get(shown.call)
        if facts is None:
            return
        facts.queue = shown.queue or facts.queue
        part = self._parts.get(shown.call)
        if part is not None and (shown.state is not CallState.TALKING or shown.agent != part.agent):
            self._end_part(part, event, at)
        if shown.state is CallState.TALKING:
            self._begin_part(facts, shown, at, row)
        elif shown.state in STAYING:
            self._wait(facts, shown, at)
        else:
            self._go_out(facts, shown, event, at)

    def send_on(self, what: MoveCall | DivertCall, event: Event | None, at: Ms) -> None:
        """Take note that a queue sends a call elsewhere."""
        facts = self._calls.get(what.call)
        if facts is None:
            return
        visit = self._visits.get(what.call)
        if visit is not None:
            self._leave(visit, Fate.LEFT, at)
        elif what.queue and not isinstance(event, CallTransferred):
            self.book.refuse(facts, what.queue, at)

    def _wait(self, facts: CallFacts, shown: ShowCall, at: Ms) -> None:
        visit = self._visits.get(shown.call)
        if visit is not None:
            visit.accepted, visit.agent = None, None
        elif shown.state is CallState.WAITING and shown.queue is not None:
            visit = self._visit(facts, shown.queue, at)
            self._visits[shown.call] = visit
            self.book.enter(visit)

    def _go_out(self, facts: CallFacts, shown: ShowCall, event: Event | None, at: Ms) -> None:
        visit = self._visits.get(shown.call)
        if visit is not None:
            if shown.state is CallState.CONNECTING:
                visit.accepted, visit.agent = at, shown.agent
            elif shown.state is CallState.IN_FLOW:
                fate = Fate.LEFT if shown.became is None else Fate.CALLBACK
                self._leave(visit, fate, at)
            elif shown.state is CallState.ENDED:
                self._end_visit(visit, event, at)
        if shown.state is CallState.ENDED:
            del self._calls[facts.call]

    def _end_visit(self, visit: Visit, event: Event | None, at: Ms) -> None:
        visit.accepted = visit.agent = None
        fate = Fate.LEFT
        if isinstance(event, CallEnded):
            at = at if event.ended_at is None else self._grain.of(event.ended_at)
            if event.by in (Party.CALLER, Party.LOST):
                fate = Fate.ABANDONED
        self._leave(visit, fate, max(at, visit.entered))

    def _visit(self, facts: CallFacts, queue: QueueId, at: Ms) -> Visit:
        measure = self._measure_of(queue)
        since = facts.arrived if measure.clock is ClockStart.SYSTEM else at
        return Visit(call=facts, queue=queue, entered=at, waits_since=since, measure=measure)

    def _measure_of(self, queue: QueueId) -> Measure:
        settings = None if self.plan is None else self.plan.queues.get(queue)
        return USUAL_MEASURE if settings is None else settings.measure

    def _leave(self, visit: Visit, fate: Fate, at: Ms) -> None:
        del self._visits[visit.call.call]
        visit.fate, visit.left = fate, at
        self.book.leave(visit)

    # --- talks --------------------------------------------------------------------------------

    def _begin_part(self, facts: CallFacts, shown: ShowCall, at: Ms, row: int) -> None:
        if shown.call in self._parts or shown.agent is None:
            return
        visit = self._visits.get(shown.call)
        queue = facts.queue if visit is None else visit.queue
        part = Part(
            call=facts,
            agent=shown.agent,
            team=self.team_of(shown.agent),
            queue=queue,
            started=at,
            row=row,
        )
        self._parts[shown.call] = part
        self._keep(part)
        if visit is not None:
            visit.agent, visit.team = part.agent, part.team
            self._leave(visit, Fate.ANSWERED, at)

    def _keep(self, part: Part) -> None:
        said = self._said_of
        said.pop((part.call.call, part.agent), None)
        said[part.call.call, part.agent] = part
        oldest = part.started - SAID_WITHIN
        while said[first := next(iter(said))].started < oldest:
            del said[first]

    def _end_part(self, part: Part, event: Event | None, at: Ms) -> None:
        del self._parts[part.call.call]
        _unhold(part, at)
        part.ended = at
        match event:
            case CallTransferred(queue=None):
                part.sent_on = "blind"
            case CallTransferred():
                part.sent_on = "queue"
            case CallHandedOver() | CallHandedOut():
                part.sent_on = "attended"
            case _:
                pass
        self.book.talk(part)

    def hold(self, event: HoldStarted | HoldEnded, at: Ms) -> None:
        """Take note that the customer hears music, or the agent again."""
        part = self.part_of(event.agent, event.call)
        if part is not None:
            _unhold(part, at)
            part.held_since = at if isinstance(event, HoldStarted) else None

    def say(self, shown: ShowOutcome, at: Ms) -> None:
        """Take note of what is known of an agent's part."""
        part = self._said_of.get((shown.call, shown.agent))
        if part is None or part.started < at - SAID_WITHIN or not shown.disposition:
            return
        before, part.resolved = part.resolved, shown.resolved
        part.disposition, part.reason = shown.disposition, shown.contact_reason
        self.book.say(part, before=before)
        if part.opinion is not None:
            self._judge(part, part.opinion.score)

    def survey(self, event: SurveyAsked | SurveyAnswered) -> None:
        """Take note that a caller is asked how an agent's part was, or has answered."""
        part = self.last_part_of(event.agent, event.call)
        if part is not None:
            self._judge(part, event.score if isinstance(event, SurveyAnswered) else None)

    def measure(self, event: TalkMeasured) -> None:
        """Take note of what was found in the recording of an agent's talk."""
        part = self.last_part_of(event.agent, event.call)
        if part is None:
            return
        began, of = self._grain.of(event.began), Grain.MILLISECOND.of
        before = part.measured.get(began)
        found = Measured(
            seconds=of(event.seconds),
            silence=of(event.silence_seconds),
            talk_over=of(event.talk_over_seconds),
        )
        part.measured[began] = found
        self.book.measure(part, found, before=before)

    def _judge(self, part: Part, score: int | None) -> None:
        before, part.opinion = part.opinion, Opinion(reason=part.reason, score=score)
        self.book.judge(part, before=before)


def _unhold(part: Part, at: Ms) -> None:
    if part.held_since is not None:
        part.held += at - part.held_since
        part.held_since = None
