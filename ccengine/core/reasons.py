"""Why the core chose as it did, to be kept with what it chose."""

from __future__ import annotations

from dataclasses import dataclass


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


NO_REASON = Why()
"""Of offers made before reasons were kept."""
