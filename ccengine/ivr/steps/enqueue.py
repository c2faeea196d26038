"""Let the caller wait for an agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from ccengine.config.names import Line
from ccengine.core.ids import AgentId, SkillId, queue_id
from ccengine.core.plan import PROFICIENCY_HIGHEST, PROFICIENCY_LOWEST
from ccengine.core.states import Kind
from ccengine.ivr.data import number_of
from ccengine.ivr.outcomes import Enqueue
from ccengine.ivr.references import AgentName, DataName, Level, QueueName, ShownText, SkillName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext

MOST: Final = 1000
Priority = Annotated[int, Field(ge=-MOST, le=MOST)]
Score = Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueStep:
    """End the flow in one of the client's queues."""

    enqueue: QueueName
    priority: Priority | None = None  #: the queue's own when left out
    priority_from: DataName | None = None  #: a value that is it, where it is a whole number
    skills_from: Mapping[SkillName, DataName] = field(default_factory=dict)
    """The same of what is required: a value that is the lowest proficiency, as a lookup found."""
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
            self._priority(context),
            skills={**self.skills, **self._skills(context)},
            preferred=self.preferred,
            agents=self._agents(),
            scores=self.scores,
            kind=self.kind,
        )

    def _priority(self, context: FlowContext) -> int | None:
        found = _whole(context, self.priority_from)
        return self.priority if found is None else found

    def _skills(self, context: FlowContext) -> dict[SkillId, int]:
        """Return the needs that values name; what is no proficiency is none."""
        named = {skill: _whole(context, value) for skill, value in self.skills_from.items()}
        return {
            skill: level
            for skill, level in named.items()
            if level is not None and PROFICIENCY_LOWEST <= level <= PROFICIENCY_HIGHEST
        }

    def _agents(self) -> tuple[AgentId, ...]:
        """Return all who are named, best first; those without a score come last."""
        scored = sorted(self.scores, key=lambda agent: -self.scores[agent])
        return (*scored, *(agent for agent in self.agents if agent not in self.scores))


def _whole(context: FlowContext, name: str | None) -> int | None:
    """Return a value that is a whole number."""
    number = None if name is None else number_of(context.data.get(name))
    is_whole = number is not None and number == number.to_integral_value()
    return int(number) if number is not None and is_whole and abs(number) <= MOST else None
