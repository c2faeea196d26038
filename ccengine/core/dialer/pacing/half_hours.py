"""No bad half hour: abandoned calls of each half hour stay within a multiple of the limit.

People who are called judge by the hour, and so do reports; a budget for a day would let a law
spend all of it in one. Half hours are those of the wall clock, as reports have them.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF_HOUR_S: Final = 1800.0
RATE_MEMORY_S: Final = 1200.0
USUAL_CYCLE_S: Final = 200.0
AGENTS_SHARE: Final = 0.01
LAST_ONES: Final = 2  # abandoned calls: with fewer left, the next one closes the gate
#: of the limit, up to so many agents
MOST_TIMES: Final = ((10, 3.0), (50, 1.8), (250, 1.4), (float("inf"), 1.2))
EARLY_COST: Final = 1.0


def most_times(agents: int) -> float:
    """Return how many times the limit a half hour may reach: small teams have few answers in it."""
    return next(times for most, times in MOST_TIMES if agents <= most)


class HalfHours:
    """Counts the half hour that runs, and foresees how many answers it will have."""

    def __init__(self, share: float, agents: int) -> None:
        self._share = share
        self._number = -1
        self._live = 0
        self._abandoned = 0
        self._rate = agents / USUAL_CYCLE_S  # live answers a second, until they are seen
        self._at_s = 0.0

    def memory(self) -> tuple[float, ...]:
        """Return the counts of the half hour, and how often answers come."""
        counts = (self._number, self._live, self._abandoned)
        return tuple(map(float, (*counts, self._rate, self._at_s)))

    def recall(self, memory: Sequence[float]) -> None:
        """Take them as they were."""
        number, live, abandoned, self._rate, self._at_s = memory
        self._number, self._live, self._abandoned = int(number), int(live), int(abandoned)

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

    def disowned(self, now_s: float) -> None:
        """Take back an answer that was none. If its half hour is over, this one bears it."""
        self._turn(now_s)
        self._live = max(0, self._live - 1)
        self._rate = max(0.0, self._rate - 1 / RATE_MEMORY_S)

    def lost(self, now_s: float) -> None:
        """Count an abandoned call."""
        self._turn(now_s)
        self._abandoned += 1

    def left(self, now_s: float, agents: int) -> float:
        """Return how many more calls may be abandoned until the half hour ends."""
        return self._allowed(now_s, agents) - self._abandoned

    def _allowed(self, now_s: float, agents: int) -> float:
        self._turn(now_s)
        to_come_s = (self._number + 1) * HALF_HOUR_S - now_s
        foreseen = self._live + 0.9 * self._rate * to_come_s
        return most_times(agents) * self._share * foreseen

    def part_of_risk(self, now_s: float, agents: int) -> float:
        """Return what part of the risk that the budgets allow may be taken now; 0 is none.

        If the next abandoned call closes the gate until the half hour ends, it costs the more the
        earlier it comes. Large teams brake for what may still come of the calls in the air.
        """
        left = self.left(now_s, agents) - int(AGENTS_SHARE * agents)
        if left < 1:
            return 0.0
        if left >= LAST_ONES:
            return 1.0
        to_come = (self._number + 1) - now_s / HALF_HOUR_S
        return 1 / (1 + EARLY_COST * to_come)

    def is_tight(self, now_s: float, agents: int) -> bool:
        """Tell whether the second abandoned call of a half hour is one too many."""
        return self._allowed(now_s, agents) < LAST_ONES
