"""What happens to the engine's surroundings."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLoaded:
    """The tenant's configuration was read, at start or by reload."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost:
    """Asterisk cannot be reached: no offers, no deadlines until it can."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchResynced:
    """What was missed has been posted; offers may go on."""

    node: str
