"""What happens to the engine's surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.plan import Plan


class DiskLevel(StrEnum):
    """How full the disk of recordings is."""

    FINE = "fine"
    ALARM = "alarm"  #: somebody should look at it
    FULL = "full"  #: no recording is begun
    EXHAUSTED = "exhausted"  #: those that go on are ended, before the disk cuts them


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskLevelChanged:
    """The disk of recordings has passed a mark, up or down."""

    node: str
    level: DiskLevel
    used_percent: float
