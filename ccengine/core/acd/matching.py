"""Waiting calls and idle agents, kept so that the best pair is found without a search.

Calls with the same requirement form a pool: its line in order of priority then arrival, and its
idle agents, longest idle first. A free agent takes the first caller over all pools they qualify
for; a new caller takes the longest idle agent of their pool. Both cost O(pools of the agent).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.agents import IdleRank
from ccengine.core.calls import Call, WaitingRank
from ccengine.core.ids import AgentId, CallId, ClientId, SkillId
from ccengine.core.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.core.agents import Agent
    from ccengine.core.plan import AgentSettings


class Requirement(NamedTuple):
    """What a call needs of an agent."""

    client: ClientId
    skills: tuple[tuple[SkillId, int], ...]  #: sorted, so that equal needs are equal values

    def met_by(self, agent: AgentSettings) -> bool:
        """Tell whether the agent is approved for the client and proficient enough."""
        return self.client in agent.clients and all(
            agent.skills.get(skill, 0) >= least for skill, least in self.skills
        )


def requirement_of(call: Call) -> Requirement:
    """Return what the call needs of an agent."""
    return Requirement(call.client, tuple(sorted(call.skills.items())))


@dataclass(slots=True)
class _Pool:
    line: Ranking[CallId, WaitingRank] = field(default_factory=Ranking)
    idle: Ranking[AgentId, IdleRank] = field(default_factory=Ranking)


class Matching:
    """Who waits and who is free."""

    def __init__(self, agents: Mapping[AgentId, AgentSettings]) -> None:
        self._settings = agents
        self._pools: dict[Requirement, _Pool] = {}
        self._pools_of: dict[AgentId, list[_Pool]] = {agent: [] for agent in agents}
        self._idle: dict[AgentId, IdleRank] = {}
        self._waiting: dict[CallId, _Pool] = {}

    def add_call(self, call: Call) -> None:
        """Put the call into the line at its rank."""
        pool = self._pool(requirement_of(call))
        pool.line.put(call.id, call.rank)
        self._waiting[call.id] = pool

    def remove_call(self, call: CallId) -> None:
        """Take the call out of the line, if it is there."""
        pool = self._waiting.pop(call, None)
        if pool is not None:
            pool.line.discard(call)

    def add_agent(self, agent: Agent) -> None:
        """Count the agent among the idle, at their rank."""
        self._idle[agent.id] = agent.idle_rank
        for pool in self._pools_of.get(agent.id, ()):
            pool.idle.put(agent.id, agent.idle_rank)

    def remove_agent(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer, if they were."""
        if self._idle.pop(agent, None) is not None:
            for pool in self._pools_of.get(agent, ()):
                pool.idle.discard(agent)

    def agent_for(self, call: CallId) -> AgentId | None:
        """Return the longest idle agent who qualifies for the waiting call."""
        best = self._waiting[call].idle.first()
        return None if best is None else best[1]

    def call_for(self, agent: AgentId) -> CallId | None:
        """Return the first waiting call, over all queues, that the agent qualifies for."""
        best: tuple[WaitingRank, CallId] | None = None
        for pool in self._pools_of.get(agent, ()):
            first = pool.line.first()
            if first is not None and (best is None or first[0] < best[0]):
                best = first
        return None if best is None else best[1]

    def is_idle(self, agent: AgentId) -> bool:
        """Tell whether the agent counts among the idle."""
        return agent in self._idle

    def is_waiting(self, call: CallId) -> bool:
        """Tell whether the call stands in a line."""
        return call in self._waiting

    def waiting(self) -> Iterator[CallId]:
        """Iterate over all waiting calls in order of priority then arrival."""
        ranked = ((pool.line.rank(call), call) for call, pool in self._waiting.items())
        return (call for _, call in sorted((rank, call) for rank, call in ranked if rank))

    def _pool(self, requirement: Requirement) -> _Pool:
        pool = self._pools.get(requirement)
        if pool is None:
            pool = self._pools[requirement] = _Pool()
            for agent, settings in self._settings.items():
                if requirement.met_by(settings):
                    self._pools_of[agent].append(pool)
                    if agent in self._idle:
                        pool.idle.put(agent, self._idle[agent])
        return pool
