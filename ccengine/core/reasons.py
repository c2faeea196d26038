"""Why the core chose as it did, and why agents are away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why this agent and this caller. Why not others: `ccengine explain` replays the moment."""

    strategy: str = ""
    relaxed: int = 0  #: relax steps that had passed
    own_agent: bool = False  #: one of the caller's own
    overdue: bool = False  #: the starvation guard put the caller first
    directed: bool = False  #: for this agent and nobody else: a colleague asked for them
    waited_seconds: float = 0.0
    idle_seconds: float = 0.0


class AfterLimit(StrEnum):
    """What happens when an agent is not ready for longer than the reason may last."""

    REMIND = "remind"  #: the agent is told, and shown as overdue
    READY = "ready"
    LOG_OUT = "log_out"


NO_REASON = Why()
"""Of offers made before reasons were kept."""
