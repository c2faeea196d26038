"""Stretches of time on the clock of the core, which has no calendar."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import Instant


@dataclass(frozen=True, slots=True)
class Period:
    """Days as instants, in the zone they were meant in."""

    starts: Instant | None = None
    ends: Instant | None = None

    def holds(self, now: Instant) -> bool:
        """Tell whether the period has begun and not ended."""
        begun = self.starts is None or self.starts <= now
        return begun and (self.ends is None or now < self.ends)
