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
#: of the agents above so many: abandoned calls kept back for those in the air
KEPT_BACK_SHARE: Final = 0.02
SMALL_TEAM: Final = 10
LEAST_RISK: Final = 0.0003  # what is left when the next abandoned call would be one too many
FIRMNESS: Final = 2.0
LAST_ONES: Final = 2  # abandoned calls: with fewer left, the next one closes the gate
#: of the limit, up to so many agents
MOST_TIMES: Final = ((10, 3.0), (50, 1.8), (250, 1.4), (float("inf"), 1.2))
EARLY_COST: Final = 1.0
CAUTION: Final = 0.9  # of the answers that the rate foresees


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
        foreseen = self._live + self._to_come(to_come_s)
        return most_times(agents) * self._share * foreseen

    def _to_come(self, to_come_s: float) -> float:
        return CAUTION * self._rate * to_come_s

    def risk_within(self, theta: float, now_s: float, agents: int) -> float:
        """Return how much of a risk that the budgets allow may be taken in this half hour.

        Where abandoned calls come faster than the rest of the half hour bears, risk is lowered
        early: a gate that falls shut costs more talk. If the next abandoned call closes it until
        the half hour ends, it costs the more the earlier it comes. Behind a closed gate a call may
        still follow one that has all but rung out: one call for each idle agent would wait for
        nothing, and nearly never does a call of so little risk find nobody.
        """
        least = min(theta, LEAST_RISK)
        left = self.left(now_s, agents) - KEPT_BACK_SHARE * max(0, agents - SMALL_TEAM)
        if left < 1:
            return least
        to_come_s = (self._number + 1) * HALF_HOUR_S - now_s
        expected = self._share * self._to_come(to_come_s)
        part = min(1.0, (left - 1) / expected) ** FIRMNESS if expected > 0 else 1.0
        if left < LAST_ONES:
            part = min(part, 1 / (1 + EARLY_COST * to_come_s / HALF_HOUR_S))
        return max(least, theta * part)

    def is_tight(self, now_s: float, agents: int) -> bool:
        """Tell whether the second abandoned call of a half hour is one too many."""
        return self._allowed(now_s, agents) < LAST_ONES
