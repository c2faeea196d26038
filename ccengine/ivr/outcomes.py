"""How a flow ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.ids import QueueId


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


@dataclass(frozen=True, slots=True)
class HangUp:
    """The call is over."""

    cause: HangUpCause = HangUpCause.NORMAL


Outcome = Enqueue | HangUp
