"""The books on callers: in which line each stands, since when, and what they ask for less of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.states import CallState
from tests.core.rulebook import Caller, Worker, order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.events import CallArrived, CallMissed, CallQueued
    from ccengine.core.plan import Plan
    from tests.core.rulebook import Rulebook

IN_LINE = (
    CallState.WAITING,
    CallState.POSTPONED,
    CallState.OFFERED,
    CallState.STRAYED,
    CallState.CONNECTING,
)


class Lines:
    """What callers did, as far as the rules ask for it."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.now = 0.0
        self.count = 0
        self.known: dict[str, str] = {}  #: whom callers talked with last

    # --- what happens to one ---------------------------------------------------------------------

    def arrived(self, event: CallArrived | CallMissed) -> None:
        assert event.call not in self.rules.callers
        self.rules.callers[event.call] = Caller(
            event.call, event.client, event.caller, waits_from=event.arrived_at
        )

    def number(self, event: CallQueued) -> None:
        """Give a caller who enters a line the next place, and what they ask for."""
        call = self.rules.callers[event.call]
        self.count += 1
        call.place, call.visited = self.count, []
        call.asked, call.agents = event.priority, tuple(event.agents)
        call.scores = {str(one): score for one, score in event.scores.items()}
        call.skills = {str(one): least for one, least in event.skills.items()}
        call.preferred = {str(one): least for one, least in event.preferred.items()}
        call.lined_at = self.now

    def number_again(self, call: Caller) -> None:
        """Give a caller whom an agent sends on the next place; what they ask for stays."""
        self.count += 1
        call.place, call.visited, call.lined_at = self.count, [], self.now

    def enter(self, call: Caller, queue: str) -> None:
        call.queue, call.queued_at, call.relaxed, call.rung = queue, self.now, 0, None
        call.visited.append(queue)
        self._count_waiting(call)
        self.begin(call)

    def begin(self, call: Caller) -> None:
        """Begin with all that the call asks for in its queue."""
        call.relaxed = 0
        self._know(call)
        self._relax(call)
        self.skip(call)

    def skip(self, call: Caller) -> None:
        """What nobody logged in could serve is not waited for."""
        if call.only and not self.rules.staffed(call, call.relaxed):
            call.only = ()
        steps = len(self.rules.settings(call.queue).relax)
        served = (one for one in range(call.relaxed, steps + 1) if self.rules.staffed(call, one))
        call.relaxed = next(served, call.relaxed)

    def met(self, call: Caller, agent: str) -> None:
        """The caller talks with this agent."""
        if call.caller:
            self.known[f"{call.client}/{call.caller}"] = agent

    # --- what happens to all ---------------------------------------------------------------------

    def time_passed(self) -> None:
        rules = self.rules
        edges = {edge for periods in rules.plan.periods.values() for period in periods.values()
                 for edge in (period.starts, period.ends) if edge is not None}  # fmt: skip
        if any(rules.judged_at < edge <= self.now for edge in edges):
            rules.judged_at = self.now
        for call in rules.callers.values():
            if call.state in IN_LINE:
                self._relax(call)

    def replan(self, plan: Plan) -> None:
        rules = self.rules
        before, rules.plan, rules.judged_at = rules.plan, plan, self.now
        rules.turns = turns_left(rules.turns, before, plan)
        for agent in plan.agents:
            rules.workers.setdefault(agent, Worker(agent))
        for call in rules.callers.values():
            if call.state in IN_LINE:
                call.relaxed = 0
                self._count_waiting(call)
                self._know(call)
                self._relax(call)
                self.skip(call)

    def _count_waiting(self, call: Caller) -> None:
        earlier = self.rules.settings(call.queue).counts_earlier_seconds
        call.waiting_since = min(call.waits_from, call.lined_at) if earlier else call.lined_at

    def _relax(self, call: Caller) -> None:
        relax = self.rules.settings(call.queue).relax
        due = sum(call.queued_at + step.after_seconds <= self.now for step in relax)
        call.relaxed = max(call.relaxed, due)
        if call.only_until <= self.now:
            call.only = ()

    def _know(self, call: Caller) -> None:
        affinity = self.rules.settings(call.queue).affinity
        agent = self.known.get(f"{call.client}/{call.caller}") if call.caller else None
        call.only, seconds = (), 0.0
        if call.agents and affinity.preferred_seconds > 0:
            call.only, seconds = call.agents, affinity.preferred_seconds
        elif agent is not None and affinity.same_agent_seconds > 0:
            call.only, seconds = (agent,), affinity.same_agent_seconds
        call.only_until = call.queued_at + seconds


def turns_left(turns: Mapping[str, str], before: Plan, plan: Plan) -> dict[str, str]:
    """After whom each queue's turn goes on: the last one, or who came before and is still there."""
    return {queue: _turn_left(last, order_of(before, queue), order_of(plan, queue))
            for queue, last in turns.items()}  # fmt: skip


def _turn_left(last: str, once: list[str], now: list[str]) -> str:
    if last not in once:
        return last
    return next((one for one in reversed(once[: once.index(last) + 1]) if one in now), "")
