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


@dataclass(frozen=True, slots=True)
class Transfer:
    """The caller goes to somebody outside, whom the dialplan rings; else they leave a message."""

    number: str  #: of the client's staff, or one that its outbound rules allow


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """The caller leaves a message, and that is the end of the call."""

    queue: QueueId  #: whose work it becomes
    prompt: str | None = None  #: said before the tone; None: the queue's, or ours


Outcome = Enqueue | HangUp | CalledBack | Transfer | LeaveMessage


@dataclass(frozen=True, slots=True)
class Enter:
    """Go through another flow of the client's, and come back to the step that says so."""

    flow: str
    given: Mapping[str, str] = field(default_factory=dict)  #: its names, and templates of ours


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Go on where this flow was called."""

    values: Mapping[str, str] = field(default_factory=dict)  #: templates by name


Onward = str | Outcome | Enter | GiveBack
"""Where a step leads: to a step by its name, to the flow's end, or between flows."""
