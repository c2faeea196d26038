"""How much risk may be taken: one budget for each limit on abandoned calls, and its gate.

A rule allows a share Q of the live answers of its window to be abandoned. Each answer earns q (a
little less than Q), each abandoned call spends one. The share of risk that a call may carry
(theta) follows what is left; the gate closes before the next one would break the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

RECENT_S: Final = 600.0
SHORT_MEMORY: Final = 100.0  # live answers
LEAST_LOG: Final = log(1e-4)
MOST_LOG: Final = log(0.5)


class Window(StrEnum):
    """The time over which a rule counts; who runs the campaign knows when one ends."""

    DAY = "day"
    THIRTY_DAYS = "thirty days"
    CALENDAR_MONTH = "calendar month"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule: at most `share` of the live answers of a window are abandoned.

    `strict` is for teams so small that one abandoned call matters: no grace at the window's start,
    and a closed gate means one call for each idle agent, not a small risk.
    """

    share: float
    window: Window = Window.DAY
    strict: bool = False


@dataclass(slots=True)
class Tuning:
    """The constants of the budget's control, found on the bench."""

    goal: float = 0.95
    gain: float = 1.0
    step: float = 0.06
    grace: float = 2.0
    grace_answers: float = 600.0
    repay: float = 1 / 30


class Budget:
    """What one limit allows now."""

    def __init__(self, limit: Limit, agents: int, tuning: Tuning | None = None) -> None:
        self.limit = limit
        self._tuning = tuning or Tuning()
        self._goal = self._tuning.goal * limit.share
        self.live = 0
        self.abandoned = 0
        self._level = log(self._goal * (0.4 + 0.6 * exp(-max(0, agents - 5) / 8)))
        self._left = 2.0
        self._recent = 0.0
        self._recent_at_s = 0.0
        self._short_live = 0.0
        self._short_abandoned = 0.0

    def answered(self, now_s: float) -> None:
        """Earn a little: a person answered."""
        self.live += 1
        elapsed = max(0.0, now_s - self._recent_at_s)
        self._recent_at_s = now_s
        self._recent = self._recent * exp(-elapsed / RECENT_S) + 1
        keep = 1 - 1 / SHORT_MEMORY
        self._short_live = self._short_live * keep + 1
        self._short_abandoned *= keep
        self._level = self._bounded(self._level + self._step() * self._goal)
        self._left = min(self._left + self._goal, 4 * self._measure())

    def lost(self) -> None:
        """Spend one: an answered call was abandoned."""
        self.abandoned += 1
        self._short_abandoned += 1
        self._level = self._bounded(self._level - self._step())
        self._left -= 1

    def _step(self) -> float:
        return self._tuning.step / (1 + self._recent / 150)

    def _measure(self) -> float:
        return max(2.0, 4 * sqrt(self._goal * self._recent))

    @staticmethod
    def _bounded(level: float) -> float:
        return min(MOST_LOG, max(LEAST_LOG, level))

    def theta(self) -> float:
        """Return the risk that one more call may carry; 0 means one call for each idle agent."""
        if self.is_overspent():
            if self.limit.strict or self._is_bursting():
                return 0.0
            return min(self._theta(), self._goal * self._tuning.repay)
        return self._theta()

    def _theta(self) -> float:
        ratio = self._left / self._measure() - 1
        return min(0.5, exp(self._level + self._tuning.gain * min(0.5, max(-2.0, ratio))))

    def is_overspent(self) -> bool:
        """Tell whether one more abandoned call would break the rule as it stands now."""
        share = self.limit.share
        grace = 0.0
        if not self.limit.strict:
            grace = self._tuning.grace * max(0.0, 1 - self.live / self._tuning.grace_answers)
        return self.abandoned + 1 - share * max(self.live, 1 / share) - grace > 0

    def _is_bursting(self) -> bool:
        return self._short_abandoned > 2 + SHORT_MEMORY * self.limit.share

    def open_window(self, live: int = 0, abandoned: int = 0) -> None:
        """Begin a window, or take its counts from what is stored; what is left stays."""
        self.live, self.abandoned = live, abandoned

    def saved(self) -> list[float]:
        """Return counts, level and what is left."""
        return [self.live, self.abandoned, self._level, self._left]

    def restore(self, counts: Sequence[float]) -> None:
        """Take what was saved."""
        self.live, self.abandoned = int(counts[0]), int(counts[1])
        self._level, self._left = counts[2], counts[3]
