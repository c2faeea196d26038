"""Let the caller wait for an agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.config.names import Line
from ccengine.core.ids import AgentId, queue_id
from ccengine.core.states import Kind
from ccengine.ivr.outcomes import Enqueue
from ccengine.ivr.references import AgentName, Level, QueueName, ShownText, SkillName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext

Priority = Annotated[int, Field(ge=-1000, le=1000)]
Score = Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueStep:
    """End the flow in one of the client's queues."""

    enqueue: QueueName
    priority: Priority | None = None  #: the queue's own when left out
    skills: Mapping[SkillName, Level] = field(default_factory=dict)  #: required beside the queue's
    preferred: Mapping[SkillName, Level] = field(default_factory=dict)  #: wanted beside them
    agents: tuple[AgentName, ...] = ()  #: asked first, for the queue's `affinity`
    scores: Mapping[AgentName, Score] = field(default_factory=dict)  #: likewise, by these
    kind: Kind = Kind.CALL  #: of work; all wait by the same rules
    show: Mapping[Line, ShownText] = field(default_factory=dict)  #: to the agent, by label

    async def run(self, context: FlowContext) -> Enqueue:
        """Return the queue and what the caller needs there."""
        context.data.show(self.show)
        return Enqueue(
            queue_id(context.client, self.enqueue),
            self.priority,
            skills=self.skills,
            preferred=self.preferred,
            agents=self._agents(),
            scores=self.scores,
            kind=self.kind,
        )

    def _agents(self) -> tuple[AgentId, ...]:
        """Return all who are named, best first; those without a score come last."""
        scored = sorted(self.scores, key=lambda agent: -self.scores[agent])
        return (*scored, *(agent for agent in self.agents if agent not in self.scores))
