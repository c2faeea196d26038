"""Keeps books on what the core was told and asked for, and nothing else; finds what is unfair.

It knows the rules of the house (`rulebook.py`) but none of the core's insides, and works out for
each offer who should have been asked for whom, and after each step that nobody waits for nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import (
    Command,
    Connect,
    DialCallback,
    DivertCall,
    DropItem,
    OfferCall,
    ShowAgent,
    ShowCall,
    ShowOutcome,
    TakeUpItem,
    WithdrawOffer,
)
from ccengine.core.queues import Strategy
from ccengine.core.states import AgentState, CallState
from tests.core.builders import plan_of
from tests.core.debts_book import Debts
from tests.core.items_book import ItemsBook, have_earlier
from tests.core.rulebook import Caller, Rulebook, Worker, order_of
from tests.core.shifts_book import Shifts

if TYPE_CHECKING:
    from ccengine.core.events import Event
    from ccengine.core.plan import Plan

IN_LINE = (
    CallState.WAITING,
    CallState.POSTPONED,
    CallState.OFFERED,
    CallState.STRAYED,
    CallState.CONNECTING,
)
LEASE_SECONDS = 30.0
ROUNDING = 1e-6


class Ledger:
    """The books. `enter` raises AssertionError at the first entry that cannot be."""

    def __init__(self) -> None:
        self.rules = Rulebook(plan_of({}, {}), 0.0)
        self.shifts = Shifts(self.rules)
        self.book = ItemsBook(self.rules)
        self.debts = Debts(self.rules)
        self.now = 0.0
        self.arrived = 0
        self.ended = 0
        self.held = True
        self.has: dict[str, str] = {}  #: the call an agent is offered or on
        self.ringing: dict[str, tuple[str, str]] = {}
        self.numbers: set[str] = set()
        self.known: dict[str, str] = {}  #: whom callers talked with last
        self.count = 0
        self.identities: dict[str, str] = {}  #: who calls are from
        self.rung = ("", CallState.WAITING)  #: the call offered last in this step, as it was

    def enter(self, event: Event | None, commands: list[Command], now: float) -> None:
        """Enter one step that was neither refused nor ignored; event None: deadlines."""
        self.now, self.rung = now, ("", CallState.WAITING)
        self.shifts.begin_step(event, now)
        if event is None or isinstance(event, events.SwitchResynced):
            self._time_passed()
        if event is not None:
            self._happened(event)
        for command in commands:
            self._asked(event, command)
        for call, agent in self.ringing.values():
            may = self.rules.may_ring(self.rules.callers[call], agent)
            assert may or self.held, f"{agent} rings for {call} and may not have it"
        if not self.held:
            self._nobody_waits_in_vain(timely=event is None)
        self.book.check()

    def close(self) -> None:
        """Check, when all callers have gone, that nobody was forgotten."""
        assert not self.rules.callers
        assert self.arrived == self.ended
        assert not self.ringing
        assert not self.has

    # --- what happened -------------------------------------------------------------------------

    def _time_passed(self) -> None:
        rules = self.rules
        edges = {edge for periods in rules.plan.periods.values() for period in periods.values()
                 for edge in (period.starts, period.ends) if edge is not None}  # fmt: skip
        if any(rules.judged_at < edge <= self.now for edge in edges):
            rules.judged_at = self.now
        for call in rules.callers.values():
            if call.state in IN_LINE:
                self._relax(call)

    def _relax(self, call: Caller) -> None:
        relax = self.rules.settings(call.queue).relax
        due = sum(call.queued_at + step.after_seconds <= self.now for step in relax)
        call.relaxed = max(call.relaxed, due)
        if call.only_until <= self.now:
            call.only = ()

    def _skip(self, call: Caller) -> None:
        """What nobody logged in could serve is not waited for."""
        if call.only and not self.rules.staffed(call, call.relaxed):
            call.only = ()
        steps = len(self.rules.settings(call.queue).relax)
        served = (one for one in range(call.relaxed, steps + 1) if self.rules.staffed(call, one))
        call.relaxed = next(served, call.relaxed)

    def _happened(self, event: Event) -> None:
        match event:
            case events.PlanLoaded():
                self._planned(event.plan)
            case events.SwitchLost() | events.SwitchResynced():
                self.held = isinstance(event, events.SwitchLost)
            case events.CallArrived() | events.CallMissed():  # this one for as long as the step
                self._arrived(event)
            case events.CallQueued():
                self._queued(event)
            case events.CallbackAsked() | events.MessageLeft():
                self._item_began(event)
            case events.PlaceReclaimed():
                self._reclaimed(event.call)
            case _:
                self._happened_to_item(event)
                self._happened_to_offer(event)

    def _happened_to_item(self, event: Event) -> None:
        self.book.attempt(event, self.now)
        if isinstance(event, events.CallEnded):
            self._left(event)
        if isinstance(event, events.CallbackFailed):
            agents = [agent for agent, has in self.has.items() if has == event.call]
            if self.rules.callers[event.call].state is CallState.CONNECTING:
                del self.has[agents[0]]

    def _happened_to_offer(self, event: Event) -> None:
        callers = self.rules.callers
        match event:
            case events.OfferDeclined():
                call, agent = self.ringing.pop(event.offer)
                assert (call, agent) == (event.call, event.agent)
                del self.has[agent]
                self.shifts.missed(agent, callers[call].queue, event.how)
            case events.ConversationStarted():
                caller = callers[event.call]
                if caller.caller:
                    self.known[f"{caller.client}/{caller.caller}"] = event.agent
            case events.ConversationFailed():
                assert self.has.pop(event.agent) == event.call
            case events.ConversationEnded() | events.CallEnded():
                if callers[event.call].state is CallState.TALKING:
                    self._talk_ended(event.call)
            case _:
                pass

    def _item_began(self, event: events.CallbackAsked | events.MessageLeft) -> None:
        self.count += 1
        self.numbers -= {n for n in self.numbers if n.startswith(f"{event.call}.")}
        before = len(self.rules.callers)
        self.book.begin(event, self.now, self.count)
        if len(self.rules.callers) > before:
            self.arrived += 1
            call = self.rules.callers[event.call]
            call.relaxed = 0
            self._know(call)
            self._relax(call)
            self._skip(call)

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

    def _arrived(self, event: events.CallArrived | events.CallMissed) -> None:
        assert event.call not in self.rules.callers
        self.numbers -= {n for n in self.numbers if n.startswith(f"{event.call}.")}
        self.arrived += 1
        self.rules.callers[event.call] = Caller(
            event.call, event.client, event.caller, waits_from=event.arrived_at
        )

    def _planned(self, plan: Plan) -> None:
        rules = self.rules
        self.shifts.replan(plan)
        before, rules.plan, rules.judged_at = rules.plan, plan, self.now
        for queue, last in list(rules.turns.items()):
            rules.turns[queue] = self._turn_left(before, queue, last)
        self.debts.replan()
        for agent in plan.agents:
            rules.workers.setdefault(agent, Worker(agent))
        for call in rules.callers.values():
            if call.state in IN_LINE:
                call.relaxed = 0
                self._count_waiting(call)
                self._know(call)
                self._relax(call)

    def _turn_left(self, before: Plan, queue: str, last: str) -> str:
        """After whom the turn goes on: the last one, or who came before them and is still there."""
        once, now = order_of(before, queue), order_of(self.rules.plan, queue)
        if last not in once:
            return last
        return next((one for one in reversed(once[: once.index(last) + 1]) if one in now), "")

    def _talk_ended(self, call: str) -> None:
        (agent,) = (agent for agent, has in self.has.items() if has == call)
        caller = self.rules.callers[call]
        del self.has[agent]
        caller.waits_from = self.now
        self.shifts.talked(agent, caller.queue)

    def _queued(self, event: events.CallQueued) -> None:
        call = self.rules.callers[event.call]
        self.count += 1
        call.place, call.visited = self.count, []
        call.asked, call.agents = event.priority, tuple(event.agents)
        call.scores = {str(one): score for one, score in event.scores.items()}
        call.skills = {str(one): least for one, least in event.skills.items()}
        call.preferred = {str(one): least for one, least in event.preferred.items()}
        self.identities[event.call] = event.identity
        call.queue, call.lined_at = event.queue, self.now
        self.book.meet(call, event.identity)
        self._enter_queue(call, event.queue)

    def _enter_queue(self, call: Caller, queue: str) -> None:
        call.queue, call.queued_at, call.relaxed, call.rung = queue, self.now, 0, None
        call.visited.append(queue)
        self._count_waiting(call)
        self._know(call)
        self._relax(call)
        self._skip(call)

    def _count_waiting(self, call: Caller) -> None:
        earlier = self.rules.settings(call.queue).counts_earlier_seconds
        call.waiting_since = min(call.waits_from, call.lined_at) if earlier else call.lined_at

    def _know(self, call: Caller) -> None:
        affinity = self.rules.settings(call.queue).affinity
        agent = self.known.get(f"{call.client}/{call.caller}") if call.caller else None
        call.only, seconds = (), 0.0
        if call.agents and affinity.preferred_seconds > 0:
            call.only, seconds = call.agents, affinity.preferred_seconds
        elif agent is not None and affinity.same_agent_seconds > 0:
            call.only, seconds = (agent,), affinity.same_agent_seconds
        call.only_until = call.queued_at + seconds

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
                if command.reason == "no answer":
                    self.shifts.missed(command.agent, rules.callers[command.call].queue)
            case Connect():
                assert isinstance(event, events.OfferAccepted)
                assert self.ringing.pop(command.offer) == (command.call, command.agent)
                rules.callers[command.call].connected_at = self.now
                self.shifts.answered(command.agent)
                self.debts.connected(command)
            case DivertCall():
                self._diverted(command)
            case ShowAgent() | ShowOutcome() | ShowCall():
                self._showed(event, command)

    def _showed(self, event: Event | None, command: ShowAgent | ShowOutcome | ShowCall) -> None:
        match command:
            case ShowAgent():
                self.shifts.showed(event, command)
                self.debts.showed(command)
            case ShowOutcome():
                self.debts.said(command)
            case ShowCall():
                self._showed_call(command)

    def _showed_call(self, command: ShowCall) -> None:
        call = self.rules.callers[command.call]
        self.book.shown(command.call, command.state)
        if command.state is CallState.ENDED:
            del self.rules.callers[command.call]
            self.ended += 1
            assert call.id not in self.has.values(), "ended with an agent still on it"
            return
        if command.state in IN_LINE and command.queue != call.queue and command.queue is not None:
            self._overflowed(call, command.queue)
        call.state = command.state

    def _overflowed(self, call: Caller, queue: str) -> None:
        """Check that each queue on the way to this one sends callers on to the next."""
        while call.queue != queue:
            to = self.rules.settings(call.queue).limits.overflow
            assert to is not None, "sent to another queue without a rule"
            assert to.queue is not None, "sent to another queue without a rule"
            assert to.queue not in call.visited, "sent round in a circle"
            self._has_reason(call)
            self._enter_queue(call, to.queue)

    def _diverted(self, command: DivertCall) -> None:
        call = self.rules.callers[command.call]
        if call.queue != command.queue:
            self._overflowed(call, command.queue)
        limits = self.rules.settings(call.queue).limits
        if command.reason == "partner's share" and limits.partner is not None:
            assert (call.queued_at, command.number) == (self.now, limits.partner)
            return
        to = limits.overflow
        assert to is not None
        assert (to.flow, to.number, to.voicemail) == (
            command.flow,
            command.number,
            command.voicemail,
        )
        self._has_reason(call)

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
        self._skip(call)
        candidates = self._candidates(call)
        assert worker.id in candidates, f"{worker.id} may not be offered {call.id}"
        takes = rules.choice(call, candidates)
        assert worker.id in takes, f"{takes} should have been asked before {worker.id}"
        for other in list(rules.callers.values()):
            if other is call or other.state is not CallState.WAITING:
                continue
            self._skip(other)
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
            self._skip(call)
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
