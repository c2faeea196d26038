"""How a flow ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccengine.core.ids import AgentId, QueueId, SkillId
from ccengine.core.states import Kind


class HangUpCause(StrEnum):
    """What the caller's network is told."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"


@dataclass(frozen=True, slots=True)
class Enqueue:
    """The caller waits for an agent."""

    queue: QueueId
    priority: int | None = None  #: None: the queue's own
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required beside the queue's
    preferred: Mapping[SkillId, int] = field(default_factory=dict)  #: wanted beside the queue's
    agents: tuple[AgentId, ...] = ()  #: the caller's own, best first
    scores: Mapping[AgentId, int] = field(default_factory=dict)  #: of those, if they have any
    kind: Kind = Kind.CALL


@dataclass(frozen=True, slots=True)
class HangUp:
    """The call is over."""

    cause: HangUpCause = HangUpCause.NORMAL


@dataclass(frozen=True, slots=True)
class CalledBack:
    """The caller is to be called back: their call is over, their wait is not."""


Outcome = Enqueue | HangUp | CalledBack
