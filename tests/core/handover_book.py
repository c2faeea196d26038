"""The books on calls that agents make and send on: whose the caller is, and who may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import TargetMissed
from ccengine.core.states import AgentState, CallState, Kind
from tests.core.hands_book import COLLEAGUES
from tests.core.rulebook import Caller

if TYPE_CHECKING:
    from ccengine.core.commands import OfferCall, RingStaff, ShowCall
    from ccengine.core.events import Event
    from tests.core.debts_book import Debts
    from tests.core.hands_book import Hands
    from tests.core.lines_book import Lines
    from tests.core.rulebook import Rulebook
    from tests.core.shifts_book import Shifts

MAY_DIAL = (AgentState.AVAILABLE, AgentState.NOT_READY, AgentState.WRAP_UP)
FOR_ONE = (CallState.OFFERED, CallState.CONNECTING, CallState.SENT_OUT)
BACK_IN_LINE = (CallState.WAITING, CallState.STRAYED, CallState.POSTPONED)
STAFF = ""
"""Whom a call is for that is for no agent."""


class Handovers:
    """What agents did with calls, and what must have come of it."""

    def __init__(self, hands: Hands, lines: Lines, shifts: Shifts, debts: Debts) -> None:
        self.rules: Rulebook = hands.rules
        self.hands, self.lines, self.shifts, self.debts = hands, lines, shifts, debts
        self.now = 0.0
        self.named: tuple[str, str] | None = None  #: call and agent it is to ring, in this step
        self.sent_to: tuple[str, str | None] | None = None  #: call and number outside
        self.leaves = False  #: a caller goes elsewhere in this step, whoever might have them
        self.unreached: set[str] = set()  #: calls whose one agent cannot be had: to be told

    def begin_step(self, event: Event | None, now: float) -> None:
        self.now, self.named, self.sent_to = now, None, None
        self.leaves = isinstance(event, events.CallerStrayed | events.ExitChosen)

    def end_step(self) -> None:
        assert self.named is None, f"{self.named} does not ring"
        assert self.sent_to is None, f"{self.sent_to} was not sent on"
        assert not self.unreached, f"nobody was told: {self.unreached}"

    # --- what happens ----------------------------------------------------------------------------

    def happened(self, event: Event) -> None:
        match event:
            case events.AgentDialled():
                self._dialled(event)
            case events.CallDirected():
                call = self.rules.callers[event.call]
                assert call.kind in COLLEAGUES, "for a customer, who stands in line"
                assert call.state is CallState.IN_FLOW
                assert call.by is not None, "nobody calls"
                has = self.hands.has.get(call.by)
                assert has == (call.origin or call.id), f"{call.by} is gone"
                self.named = (event.call, event.agent)
            case events.CallTransferred():
                self._transferred(event)
            case events.CallHandedOver():
                self._handed_over(event)
            case events.CallHandedOut():
                self._handed_out(event)
            case events.StaffAnswered() | events.StaffMissed():
                self._staff_said(event)
            case events.HoldStarted() | events.HoldEnded() | events.ConferenceStarted():
                self._expect_talk(event.call, event.agent)
            case _:
                pass

    def release(self, call: str) -> str:
        """End the talk of who has the call; they wrap up by the rules of where it came from."""
        caller, agent = self.rules.callers[call], self.hands.lets_go(call)
        self.hands.talk_ends(call, self.now)
        seconds = self.rules.settings(caller.queue).wrap_up_seconds
        if not caller.queue:
            seconds = self.rules.plan.dialled_wrap_up_seconds
        if caller.kind in COLLEAGUES:
            seconds = 0.0
        else:
            self.debts.talk_over(agent)
        self.shifts.talked(agent, caller.queue, seconds)
        return agent

    def ended(self, call: str) -> None:
        """Free all who are on a call that ends."""
        if self.rules.callers[call].state in (CallState.TALKING, CallState.DIALING):
            self.release(call)
        by = self.hands.hangs_up(call)
        if by is not None:
            self.shifts.talked(by, "", 0.0)

    def _expect_talk(self, call: str, agent: str) -> Caller:
        caller = self.rules.callers[call]
        assert caller.state is CallState.TALKING, f"{call} is {caller.state}"
        assert self.hands.owner(call) == agent, f"{call} is not {agent}'s"
        return caller

    def _dialled(self, event: events.AgentDialled) -> None:
        call, agent = event.call, event.agent
        assert call not in self.rules.callers
        caller = Caller(call, event.client, "", self.now, kind=event.kind)
        caller.queued_at = caller.arrived_at = self.now
        if event.kind is Kind.CONSULT:
            assert event.origin is not None
            about = self._expect_talk(event.origin, agent)
            assert about.kind not in COLLEAGUES, "a consult about a talk between colleagues"
            caller.origin, caller.outside = event.origin, event.outside
        else:
            self._leaves_for(agent, event)
        if event.kind is Kind.OUTBOUND:
            caller.state = CallState.DIALING
            self.debts.dialled(agent, call, event.leg, event.client)
        else:
            caller.by = agent
        self.rules.callers[call] = caller

    def _leaves_for(self, agent: str, event: events.AgentDialled) -> None:
        worker = self.rules.workers[agent]
        assert worker.state in MAY_DIAL, f"{agent} dials and is {worker.state}"
        assert not self.debts.owes(agent), f"{agent} dials and owes an outcome"
        self.hands.dials(agent, event.call, event.leg)
        self.shifts.dials(worker, event.client)

    def _transferred(self, event: events.CallTransferred) -> None:
        call = self._expect_talk(event.call, event.agent)
        assert call.kind not in COLLEAGUES, "sent on out of a talk between colleagues"
        line = self._line_of(call)
        before = self.release(event.call)
        call.state, call.queued_at = CallState.IN_FLOW, self.now
        call.waits_from = self.now - call.waited
        if event.queue is None:
            assert line, "nowhere to fall back to"
        if event.to_agent is not None:
            self.named, call.back_to = (event.call, event.to_agent), before
        elif event.queue is not None:
            assert event.queue in self.rules.plan.queues
            assert event.queue.partition("/")[0] == call.client, "sent to another client"
            self.lines.number_again(call)
            call.queue = event.queue
            self.lines.enter(call, event.queue)
        else:
            self.sent_to = (event.call, event.number)
            call.directed, call.back_to = STAFF, before

    def _line_of(self, call: Caller) -> str:
        """Return where a call waits that nobody takes; empty: nowhere."""
        if call.queue or call.by is not None:
            return call.queue
        usual = self.rules.plan.usual_queues
        return usual.get(call.client, "")  # type: ignore[call-overload,no-any-return]

    def _staff_said(self, event: events.StaffAnswered | events.StaffMissed) -> None:
        call = self.rules.callers[event.call]
        assert call.state is CallState.SENT_OUT
        assert call.outside == event.leg
        if isinstance(event, events.StaffAnswered):
            call.directed = call.back_to = None

    def _handed_over(self, event: events.CallHandedOver) -> None:
        call = self._expect_talk(event.call, event.agent)
        consult = self._expect_talk(event.consult, event.to_agent)
        assert consult.origin == event.call, "they talk about somebody else"
        assert call.client in self.rules.clients(event.to_agent), "not approved"
        self.release(event.call)
        self.hands.talk_ends(event.consult, self.now)
        self.hands.has[event.to_agent] = event.call
        self.hands.talk_begins(event.call, event.to_agent, self.now)
        self.rules.workers[event.to_agent].client = call.client
        consult.by, consult.state = None, CallState.IN_FLOW
        self.lines.met(call, event.to_agent)
        self.debts.handed(event.to_agent, event.call, self.hands.legs[event.to_agent])

    def _handed_out(self, event: events.CallHandedOut) -> None:
        call = self._expect_talk(event.call, event.agent)
        consult = self.rules.callers[event.consult]
        assert consult.origin == event.call
        assert consult.outside, "not with the staff"
        self.release(event.call)
        call.state = CallState.HANDED_OUT
        consult.by = None

    # --- what the core asked for -----------------------------------------------------------------

    def offered(self, offer: OfferCall) -> None:
        """Check that a call that is for one agent rings them, or who sent it there."""
        call, worker = self.rules.callers[offer.call], self.rules.workers[offer.agent]
        if self.named == (offer.call, offer.agent):
            self.named = None
        else:
            assert call.directed is not None, "for one alone, whom nobody named"
            assert call.back_to == offer.agent, "sent back to somebody else"
            call.back_to = None
        assert not self.hands.owners(call.id), "rings although somebody has it"
        assert not self.hands.rung_for(call.id), "rings somebody already"
        assert worker.state is AgentState.AVAILABLE, f"{worker.id} is {worker.state}"
        if call.kind not in COLLEAGUES:
            approved = call.client in self.rules.clients(worker.id)
            assert approved, f"{worker.id} is not approved for {call.client}"
        call.directed = offer.agent

    def asked(self, command: RingStaff | TargetMissed) -> None:
        if isinstance(command, TargetMissed):
            self.unreached.remove(command.call)
        else:
            self._staff_rung(command)

    def _staff_rung(self, command: RingStaff) -> None:
        assert self.sent_to == (command.call, command.number)
        assert command.leg not in self.hands.numbers, "an offer's number was used before"
        self.hands.numbers.add(command.leg)
        self.rules.callers[command.call].outside = command.leg
        self.sent_to = None

    def may_ring(self, call: Caller, agent: str) -> bool:
        """Tell whether one agent may still be rung who was asked for by name."""
        return call.by is not None or call.client in self.rules.clients(agent)

    def showed(self, call: Caller, command: ShowCall) -> None:
        """Look at a call as it was, and is shown now."""
        talks = command.state in (CallState.TALKING, CallState.CONNECTING, CallState.DIALING)
        if talks:
            assert command.agent == self.hands.owner(call.id), f"{call.id} is another's"
        if call.directed is None or command.state in FOR_ONE:
            return
        if command.state is CallState.WAITING and not self.leaves:
            self._nobody_took_it(call)
        if command.state in BACK_IN_LINE:
            self.lines.begin(call)
        if command.state is CallState.IN_FLOW and not call.queue and not self.leaves:
            self._has_no_line(call)
        call.directed = call.back_to = None

    def _has_no_line(self, call: Caller) -> None:
        """Let a call that came from no line wait in its client's usual one, or be given up."""
        line = self._line_of(call)
        if not line:
            self.unreached.add(call.id)
            return
        self._nobody_took_it(call)
        self.lines.number_again(call)
        call.lined_at, call.queue = call.arrived_at, line
        self.lines.enter(call, line)

    def _nobody_took_it(self, call: Caller) -> None:
        """Check that who sent the caller on could not have them back."""
        sender = None if call.back_to is None else self.rules.workers.get(call.back_to)
        if sender is not None and self.rules.known(sender.id) and not self.rules.held:
            approved = call.client in self.rules.clients(sender.id)
            assert not (sender.free and approved), f"{sender.id} is free, and sent {call.id} on"
