"""The one place that reads a clock."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.ids import Instant


class Clock:
    """UTC anchored at start and advanced by a monotonic clock, so it never goes back.

    Args:
        monotonic: seconds of a clock that never goes back, such as a loop's `time`.
        not_before: the journal's last instant; the clock starts no earlier.
        anchor: UTC seconds at start; None reads the wall clock.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        not_before: Instant = 0.0,
        anchor: Instant | None = None,
    ) -> None:
        wall = time.time() if anchor is None else anchor  # noqa: TID251 - the Clock itself
        self._monotonic = monotonic
        self._offset = max(wall, not_before) - monotonic()

    def now(self) -> Instant:
        """Return seconds since the epoch, UTC."""
        return self._offset + self._monotonic()

    def at(self, monotonic: float) -> Instant:
        """Return the instant of a reading of the monotonic clock."""
        return self._offset + monotonic


def wall() -> Instant:
    """Return seconds since the epoch, UTC: for what runs without an engine."""
    return time.time()  # noqa: TID251 - here the clock is read


def today() -> date:
    """Return which day it is in UTC, likewise."""
    return datetime.fromtimestamp(wall(), UTC).date()
