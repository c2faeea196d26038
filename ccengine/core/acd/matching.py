"""Waiting calls and idle agents, kept so that the best pair is found without a search.

Calls with the same requirement form a pool: their line, and the idle agents who qualify in the
order of the queue's strategy. A free agent takes the first caller over the heads of all lines they
qualify for; a new caller takes the first idle agent of their pool. Both cost O(pools of the agent),
however many agents there are and callers wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core.acd.choosers import Chooser, chooser_of
from ccengine.core.acd.lines import LineRank, is_overdue, rank_as_head, rank_in_line
from ccengine.core.acd.requirement import Requirement
from ccengine.core.ids import AgentId, CallId
from ccengine.core.queues import QueueSettings
from ccengine.core.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan

Permit = Callable[["AgentId", "Requirement"], bool]
"""Tells whether the house rules let the agent serve such a call now."""

RETIRED = QueueSettings()
"""The rules of a queue that a new plan dropped, for those who still wait in it."""


@dataclass(slots=True)
class Pool:
    """Calls that need the same, and who can give it."""

    requirement: Requirement
    settings: QueueSettings
    members: tuple[AgentId, ...]  #: all who qualify, in the plan's order
    idle: Chooser
    present: int  #: members who are logged in
    line: Ranking[CallId, LineRank] = field(default_factory=Ranking)
    by_age: Ranking[CallId, LineRank] = field(default_factory=Ranking)  #: with a starvation guard
    shared: Ranking[CallId, LineRank] = field(default_factory=Ranking)  #: ring at several already


class Matching:
    """Who waits and who is free."""

    def __init__(self, plan: Plan, now: Instant) -> None:
        self._plan = plan
        self.now = now  #: qualifications are judged at this instant, until the next one is made
        self._pools: dict[Requirement, Pool] = {}
        self._pools_of: dict[AgentId, dict[Requirement, Pool]] = {a: {} for a in plan.agents}
        self._idle: dict[AgentId, Agent] = {}
        self._present: set[AgentId] = set()
        self._unstaffed: dict[Requirement, Pool] = {}
        self._pool_of: dict[CallId, Pool] = {}
        self._calls: dict[CallId, Call] = {}

    # --- the line ------------------------------------------------------------------------------

    def add_call(self, call: Call, requirement: Requirement) -> None:
        """Put the call into the line of its requirement, at its rank."""
        self.remove_call(call.id)
        pool = self.pool(requirement)
        pool.line.put(call.id, rank_in_line(call, pool.settings))
        if pool.settings.longest_wait_seconds is not None:
            pool.by_age.put(call.id, (call.queued_at, call.serial))
        self._pool_of[call.id], self._calls[call.id] = pool, call

    def share_call(self, call: Call, requirement: Requirement) -> None:
        """Keep a call that rings at all who were free for those who get free meanwhile."""
        self.remove_call(call.id)
        pool = self.pool(requirement)
        pool.shared.put(call.id, rank_in_line(call, pool.settings))
        self._pool_of[call.id], self._calls[call.id] = pool, call

    def remove_call(self, call: CallId) -> None:
        """Take the call out of the line, if it is there."""
        pool = self._pool_of.pop(call, None)
        if pool is None:
            return
        del self._calls[call]
        for ranking in (pool.line, pool.by_age, pool.shared):
            ranking.discard(call)
        if pool.requirement.only and not pool.line and not pool.shared:
            self._forget(pool)

    def is_waiting(self, call: CallId) -> bool:
        """Tell whether the call stands in a line."""
        pool = self._pool_of.get(call)
        return pool is not None and call in pool.line

    def waiting(self, now: Instant) -> Iterator[CallId]:
        """Iterate over all waiting calls in the order in which a free agent of all would serve."""
        ranked = [
            (self._head_rank(self._calls[call], pool, now), call)
            for call, pool in self._pool_of.items()
            if call in pool.line
        ]
        return (call for _, call in sorted(ranked))

    # --- the agents ----------------------------------------------------------------------------

    def add_agent(self, agent: Agent) -> None:
        """Count the agent among the idle, at their rank."""
        self._idle[agent.id] = agent
        for pool in self._pools_of.get(agent.id, {}).values():
            pool.idle.put(agent)

    def remove_agent(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer, if they were."""
        if self._idle.pop(agent, None) is not None:
            for pool in self._pools_of.get(agent, {}).values():
                pool.idle.discard(agent)

    def note_presence(self, agent: AgentId, *, present: bool) -> None:
        """Take note that the agent logged in or out."""
        if present == (agent in self._present):
            return
        (self._present.add if present else self._present.discard)(agent)
        for requirement, pool in self._pools_of.get(agent, {}).items():
            pool.present += 1 if present else -1
            if not pool.present and pool.line:
                self._unstaffed[requirement] = pool

    def take_unstaffed(self) -> list[CallId]:
        """Return who waits in lines whose last agent has left since the last time."""
        unstaffed, self._unstaffed = self._unstaffed, {}
        return [call for pool in unstaffed.values() for call in pool.line]

    def lines(self) -> list[Requirement]:
        """Return the requirements for which somebody waits."""
        return [requirement for requirement, pool in self._pools.items() if pool.line]

    def is_staffed(self, requirement: Requirement) -> bool:
        """Tell whether anybody who qualifies is logged in, whatever they are doing."""
        return self.pool(requirement).present > 0

    def is_idle(self, agent: AgentId) -> bool:
        """Tell whether the agent counts among the idle."""
        return agent in self._idle

    # --- the best pair -------------------------------------------------------------------------

    def agents_for(
        self, call: CallId, last: AgentId | None, dice: int, permit: Permit
    ) -> Iterator[AgentId]:
        """Iterate over the idle who may serve the call, in the order of the queue's strategy."""
        pool = self._pool_of[call]
        for agent in pool.idle.candidates(last, dice):
            if permit(agent, pool.requirement):
                yield agent

    def call_for(self, agent: AgentId, now: Instant, permit: Permit) -> CallId | None:
        """Return the call the agent should serve first, over all queues, None if there is none."""
        heads = [
            (self._head_rank(self._calls[call], pool, now), call, pool)
            for pool in self._pools_of.get(agent, {}).values()
            for call in self._heads(pool, now)
        ]
        while heads:
            best = min(heads)
            if permit(agent, best[2].requirement):
                return best[1]
            heads.remove(best)
        return self._shared_for(agent, permit)

    def pool(self, requirement: Requirement) -> Pool:
        """Return the pool of a requirement, made when it is first asked for."""
        pool = self._pools.get(requirement)
        if pool is None:
            pool = self._pools[requirement] = self._made(requirement)
            for agent in pool.members:
                self._pools_of[agent][requirement] = pool
                idle = self._idle.get(agent)
                if idle is not None:
                    pool.idle.put(idle)
        return pool

    def heads(self, requirements: Iterable[Requirement], now: Instant) -> list[CallId]:
        """Return who is first in each of these lines, in the order of service."""
        lines = (self.pool(requirement) for requirement in requirements)
        found = [(pool, call) for pool in lines for call in self._heads(pool, now)]
        ranked = ((self._head_rank(self._calls[call], pool, now), call) for pool, call in found)
        return [call for _, call in sorted(ranked)]

    def pool_of(self, call: CallId) -> Pool | None:
        """Return the pool whose line the call stands in."""
        return self._pool_of.get(call)

    def _made(self, requirement: Requirement) -> Pool:
        settings = self._plan.queues.get(requirement.queue, RETIRED)
        named = requirement.only or requirement.members or self._plan.agents
        members = tuple(
            agent
            for agent in named
            if agent in self._plan.agents
            and requirement.lack_of(agent, self._plan, self.now) is None
        )
        penalties = {one.agent: one.penalty for one in settings.members}
        idle = chooser_of(settings.strategy, requirement, members, self._plan.agents, penalties)
        present = sum(agent in self._present for agent in members)
        return Pool(requirement, settings, members, idle, present)

    def _forget(self, pool: Pool) -> None:
        del self._pools[pool.requirement]
        for agent in pool.members:
            del self._pools_of[agent][pool.requirement]

    def _heads(self, pool: Pool, now: Instant) -> Iterator[CallId]:
        first = pool.line.first()
        if first is None:
            return
        oldest = pool.by_age.first()
        if oldest is not None and is_overdue(self._calls[oldest[1]], pool.settings, now):
            yield oldest[1]
        else:
            yield first[1]

    def _head_rank(self, call: Call, pool: Pool, now: Instant) -> tuple[float, ...]:
        return rank_as_head(call, pool.settings, self._plan.precedence, now)

    def _shared_for(self, agent: AgentId, permit: Permit) -> CallId | None:
        best: tuple[LineRank, CallId] | None = None
        for pool in self._pools_of.get(agent, {}).values():
            first = pool.shared.first()
            if first is not None and (best is None or first < best):
                best = first if permit(agent, pool.requirement) else best
        return None if best is None else best[1]
