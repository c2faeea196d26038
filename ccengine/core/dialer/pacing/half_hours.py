"""No bad half hour: abandoned calls of each half hour stay within a multiple of the limit.

People who are called judge by the hour, and so do reports; a budget for a day would let a law
spend all of it in one. Half hours are those of the wall clock, as reports have them.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

HALF_HOUR_S: Final = 1800.0
RATE_MEMORY_S: Final = 1200.0


def most_times(agents: int) -> float:
    """Return how many times the limit a half hour may reach: small teams have few answers in it."""
    return 1 + 3.6 / sqrt(max(agents, 1))


class HalfHours:
    """Counts the half hour that runs, and foresees how many answers it will have."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._number = -1
        self._live = 0
        self._abandoned = 0
        self._rate = 0.0
        self._at_s = 0.0

    def _turn(self, now_s: float) -> None:
        number = int(now_s // HALF_HOUR_S)
        if number != self._number:
            self._number, self._live, self._abandoned = number, 0, 0

    def answered(self, now_s: float) -> None:
        """Count a live answer."""
        self._turn(now_s)
        self._live += 1
        keep = exp(-max(0.0, now_s - self._at_s) / RATE_MEMORY_S)
        self._rate = self._rate * keep + 1 / RATE_MEMORY_S
        self._at_s = now_s

    def lost(self, now_s: float) -> None:
        """Count an abandoned call."""
        self._turn(now_s)
        self._abandoned += 1

    def left(self, now_s: float, agents: int) -> float:
        """Return how many more calls may be abandoned until the half hour ends."""
        self._turn(now_s)
        to_come = (self._number + 1) * HALF_HOUR_S - now_s
        foreseen = self._live + 0.9 * self._rate * to_come
        return most_times(agents) * self._share * foreseen - self._abandoned
