"""What a queue_log says of agents: log-ins, memberships of queues, pauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core.acd.requirement import Requirements
from ccengine.core.ids import PhoneId, QueueId
from ccengine.core.states import AgentState
from ccengine.reporting.kpis.facts import Ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.core.agents import Agent
    from ccengine.core.commands import ShowAgent
    from ccengine.core.ids import AgentId, Instant
    from ccengine.core.plan import Plan
    from ccengine.reporting.queue_log_lines import Lines


@dataclass(slots=True)
class _Member:
    """An agent who is logged in."""

    since: Ms
    phone: PhoneId | None
    reason: str | None = None  #: why not ready; None: ready
    paused: tuple[QueueId, ...] = ()
    queues: list[QueueId] = field(default_factory=list)

    @property
    def channel(self) -> str:
        return f"PJSIP/phone-{self.phone or ''}"


class Members:
    """All agents who are logged in, as members of the queues whose calls they may get."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._members: dict[AgentId, _Member] = {}
        self._plan: Plan | None = None
        self._requirements: Requirements | None = None

    def load(self, plan: Plan, at: Ms, now: Instant) -> None:
        """Take note of a plan: agents may get calls of other queues."""
        known, self._plan = self._plan, plan
        if known is not None and known.version == plan.version:
            return  # only the calendar goes on
        self._requirements = Requirements(plan)
        for agent, member in self._members.items():
            self._join(agent, member, at, now)

    def seed(self, agent: Agent, since: Ms, now: Instant) -> None:
        """Take over from a snapshot who was there; no lines are made of it."""
        if agent.state is AgentState.OFFLINE:
            return
        self._members[agent.id] = _Member(
            since=since,
            phone=agent.phone,
            reason=agent.reason if agent.state is AgentState.NOT_READY else None,
            paused=agent.paused,
            queues=self._queues_of(agent.id, now),
        )

    def show(self, shown: ShowAgent, at: Ms, now: Instant) -> None:
        """Take note of an agent's state."""
        agent, member = shown.agent, self._members.get(shown.agent)
        if shown.state is AgentState.OFFLINE:
            if member is not None:
                self._log_out(agent, member, at)
            return
        if member is None:
            member = self._members[agent] = _Member(since=at, phone=shown.phone)
            self._lines.add(at, "AGENTLOGIN", member.channel, agent=agent)
            self._join(agent, member, at, now)
        reason = shown.reason if shown.state is AgentState.NOT_READY else None
        self._pause(agent, member, reason, at)
        self._leave_out(agent, member, shown.paused, at)

    def _log_out(self, agent: AgentId, member: _Member, at: Ms) -> None:
        self._pause(agent, member, None, at)
        self._leave_out(agent, member, (), at)
        for queue in member.queues:
            self._lines.add(at, "REMOVEMEMBER", queue=queue, agent=agent)
        there = self._lines.seconds(at - member.since)
        self._lines.add(at, "AGENTLOGOFF", member.channel, there, agent=agent)
        del self._members[agent]

    def _pause(self, agent: AgentId, member: _Member, reason: str | None, at: Ms) -> None:
        if reason == member.reason:
            return
        if member.reason is not None:
            self._lines.add(at, "UNPAUSEALL", agent=agent)
        if reason is not None:
            self._lines.add(at, "PAUSEALL", reason, agent=agent)
        member.reason = reason

    def _leave_out(
        self, agent: AgentId, member: _Member, paused: tuple[QueueId, ...], at: Ms
    ) -> None:
        self._tell(member.paused, paused, ("UNPAUSE", "PAUSE"), agent, at)
        member.paused = paused

    def _join(self, agent: AgentId, member: _Member, at: Ms, now: Instant) -> None:
        queues = self._queues_of(agent, now)
        self._tell(member.queues, queues, ("REMOVEMEMBER", "ADDMEMBER"), agent, at)
        member.queues = queues

    def _tell(
        self,
        before: Collection[QueueId],
        after: Collection[QueueId],
        words: tuple[str, str],
        agent: AgentId,
        at: Ms,
    ) -> None:
        """Tell of queues that are there no more, then of those that are new."""
        for one, other, word in ((before, after, words[0]), (after, before, words[1])):
            for queue in one:
                if queue not in other:
                    self._lines.add(at, word, queue=queue, agent=agent)

    def _queues_of(self, agent: AgentId, now: Instant) -> list[QueueId]:
        plan, requirements = self._plan, self._requirements
        if plan is None or requirements is None:
            return []
        return requirements.queues_of(agent, plan, now)
