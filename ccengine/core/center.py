"""The contact center: one reducer for all that calls and agents compete for.

`handle` takes one event at a time and returns what to do about it. It is synchronous, so under
asyncio it is atomic and the program needs no lock. Time comes in as `now` and goes out as
`next_deadline`; equal states, events and times give equal commands, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import (
    contacts,
    deadlines,
    diversion,
    explaining,
    invariants,
    offers,
    pairing,
    promises,
    shifts,
    snapshots,
)
from ccengine.core.errors import CoreError
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentWentNotReady,
    AgentWentReady,
    CallArrived,
    CallEnded,
    CallerReturned,
    CallerStrayed,
    CallMissed,
    CallQueued,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    Event,
    FlowStepEntered,
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
    PlanLoaded,
    RecordingFailed,
    RecordingStarted,
    SwitchLost,
    SwitchResynced,
    WaitPromised,
)
from ccengine.core.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.commands import Command
    from ccengine.core.events import AgentEvent, PhoneEvent, SystemEvent
    from ccengine.core.explaining import Choice
    from ccengine.core.floor import Watcher
    from ccengine.core.ids import AgentId, CallId, Instant, PhoneId, QueueId
    from ccengine.core.plan import Plan
    from ccengine.core.snapshots import CenterSnapshot
    from ccengine.core.waits import WaitEstimate

OfferEvent = OfferRinging | OfferAccepted | OfferDeclined
ConversationEvent = ConversationStarted | ConversationFailed | ConversationEnded
RecordingEvent = RecordingStarted | RecordingFailed
LineEvent = FlowStepEntered | CallQueued | WaitPromised | CallerStrayed | CallerReturned | CallEnded
KnownCallEvent = OfferEvent | ConversationEvent | RecordingEvent | LineEvent


class ContactCenter:
    """Every decision that calls and agents compete for; changed only here, event by event."""

    def __init__(self) -> None:
        self._floor = Floor()
        self.ignored = 0  #: late events about calls or offers that are over

    @property
    def plan(self) -> Plan:
        """The configuration in force."""
        return self._floor.plan

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """Calls that are alive. Look, don't touch."""
        return self._floor.calls

    def agents(self) -> list[Agent]:
        """Return all agents. Look, don't touch."""
        return self._floor.roster.all()

    def agent(self, agent: AgentId) -> Agent:
        """Return one agent. Look, don't touch.

        Raises:
            UnknownAgent: the plan has no such agent.
        """
        return self._floor.roster.get(agent)

    def agent_on(self, phone: PhoneId) -> Agent | None:
        """Return who is logged in at a phone. Look, don't touch."""
        return self._floor.roster.on_phone(phone)

    def waiting(self, now: Instant = 0.0) -> list[CallId]:
        """Return waiting calls in the order in which one agent for all would serve them."""
        return list(self._floor.matching.waiting(now))

    def estimate(self, call: CallId, now: Instant) -> WaitEstimate | None:
        """Return how much longer a caller will wait; None: in no line, or nothing to go by."""
        known = self._floor.calls.get(call)
        return None if known is None else promises.estimate_for_call(self._floor, known, now)

    def estimate_queue(self, queue: QueueId, now: Instant) -> WaitEstimate | None:
        """Return for how long somebody would wait who called now; None: nothing to go by."""
        return promises.estimate_for_queue(self._floor, queue, now)

    def watch(self, watcher: Watcher | None) -> None:
        """Have the watcher called before each offer is made; it must only look, as `explain` does.

        None: nobody watches any more.
        """
        self._floor.watcher = watcher

    def explain(self, call: CallId, now: Instant, chosen: AgentId | None = None) -> Choice | None:
        """Return why each agent is not offered the call at this instant.

        Args:
            call: alive.
            now: this instant.
            chosen: who is, asked by a watcher.

        Returns:
            None if the call does not look for an agent.
        """
        known = self._floor.calls.get(call)
        return None if known is None else explaining.explain(self._floor, known, chosen, now)

    def handle(self, event: Event, now: Instant) -> list[Command]:
        """Apply one event and return the commands it leads to, in order.

        A late event, about a call or an offer that is over, changes nothing and is counted.

        Raises:
            CoreError: the event is impossible in the present state, which is left as it was.
        """
        try:
            self._handle(event, now)
        except CoreError:
            self._floor.take_commands()
            raise
        pairing.settle(self._floor, now)
        return self._floor.take_commands()

    def advance(self, now: Instant) -> list[Command]:
        """Do whatever fell due until now, and return the commands it leads to."""
        if not self._floor.held:
            self._meet_deadlines(now)
            pairing.settle(self._floor, now)
        return self._floor.take_commands()

    def next_deadline(self) -> Instant | None:
        """Return when `advance` has something to do, None if nothing is due ever."""
        first = None if self._floor.held else self._floor.deadlines.first()
        return None if first is None else first[0][0]

    def check_invariants(self) -> None:
        """Check what must hold between any two events; for tests.

        Raises:
            AssertionError: something does not hold; the message says what.
        """
        invariants.check(self._floor)

    def snapshot(self) -> CenterSnapshot:
        """Return the whole state as plain data."""
        return snapshots.take(self._floor)

    @classmethod
    def from_snapshot(cls, snapshot: CenterSnapshot) -> ContactCenter:
        """Return a center that goes on from the snapshot exactly as the first would have."""
        center = cls()
        snapshots.restore(center._floor, snapshot)
        return center

    def _handle(self, event: Event, now: Instant) -> None:
        floor = self._floor
        match event:
            case AgentLoggedIn() | AgentLoggedOut() | AgentWentReady() | AgentWentNotReady():
                self._handle_agent(event, now)
            case PlanLoaded() | SwitchLost() | SwitchResynced():
                self._handle_system(event, now)
            case PhoneLost() | PhoneFound() | OwnCallStarted() | OwnCallEnded():
                self._handle_phone(event, now)
            case CallArrived() | CallMissed():
                self._handle_newcomer(event)
            case _ if event.call not in floor.calls:
                self.ignored += 1
            case _:
                self._handle_call(event, now)

    def _handle_call(self, event: KnownCallEvent, now: Instant) -> None:
        floor = self._floor
        match event:
            case OfferRinging() | OfferAccepted() | OfferDeclined():
                self._handle_offer(event, now)
            case ConversationStarted() | ConversationFailed() | ConversationEnded():
                self._handle_conversation(event, now)
            case RecordingStarted() | RecordingFailed():
                contacts.note_recording(floor, event)
            case _:
                self._handle_line(event, now)

    def _handle_newcomer(self, event: CallArrived | CallMissed) -> None:
        match event:
            case CallArrived():
                contacts.arrive(self._floor, event)
            case CallMissed():
                contacts.miss(self._floor, event)

    def _meet_deadlines(self, now: Instant) -> None:
        floor = self._floor
        while (first := floor.deadlines.first()) is not None and first[0][0] <= now:
            floor.deadlines.discard(first[1])
            deadlines.meet(floor, first[1], now)

    def _handle_agent(self, event: AgentEvent, now: Instant) -> None:
        match event:
            case AgentLoggedIn():
                shifts.log_in(self._floor, event, now)
            case AgentLoggedOut():
                shifts.log_out(self._floor, event, now)
            case AgentWentReady():
                shifts.go_ready(self._floor, event, now)
            case AgentWentNotReady():
                shifts.go_not_ready(self._floor, event, now)

    def _handle_phone(self, event: PhoneEvent, now: Instant) -> None:
        match event:
            case PhoneLost():
                shifts.lose_phone(self._floor, event, now)
            case PhoneFound():
                shifts.find_phone(self._floor, event)
            case OwnCallStarted():
                shifts.start_own_call(self._floor, event)
            case OwnCallEnded():
                shifts.end_own_call(self._floor, event)

    def _handle_system(self, event: SystemEvent, now: Instant) -> None:
        floor = self._floor
        match event:
            case PlanLoaded():
                floor.swap_plan(event.plan, now)
                shifts.retire(floor, now)
                shifts.rest_anew(floor, now)
                diversion.replan(floor, now)
            case SwitchLost():
                floor.held = True
            case SwitchResynced():
                self._meet_deadlines(now)
                floor.held = False
                floor.open_all()

    def _handle_offer(self, event: OfferEvent, now: Instant) -> None:
        if not offers.is_open(self._floor, event):
            self.ignored += 1
            return
        match event:
            case OfferRinging():
                pass
            case OfferAccepted():
                offers.accept(self._floor, event, now)
            case OfferDeclined():
                offers.decline(self._floor, event, now)

    def _handle_conversation(self, event: ConversationEvent, now: Instant) -> None:
        if self._floor.calls[event.call].agent != event.agent:
            self.ignored += 1
            return
        match event:
            case ConversationStarted():
                contacts.start_conversation(self._floor, event)
            case ConversationFailed():
                contacts.fail_conversation(self._floor, event, now)
            case ConversationEnded():
                contacts.end_conversation(self._floor, event, now)

    def _handle_line(self, event: LineEvent, now: Instant) -> None:
        floor = self._floor
        match event:
            case FlowStepEntered():
                contacts.enter_step(floor, event)
            case CallQueued():
                contacts.queue(floor, event, now)
            case WaitPromised():
                promises.promise(floor, event, now)
            case CallerStrayed():
                contacts.stray(floor, event, now)
            case CallerReturned():
                contacts.come_back(floor, event, now)
            case CallEnded():
                contacts.end(floor, event, now)
