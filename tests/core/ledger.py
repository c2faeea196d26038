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
    ShowAgent,
    ShowCall,
    ShowOutcome,
    TakeUpItem,
    WithdrawOffer,
)
from ccengine.core.queues import Overflow, Strategy
from ccengine.core.states import AgentState, CallState
from tests.core.builders import plan_of
from tests.core.debts_book import Debts
from tests.core.items_book import ItemsBook, have_earlier
from tests.core.lines_book import IN_LINE, Lines
from tests.core.rulebook import Rulebook
from tests.core.shifts_book import Shifts

if TYPE_CHECKING:
    from ccengine.core.events import Event
    from ccengine.core.plan import Plan
    from tests.core.rulebook import Caller, Worker

LEASE_SECONDS = 30.0
ROUNDING = 1e-6


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
        self.held = True
        self.has: dict[str, str] = {}  #: the call an agent is offered or on
        self.ringing: dict[str, tuple[str, str]] = {}
        self.numbers: set[str] = set()
        self.identities: dict[str, str] = {}  #: who calls are from
        self.rung = ("", CallState.WAITING)  #: the call offered last in this step, as it was
        self.chosen: tuple[str, Overflow] | None = None  #: by key or by hand, in this step

    def enter(self, event: Event | None, commands: list[Command], now: float) -> None:
        """Enter one step that was neither refused nor ignored; event None: deadlines."""
        self.now, self.rung, self.chosen = now, ("", CallState.WAITING), None
        self.shifts.begin_step(event, now)
        self.lines.now = now
        if event is None or isinstance(event, events.SwitchResynced):
            self.lines.time_passed()
        if event is not None:
            self._happened(event)
        for command in commands:
            self._asked(event, command)
        for call, agent in self.ringing.values():
            may = self.rules.may_ring(self.rules.callers[call], agent)
            assert may or self.held, f"{agent} rings for {call} and may not have it"
        self.shifts.desks.end_step(timely=event is None and not self.held)
        if not self.held:
            self._nobody_waits_in_vain(timely=event is None)
            if event is None:
                self.book.check_times(now)
        self.book.check()

    def close(self) -> None:
        """Check, when all callers have gone, that nobody was forgotten."""
        assert not self.rules.callers
        assert self.arrived == self.ended
        assert not self.ringing
        assert not self.has

    # --- what happened -------------------------------------------------------------------------

    def _happened(self, event: Event) -> None:
        callers = self.rules.callers
        match event:
            case events.PlanLoaded():
                self._planned(event.plan)
            case events.SwitchLost() | events.SwitchResynced():
                self.held = isinstance(event, events.SwitchLost)
            case events.CallArrived() | events.CallMissed():  # this one for as long as the step
                self.arrived += 1
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
            del self.has[self._who_answered(event.call)]

    def _joins(self, call: str) -> bool:
        return self.rules.callers[call].state is CallState.CONNECTING

    def _who_answered(self, call: str) -> str:
        """Return who is on the call: under ring-all other phones may ring for it still."""
        ring = {agent for _, agent in self.ringing.values()}
        (agent,) = (agent for agent, has in self.has.items() if has == call and agent not in ring)
        return agent

    def _happened_to_offer(self, event: Event) -> None:
        callers = self.rules.callers
        match event:
            case events.OfferDeclined():
                call, agent = self.ringing.pop(event.offer)
                assert (call, agent) == (event.call, event.agent)
                del self.has[agent]
                self.shifts.missed(agent, callers[call].queue, event.how)
            case events.ConversationStarted():
                self.lines.met(callers[event.call], event.agent)
            case events.ConversationFailed():
                assert self.has.pop(event.agent) == event.call
            case events.ConversationEnded() | events.CallEnded():
                if callers[event.call].state is CallState.TALKING:
                    self._talk_ended(event.call)
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

    def _talk_ended(self, call: str) -> None:
        agent, caller = self._who_answered(call), self.rules.callers[call]
        del self.has[agent]
        caller.waits_from = self.now
        self.shifts.talked(agent, caller.queue)

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
        else:
            self._asked_for(event, command)

    def _asked_for(self, event: Event | None, command: Command) -> None:
        rules = self.rules
        match command:
            case OfferCall():
                self._offered(command)
            case WithdrawOffer():
                assert self.has.pop(command.agent) == command.call
                self.ringing.pop(command.offer, None)  # not ringing: it was just answered
                self._lost_the_ring_for_a_reason(event, command)
                if command.reason == "no answer":
                    self.shifts.missed(command.agent, rules.callers[command.call].queue)
            case Connect():
                assert isinstance(event, events.OfferAccepted)
                assert self.ringing.pop(command.offer) == (command.call, command.agent)
                rules.callers[command.call].connected_at = self.now
                self.shifts.answered(command.agent)
                self.debts.connected(command)
            case DivertCall() | MoveCall():
                self._sent_on(command)
            case ShowAgent() | ShowOutcome() | ShowCall() | RemindAgent() | CallSupervisors():
                self._showed(event, command)

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
        if command.state is CallState.ENDED:
            del self.rules.callers[command.call]
            self.ended += 1
            assert call.id not in self.has.values(), "ended with an agent still on it"
            return
        if command.state in IN_LINE:
            assert command.queue == call.queue, "in another queue without a word"
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
        assert not self.held, "offered while the switch was away"
        assert offer.agent not in self.has, "offered a second call"
        assert offer.offer not in self.numbers, "an offer's number was used before"
        assert offer.phone == worker.phone, "rings an empty chair"
        if self.rung[0] != call.id:
            self.rung = (
                call.id,
                call.state if offer.call in self.has.values() else CallState.WAITING,
            )
        else:
            strategy = self.rules.settings(call.queue).strategy
            assert strategy is Strategy.RING_ALL, "offered to two agents"
        call.state, worker.state = CallState.WAITING, AgentState.AVAILABLE  # a moment before
        self.shifts.may_have(offer.agent)
        worker.client = ""
        self._was_fair(call, worker)
        call.state, worker.state = CallState.OFFERED, AgentState.OFFERED
        worker.client = call.client
        self.rules.turns[call.queue] = call.rung = offer.agent
        self.numbers.add(offer.offer)
        self.ringing[offer.offer] = (offer.call, offer.agent)
        self.has[offer.agent] = offer.call

    # --- what should have been -----------------------------------------------------------------

    def _candidates(self, call: Caller) -> list[str]:
        """Who is free, qualifies, and is forbidden by no rule."""
        rules = self.rules
        free = [one.id for one in rules.workers.values() if one.free and rules.known(one.id)]
        return [
            agent for agent in free
            if rules.qualifies(call, agent) and not rules.forbids(call, agent, self.now)
        ]  # fmt: skip

    def _was_fair(self, call: Caller, worker: Worker) -> None:
        rules = self.rules
        self.lines.skip(call)
        candidates = self._candidates(call)
        assert worker.id in candidates, f"{worker.id} may not be offered {call.id}"
        takes = rules.choice(call, candidates)
        assert worker.id in takes, f"{takes} should have been asked before {worker.id}"
        for other in list(rules.callers.values()):
            if other is call or other.state is not CallState.WAITING:
                continue
            self.lines.skip(other)
            may = rules.qualifies(other, worker.id) and not rules.forbids(
                other, worker.id, self.now
            )
            if not may:
                continue
            assert self.rung[1] is CallState.WAITING, f"joined {call.id} while {other.id} waits"
            assert rules.before(call, other, self.now) is not False, (
                f"{call.id} overtook {other.id}"
            )

    def _nobody_waits_in_vain(self, *, timely: bool) -> None:
        for call in self.rules.callers.values():
            limits = self.rules.settings(call.queue).limits if call.queue else None
            if call.state is CallState.CONNECTING and timely:
                assert self.now - call.connected_at < LEASE_SECONDS + ROUNDING, "stuck"
            if call.state is CallState.OFFERED and limits is not None:
                self._all_are_rung(call)
            if call.state is not CallState.WAITING or limits is None:
                continue
            self.lines.skip(call)
            assert not self._candidates(call), f"{call.id} waits though somebody is free"
            to = limits.overflow
            if to is None or (to.queue is not None and to.queue in call.visited):
                continue
            if to.queue is None and call.id in self.book.items:
                continue
            if timely and limits.wait_seconds is not None:
                assert self.now < call.queued_at + limits.wait_seconds, "waits for too long"
            assert not limits.leave_empty or not self.rules.is_empty(call, limits.leave_empty)

    def _all_are_rung(self, call: Caller) -> None:
        if call.only or self.rules.settings(call.queue).strategy is not Strategy.RING_ALL:
            return
        penalties = [
            self.rules.penalty(call.queue, agent) or 0
            for of, agent in self.ringing.values() if of == call.id
        ]  # fmt: skip
        for agent in self._candidates(call):
            penalty = self.rules.penalty(call.queue, agent) or 0
            assert penalty > min(penalties), f"{agent} is not rung for {call.id}"
