"""The books on whose turn it is: who should have been asked, and that nobody waits in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.queues import Strategy
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from ccengine.core.commands import OfferCall
    from tests.core.hands_book import Hands
    from tests.core.items_book import ItemsBook
    from tests.core.lines_book import Lines
    from tests.core.rulebook import Caller, Worker

LEASE_SECONDS = 30.0
ROUNDING = 1e-6


class Fairness:
    """What should have been."""

    def __init__(self, hands: Hands, lines: Lines, book: ItemsBook) -> None:
        self.rules = hands.rules
        self.hands, self.lines, self.book = hands, lines, book
        self.now = 0.0
        self.rung = ("", CallState.WAITING)  #: the call offered last in this step, as it was

    def begin_step(self, now: float) -> None:
        self.now, self.rung = now, ("", CallState.WAITING)

    def offered(self, offer: OfferCall, call: Caller, worker: Worker) -> None:
        assert call.directed is None, "for one agent alone"
        if self.rung[0] != call.id:
            is_rung = bool(self.hands.rung_for(call.id) or self.hands.owners(call.id))
            self.rung = (call.id, call.state if is_rung else CallState.WAITING)
        else:
            strategy = self.rules.settings(call.queue).strategy
            assert strategy is Strategy.RING_ALL, "offered to two agents"
        call.state, worker.state = CallState.WAITING, AgentState.AVAILABLE  # a moment before
        worker.client = ""
        self._was_fair(call, worker)
        self.rules.turns[call.queue] = call.rung = offer.agent

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

    def nobody_waits_in_vain(self, *, timely: bool) -> None:
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
        if (
            call.only
            or call.directed
            or self.rules.settings(call.queue).strategy is not Strategy.RING_ALL
        ):
            return
        penalties = [
            self.rules.penalty(call.queue, agent) or 0
            for agent in self.hands.rung_for(call.id)
        ]  # fmt: skip
        for agent in self._candidates(call):
            penalty = self.rules.penalty(call.queue, agent) or 0
            assert penalty > min(penalties), f"{agent} is not rung for {call.id}"
