"""What is known of numbers that are closed by one switch."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Numbers that are closed now."""

    since: Instant
    by: str  #: who said so last: an agent, or a token's name
    reason: str = ""
    until: Instant | None = None  #: they open by themselves then

    def holds(self, now: Instant) -> bool:
        """Tell whether they are closed at an instant: the clock may be late."""
        return self.until is None or now < self.until
