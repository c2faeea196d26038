"""Reads a day from a journal's rows, in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import Command, OfferCall, ShowAgent, WithdrawOffer
from ccengine.core.ids import AgentId, CallId, Instant, OfferId, PhoneId, QueueId
from ccengine.core.offers import NO_ANSWER
from ccengine.core.snapshots import CenterSnapshot
from ccengine.core.states import AgentState
from ccengine.reporting.rows import Advance, Rejection, Step, Unknown
from ccengine.simulator.ledger import Ledger
from ccengine.simulator.recorded import USUAL_REACTION_SECONDS, RecordedCaller, RecordedDay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccengine.core.events import Event
    from ccengine.reporting.rows import JournalRow


def steps_of(rows: Iterable[JournalRow]) -> Iterator[Step | CenterSnapshot]:
    """Yield the core's steps and snapshots as they were; what a newer program wrote is left out."""
    step: Step | None = None
    commands: list[Command] = []
    for row in rows:
        what = row.what
        if isinstance(what, Unknown):
            continue
        if isinstance(what, Command):
            commands.append(what)
        elif isinstance(what, Rejection):
            step = None if step is None else step._replace(rejection=what.reason)
        else:
            if step is not None:
                yield step
            step, commands = None, []
            if isinstance(what, CenterSnapshot):
                yield what
            else:
                step = Step(None if isinstance(what, Advance) else what, row.at, commands)
    if step is not None:
        yield step


@dataclass(slots=True)
class _Seat:
    """What an agent was last seen to do."""

    phone: PhoneId
    state: AgentState = AgentState.AVAILABLE
    since: Instant = 0.0
    away: str = ""  #: why not ready, if they asked for it
    paused: tuple[QueueId, ...] = ()
    missed: bool = False  #: not ready because they missed calls
    wraps_up: CallId | None = None
    until: Instant | None = None


@dataclass(slots=True)
class DayReader:
    """Takes a journal's steps; from `starts` on they are the day's, until before `ends`."""

    starts: Instant
    ends: Instant
    day: RecordedDay = field(default_factory=RecordedDay)
    ledger: Ledger = field(default_factory=Ledger)  #: what came of it in fact
    _callers: dict[CallId, RecordedCaller] = field(default_factory=dict)
    _queued_at: dict[CallId, Instant] = field(default_factory=dict)
    _answered_at: dict[CallId, Instant] = field(default_factory=dict)
    _talks_since: dict[CallId, Instant] = field(default_factory=dict)
    _rings_since: dict[OfferId, Instant] = field(default_factory=dict)
    _rang_for: dict[AgentId, list[float]] = field(default_factory=dict)
    _seats: dict[AgentId, _Seat] = field(default_factory=dict)
    _begun: bool = False

    def read(self, steps: Iterable[Step | CenterSnapshot]) -> None:
        """Take all steps and close the day."""
        for step in steps:
            if isinstance(step, CenterSnapshot):
                self._take_snapshot(step)
            elif step.at < self.ends:
                self.take(step)
        self.begin()
        for agent, rang_for in self._rang_for.items():
            known = self.day.reactions.setdefault(agent, [])
            known += [rang + USUAL_REACTION_SECONDS for rang in rang_for]
        self.day.starts = self.starts
        self.day.people = [caller for caller in self._callers.values() if caller.queued is not None]
        self.day.lend_talks()

    def take(self, step: Step) -> None:
        """Take one step into account."""
        if step.at >= self.starts:
            self.begin()
            self.day.ends = step.at
            self.ledger.take(step)
        if step.event is not None and not step.rejection:
            self._take_event(step.event, step.at)
        for command in step.commands:
            self._take_command(command, step)

    def begin(self) -> None:
        """Begin the day: whoever is there by now is there from its first instant on."""
        if self._begun:
            return
        self._begun = True
        for agent, seat in self._seats.items():
            self._move(self.starts, events.AgentLoggedIn(agent=agent, phone=seat.phone))
            event: Event = events.AgentWentReady(agent=agent)
            if seat.away:
                event = events.AgentWentNotReady(agent=agent, reason=seat.away)
            self._move(self.starts, event)
            for queue in seat.paused:
                self._move(self.starts, events.AgentPaused(agent=agent, queue=queue))

    def _take_snapshot(self, snapshot: CenterSnapshot) -> None:
        """A journal may begin with a snapshot; later ones say nothing new."""
        if self.day.plan is not None:
            return
        self.day.plan = snapshot.plan
        for agent in snapshot.agents:
            if agent.phone is not None:
                away = agent.reason if agent.state is AgentState.NOT_READY else ""
                seat = _Seat(agent.phone, agent.state, away=away, paused=agent.paused)
                self._seats[agent.id] = seat

    def _take_event(self, event: Event, at: Instant) -> None:
        match event:
            case events.PlanLoaded():
                self._take_plan(event, at)
            case events.AgentLoggedIn() | events.AgentLoggedOut():
                self._take_presence(event, at)
            case events.AgentWentReady() | events.AgentWentNotReady():
                self._take_readiness(event, at)
            case events.AgentPaused() | events.AgentResumed():
                self._move(at, event)
            case events.PhoneLost() | events.PhoneFound():
                self._move(at, event)
            case events.OwnCallStarted() | events.OwnCallEnded():
                self._move(at, event)
            case events.SwitchLost() | events.SwitchResynced() | events.DiskLevelChanged():
                self._move(at, event)
            case _:
                self._take_call_event(event, at)

    def _take_plan(self, event: events.PlanLoaded, at: Instant) -> None:
        if self.day.plan is None or not self._callers:
            self.day.plan = event.plan
        else:
            self.day.replans.append((at, event))

    # --- agents --------------------------------------------------------------------------------

    def _take_presence(
        self, event: events.AgentLoggedIn | events.AgentLoggedOut, at: Instant
    ) -> None:
        if isinstance(event, events.AgentLoggedIn):
            self._seats[event.agent] = _Seat(event.phone)
        else:
            self._seats.pop(event.agent, None)
        self._move(at, event)

    def _take_readiness(
        self, event: events.AgentWentReady | events.AgentWentNotReady, at: Instant
    ) -> None:
        seat = self._seats.get(event.agent)
        if seat is None:
            return
        if isinstance(event, events.AgentWentNotReady):
            seat.away, seat.missed = event.reason or "not ready", False
        elif seat.state is AgentState.WRAP_UP and not seat.away:
            self._end_wrap_up(seat, at)
            return
        elif seat.missed:
            if self._begun:
                self.day.absences.append(at - seat.since)
            seat.missed = False
            return
        else:
            seat.away = ""
        self._move(at, event)

    def _end_wrap_up(self, seat: _Seat, at: Instant) -> None:
        """Note a wrap-up that was ended by hand, as part of the call's work."""
        caller = None if seat.wraps_up is None else self._callers.get(seat.wraps_up)
        if caller is not None:
            caller.wrap_up = at - seat.since

    def _show_agent(self, shown: ShowAgent, step: Step) -> None:
        seat = self._seats.get(shown.agent)
        if seat is None:
            return
        if shown.state is not seat.state:
            seat.since = step.at
        if shown.state is AgentState.NOT_READY and not seat.away:
            seat.missed = not isinstance(step.event, events.AgentLoggedIn)
        if shown.state is AgentState.AVAILABLE:
            seat.away = ""  # also where a limit has ended it
        seat.state, seat.until, seat.paused = shown.state, shown.until, shown.paused
        seat.wraps_up = shown.call if shown.state is AgentState.WRAP_UP else None

    def _move(self, at: Instant, event: Event) -> None:
        if self._begun:
            self.day.moves.append((max(at, self.starts), event))

    # --- calls ---------------------------------------------------------------------------------

    def _take_call_event(self, event: Event, at: Instant) -> None:
        if not self._begun:
            return
        if isinstance(event, events.CallArrived):
            # As seen by the core, not by the dialplan: that is when the core may act.
            self._callers[event.call] = RecordedCaller(arrival=_arriving(event, at))
            return
        call: CallId | None = getattr(event, "call", None)
        caller = None if call is None else self._callers.get(call)
        if caller is not None:
            self._take_event_of(caller, event, at)

    def _take_event_of(self, caller: RecordedCaller, event: Event, at: Instant) -> None:
        call = caller.arrival.call
        match event:
            case events.CallQueued() if caller.queued is None:
                caller.queued, caller.after_seconds = event, at - caller.arrival.arrived_at
                self._queued_at[call] = at
            case events.OfferAccepted():
                self._react(event.agent, event.offer, at, answered=True)
                self._answered_at[call] = at
            case events.OfferDeclined():
                self._react(event.agent, event.offer, at, answered=False)
            case events.ConversationStarted():
                # With the moment the bridge took: the agent was busy for as long.
                self._talks_since.setdefault(call, self._answered_at.get(call, at))
            case events.ConversationEnded() | events.CallEnded():
                self._end_talk(caller, event, at)
            case _:
                pass

    def _end_talk(
        self,
        caller: RecordedCaller,
        event: events.ConversationEnded | events.CallEnded,
        at: Instant,
    ) -> None:
        since = self._talks_since.get(caller.arrival.call)
        if since is not None:
            caller.talk = at - since if caller.talk is None else caller.talk
        elif caller.queued is not None and event.by is events.Party.CALLER:
            caller.patience = at - self._queued_at[caller.arrival.call]

    def _take_command(self, command: Command, step: Step) -> None:
        match command:
            case ShowAgent():
                self._show_agent(command, step)
            case OfferCall():
                self._rings_since[command.offer] = step.at
            case WithdrawOffer() if command.reason == NO_ANSWER:
                self._react(command.agent, command.offer, step.at, answered=False)
            case WithdrawOffer():
                self._leave_ringing(command, step.at)
            case _:
                pass

    def _react(self, agent: AgentId, offer: OfferId, at: Instant, *, answered: bool) -> None:
        since = self._rings_since.pop(offer, None)
        if since is None or not self._begun:
            return
        seconds = at - since if answered else None
        known = self.day.reactions.setdefault(agent, [])
        for rang in self._rang_for.pop(agent, ()):
            known.append(None if seconds is None else rang + seconds)
        known.append(seconds)

    def _leave_ringing(self, offer: WithdrawOffer, at: Instant) -> None:
        """Note how long a phone rang in vain, its agent's reaction being longer than that."""
        since = self._rings_since.pop(offer.offer, None)
        if since is not None and self._begun:
            self._rang_for.setdefault(offer.agent, []).append(at - since)


def _arriving(event: events.CallArrived, at: Instant) -> events.CallArrived:
    return events.CallArrived(
        call=event.call,
        tenant=event.tenant,
        client=event.client,
        number=event.number,
        caller=event.caller,
        channel=event.channel,
        node=event.node,
        arrived_at=at,
    )
