"""Keeps books on what the core was told and asked for, and nothing else; finds what is unfair.

It knows the rules of the house (`rulebook.py`) but none of the core's insides, and works out for
each offer who should have been asked for whom, and after each step that nobody waits for nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import (
    CallSupervisors,
    Command,
    Connect,
    DialCallback,
    DivertCall,
    DropItem,
    MoveCall,
    OfferCall,
    RemindAgent,
    RingStaff,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowOutcome,
    TakeUpItem,
    TargetMissed,
    WithdrawOffer,
)
from ccengine.core.queues import Overflow
from ccengine.core.states import AgentState, CallState
from tests.core.builders import plan_of
from tests.core.debts_book import Debts
from tests.core.fairness_book import Fairness
from tests.core.handover_book import Handovers
from tests.core.hands_book import Hands
from tests.core.items_book import ItemsBook, have_earlier
from tests.core.lines_book import IN_LINE, Lines
from tests.core.records_book import Records
from tests.core.rulebook import Rulebook
from tests.core.shifts_book import Shifts

if TYPE_CHECKING:
    from ccengine.core.events import Event
    from ccengine.core.plan import Plan
    from tests.core.rulebook import Caller


BEGINNINGS = (events.CallArrived, events.CallMissed, events.AgentDialled)


class Ledger:
    """The books. `enter` raises AssertionError at the first entry that cannot be."""

    def __init__(self) -> None:
        self.rules = Rulebook(plan_of({}, {}), 0.0)
        self.shifts = Shifts(self.rules)
        self.lines = Lines(self.rules)
        self.book = ItemsBook(self.rules)
        self.debts = Debts(self.rules)
        self.now = 0.0
        self.arrived = 0
        self.ended = 0
        self.hands = Hands(self.rules)
        self.handovers = Handovers(self.hands, self.lines, self.shifts, self.debts)
        self.identities: dict[str, str] = {}  #: who calls are from
        self.fairness = Fairness(self.hands, self.lines, self.book)
        self.records = Records(self.hands)
        self.chosen: tuple[str, Overflow] | None = None  #: by key or by hand, in this step

    def enter(self, event: Event | None, commands: list[Command], now: float) -> None:
        """Enter one step that was neither refused nor ignored; event None: deadlines."""
        self.now, self.chosen = now, None
        self.fairness.begin_step(now)
        self.shifts.begin_step(event, now)
        self.lines.now = now
        self.handovers.begin_step(event, now)
        if event is None or isinstance(event, events.SwitchResynced):
            self.lines.time_passed()
        if event is not None:
            self._happened(event)
        for command in commands:
            self._asked(event, command)
        for call, agent in self.hands.ringing.values():
            caller = self.rules.callers[call]
            rules = self.handovers if caller.directed is not None else self.rules
            may = rules.may_ring(caller, agent)
            assert may or self.rules.held, f"{agent} rings for {call} and may not have it"
        self.hands.check()
        self.records.enter(event, commands, now)
        self.handovers.end_step()
        self.shifts.desks.end_step(timely=event is None and not self.rules.held)
        if not self.rules.held:
            self.fairness.nobody_waits_in_vain(timely=event is None)
            if event is None:
                self.book.check_times(now)
        self.book.check()

    def close(self) -> None:
        """Check, when all callers have gone, that nobody was forgotten."""
        assert not self.rules.callers
        assert self.arrived == self.ended
        assert not self.hands.ringing
        assert not self.hands.has

    # --- what happened -------------------------------------------------------------------------

    def _happened(self, event: Event) -> None:
        callers = self.rules.callers
        self.arrived += isinstance(event, BEGINNINGS)
        match event:
            case events.PlanLoaded():
                self._planned(event.plan)
            case events.SwitchLost() | events.SwitchResynced():
                self.rules.held = isinstance(event, events.SwitchLost)
            case events.CallArrived() | events.CallMissed():  # this one for as long as the step
                self.lines.arrived(event)
            case events.CallQueued():
                self._queued(event)
            case events.ExitChosen():
                assert callers[event.call].state in (CallState.WAITING, CallState.OFFERED)
                self.chosen = (event.call, event.to)
            case events.CallbackAsked() | events.MessageLeft():
                self._item_began(event)
            case events.PlaceReclaimed():
                self._reclaimed(event.call)
            case _:
                self._supervised(event)
                self.handovers.happened(event)
                self._happened_to_item(event)
                self._happened_to_offer(event)

    def _supervised(self, event: Event) -> None:
        if not isinstance(event, events.CallMovedByHand | events.CallReprioritised):
            return
        call = self.rules.callers[event.call]
        assert call.state in (CallState.WAITING, CallState.OFFERED)
        if isinstance(event, events.CallReprioritised):
            call.asked = event.priority
        else:
            assert event.queue.startswith(f"{call.client}/"), "moved to another client"
            self.chosen = (event.call, Overflow(queue=event.queue))

    def _happened_to_item(self, event: Event) -> None:
        self.book.attempt(event, self.now)
        if isinstance(event, events.CallEnded):
            self._left(event)
        elif isinstance(event, events.CallbackFailed) and self._joins(event.call):
            self.hands.lets_go(event.call)

    def _joins(self, call: str) -> bool:
        return self.rules.callers[call].state is CallState.CONNECTING

    def _happened_to_offer(self, event: Event) -> None:
        callers = self.rules.callers
        match event:
            case events.OfferAccepted():
                self.hands.answers(event)
            case events.OfferDeclined():
                call, agent = event.call, event.agent
                assert self.hands.ringing[event.offer] == (call, agent)
                self.hands.rings_no_more(call, agent, event.offer)
                self.shifts.missed(agent, callers[call].queue, event.how)
            case events.ConversationStarted():
                self.lines.met(callers[event.call], event.agent)
                self.hands.talk_begins(event.call, event.agent, self.now)
            case events.ConversationFailed():
                assert self.hands.lets_go(event.call) == event.agent
            case events.ConversationEnded():
                assert self.handovers.release(event.call) == event.agent
                callers[event.call].waits_from = self.now
            case events.CallEnded():
                self.handovers.ended(event.call)
            case _:
                pass

    def _item_began(self, event: events.CallbackAsked | events.MessageLeft) -> None:
        self.lines.count += 1
        before = len(self.rules.callers)
        self.book.begin(event, self.now, self.lines.count)
        if len(self.rules.callers) > before:
            self.arrived += 1
            call = self.rules.callers[event.call]
            self.lines.begin(call)

    def _reclaimed(self, call: str) -> None:
        caller = self.rules.callers[call]
        identity = self.identities[call]
        have_earlier(caller, self.book.left.pop((caller.queue, identity)))

    def _left(self, event: events.CallEnded) -> None:
        call, identity = self.rules.callers[event.call], self.identities.get(event.call, "")
        behind = any(one.behind == event.call for one in self.book.items.values())
        stood = call.state in (CallState.WAITING, CallState.OFFERED, CallState.STRAYED)
        keeps = identity and event.by is events.Party.CALLER and not behind
        if stood and keeps and event.call not in self.book.items:
            self.book.left[call.queue, identity] = replace(call)

    def _planned(self, plan: Plan) -> None:
        self.shifts.replan(plan)
        self.lines.replan(plan)
        self.debts.replan()

    def _queued(self, event: events.CallQueued) -> None:
        call = self.rules.callers[event.call]
        self.identities[event.call] = event.identity
        self.lines.number(event)
        call.queue = event.queue
        self.book.stand_aside(event.call)
        self.book.meet(call, event.identity)
        self.lines.enter(call, event.queue)

    # --- what the core asked for ---------------------------------------------------------------

    def _asked(self, event: Event | None, command: Command) -> None:
        if isinstance(command, TakeUpItem | DialCallback | DropItem):
            assert self.book.is_bodiless(command.call)
        elif not isinstance(command, ShowClosure):  # see test_closures.py
            self._asked_for(event, command)

    def _asked_for(self, event: Event | None, command: Command) -> None:
        rules = self.rules
        match command:
            case OfferCall():
                self._offered(command)
            case WithdrawOffer():
                self.hands.rings_no_more(command.call, command.agent, command.offer)
                self._lost_the_ring_for_a_reason(event, command)
                if command.reason == "no answer":
                    self.shifts.missed(command.agent, rules.callers[command.call].queue)
            case Connect():
                assert isinstance(event, events.OfferAccepted)
                self._connected(command)
            case DivertCall() | MoveCall():
                self._sent_on(command)
            case RingStaff() | TargetMissed():
                self.handovers.asked(command)
            case ShowAgent() | ShowOutcome() | ShowCall() | RemindAgent() | CallSupervisors():
                self._showed(event, command)

    def _connected(self, command: Connect) -> None:
        call = self.rules.callers[command.call]
        self.hands.connects(command)
        call.connected_at = self.now
        call.waited = self.now - call.waiting_since if call.directed is None else 0.0
        self.shifts.answered(command.agent)
        self.debts.connected(command)

    def _showed(
        self,
        event: Event | None,
        command: ShowAgent | ShowOutcome | ShowCall | RemindAgent | CallSupervisors,
    ) -> None:
        match command:
            case RemindAgent() | CallSupervisors():
                self.shifts.desks.asked(command)
            case ShowAgent():
                self.shifts.showed(event, command)
                self.debts.showed(command)
            case ShowOutcome():
                self.debts.said(command)
            case ShowCall():
                self._showed_call(command)

    def _lost_the_ring_for_a_reason(self, event: Event | None, command: WithdrawOffer) -> None:
        if command.reason == "answered by another":
            has_it = events.ConversationStarted | events.CallbackDialed | events.CallbackFailed
            talks = isinstance(event, has_it)  # who was first works at it already
            second = isinstance(event, events.OfferAccepted) and event.offer == command.offer
            is_joined = self.rules.callers[command.call].state is CallState.CONNECTING
            is_late = is_joined and (event is None or isinstance(event, events.SwitchResynced))
            assert talks or second or is_late, "lost the ring too early"

    def _showed_call(self, command: ShowCall) -> None:
        call = self.rules.callers[command.call]
        self.book.shown(command.call, command.state)
        self.handovers.showed(call, command)
        if command.state is CallState.ENDED:
            del self.rules.callers[command.call]
            self.ended += 1
            assert call.id not in self.hands.has.values(), "ended with an agent still on it"
            return
        if command.state in IN_LINE:
            assert (command.queue or "") == call.queue, "in another queue without a word"
        call.state = command.state

    def _sent_on(self, command: MoveCall | DivertCall) -> None:
        call = self.rules.callers[command.call]
        to = self._way_of(call, command)
        if isinstance(command, MoveCall):
            assert to.queue == command.to
            self.lines.enter(call, command.to)
        else:
            told = (command.flow, command.number, command.voicemail)
            assert (to.flow, to.number, to.voicemail) == told
            call.queue = ""

    def _way_of(self, call: Caller, command: MoveCall | DivertCall) -> Overflow:
        """Return where the caller chose to go, else where the queue sends them, with reason."""
        assert command.queue == call.queue
        chosen, self.chosen = self.chosen, None
        if chosen is not None:
            assert chosen[0] == call.id
            assert command.reason in ("key", "moved by hand")
            return chosen[1]
        limits = self.rules.settings(call.queue).limits
        if command.reason == "partner's share" and limits.partner is not None:
            assert call.queued_at == self.now
            return Overflow(number=limits.partner)
        to = limits.overflow
        assert to is not None, "sent elsewhere without a rule"
        assert to.queue not in call.visited, "sent round in a circle"
        self._has_reason(call)
        return to

    def _has_reason(self, call: Caller) -> None:
        limits, others = self.rules.settings(call.queue).limits, self.rules.line(call.queue)
        late = limits.wait_seconds is not None
        late = late and self.now >= call.queued_at + (limits.wait_seconds or 0.0)
        others = [one for one in others if one is not call]
        full = limits.waiting is not None and len(others) >= limits.waiting
        assert (
            late
            or (call.queued_at == self.now and (full or limits.partner_percent))
            or self.rules.is_empty(call, (*limits.join_empty, *limits.leave_empty))
        ), f"{call.id} was sent away for no reason"

    def _offered(self, offer: OfferCall) -> None:
        call, worker = self.rules.callers[offer.call], self.rules.workers[offer.agent]
        assert not self.rules.held, "offered while the switch was away"
        assert offer.phone == worker.phone, "rings an empty chair"
        self.shifts.may_have(offer.agent)
        if offer.why.directed:
            self.handovers.offered(offer)
        else:
            self.fairness.offered(offer, call, worker)
        call.state, worker.state = CallState.OFFERED, AgentState.OFFERED
        worker.client = call.client
        self.hands.rings(offer)
