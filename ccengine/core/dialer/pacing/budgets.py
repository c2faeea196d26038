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
OPEN_END_S: Final = 7200.0
STEADY_PUSH: Final = 1.0
LEAST_TO_COME: Final = 2.0  # abandoned calls' worth of answers: nearer to the end a plan is noise
KEPT_BACK: Final = 1.25  # abandoned calls: for those in the air when the end is near
LAST_ONES: Final = 2.0  # abandoned calls
SHORT_MEMORY: Final = 100.0  # live answers
LEAK: Final = 2.0  # abandoned calls: the most that a closed gate's trace of risk may add
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

    `strict` is for teams so small that one abandoned call matters: nothing is lent by answers to
    come, and a closed gate means one call for each idle agent, not a small risk.
    """

    share: float
    window: Window = Window.DAY
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Tuning:
    """The constants of the budget's control, found on the bench."""

    goal: float = 0.97
    step: float = 0.05
    most_push: float = 2.0
    least_push: float = 0.15
    grace: float = 6.0
    grace_share: float = 0.5
    repay: float = 0.1


class Budget:
    """What one limit allows now: a plan until its window or the day's work ends, which is first.

    Spending is steered so that what is left lasts for the answers still to come: gently while many
    are to come, firmly at the end. Early overspending is paid back in the same window: so there is
    none in a day of which nobody knows when its work ends.

    Args:
        limit: which.
        agents: who serve the campaign, more or less.
        work_ends_s: when the day's work ends; None: nobody knows.
        tuning: of the control.
    """

    def __init__(
        self,
        limit: Limit,
        agents: int,
        work_ends_s: float | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        self.limit = limit
        self._tuning = tuning or Tuning()
        self._work_ends_s = work_ends_s
        self._ends_s: float | None = None  # the window's
        goal = self._tuning.goal * limit.share
        self.live = 0
        self.abandoned = 0
        self._level = log(goal * (0.6 + 1.2 * exp(-max(0, agents - 5) / 8)))
        self._rate = 0.0  # live answers a second
        self._rate_at_s = 0.0
        self._short_live = 0.0
        self._short_abandoned = 0.0

    def answered(self, now_s: float) -> None:
        """Earn a little: a person answered."""
        self.live += 1
        elapsed = max(0.0, now_s - self._rate_at_s)
        self._rate_at_s = now_s
        self._rate = self._rate * exp(-elapsed / RECENT_S) + 1 / RECENT_S
        keep = 1 - 1 / SHORT_MEMORY
        self._short_live = self._short_live * keep + 1
        self._short_abandoned *= keep
        self._shift(self._step() * self._tuning.goal * self.limit.share)

    def disowned(self) -> None:
        """Take back what an answer earned that was none: its agent heard a machine."""
        self.live = max(0, self.live - 1)
        self._rate = max(0.0, self._rate - 1 / RECENT_S)
        self._short_live = max(0.0, self._short_live - 1)
        self._shift(-self._step() * self._tuning.goal * self.limit.share)

    def lost(self) -> None:
        """Spend one: an answered call was abandoned."""
        self.abandoned += 1
        self._short_abandoned += 1
        self._shift(-self._step())

    def _step(self) -> float:
        return self._tuning.step / (1 + self._rate * RECENT_S / 150)

    def _shift(self, by: float) -> None:
        self._level = min(MOST_LOG, max(LEAST_LOG, self._level + by))

    def work_ends(self, at_s: float | None) -> None:
        """Learn when the day's work ends; None: nobody knows it any more."""
        self._work_ends_s = at_s

    def _to_come(self, now_s: float) -> float:
        """Return how many answers are to come; without a known end, those of two hours."""
        ends = [one for one in (self._ends_s, self._work_ends_s) if one is not None]
        if not self._may_lend() and self._ends_s is not None:
            ends.append(now_s + OPEN_END_S)  # nobody works until midnight
        left_s = max(0.0, min(ends) - now_s) if ends else OPEN_END_S
        return self._rate * left_s

    def _may_lend(self) -> bool:
        """Tell whether answers to come may be counted on: in a day only until a known hour."""
        if self.limit.strict:
            return False
        if self.limit.window is not Window.DAY:
            return True
        ends_s, work_ends_s = self._ends_s, self._work_ends_s
        return work_ends_s is not None and (ends_s is None or work_ends_s <= ends_s)

    def theta(self, now_s: float, *, steady: bool = False) -> float:
        """Return the risk that one more call may carry; 0 means one call for each idle agent.

        With `steady` what was not spent is not made up for: where half hours are the tighter bound,
        more risk means more half hours that end early, and less talk.
        """
        to_come = self._to_come(now_s)
        most = STEADY_PUSH if steady else self._tuning.most_push
        theta = self._theta(to_come, most)
        if self.is_overspent(now_s):
            if not self._may_lend() or self._is_bursting() or self._is_last(to_come):
                return 0.0
            if self._is_over(self._lent(now_s) + LEAK):
                return 0.0
            return min(theta, self.limit.share * self._tuning.repay)
        return theta

    def _is_bursting(self) -> bool:
        return self._short_abandoned > 2 + SHORT_MEMORY * self.limit.share

    def _is_last(self, to_come: float) -> bool:
        """Tell whether so few answers are to come that overspending cannot be paid back gently."""
        return self.limit.share * to_come < LAST_ONES

    def _theta(self, to_come: float, most_push: float) -> float:
        tuning, share = self._tuning, self.limit.share
        ahead = max(to_come, LEAST_TO_COME / share)
        left = tuning.goal * share * (self.live + ahead) - self.abandoned
        push = left / (tuning.goal * share * ahead)
        return min(0.5, exp(self._level) * min(most_push, max(tuning.least_push, push)))

    def is_overspent(self, now_s: float) -> bool:
        """Tell whether one more abandoned call would break the rule, or the plan to keep it."""
        return self._is_over(self._lent(now_s))

    def _is_over(self, lent: float) -> bool:
        return self.abandoned + 1 > self.limit.share * self.live + lent

    def _lent(self, now_s: float) -> float:
        """Return how many more may be abandoned than were earned: answers to come pay for them."""
        if not self._may_lend():
            return 0.0
        to_come = self._to_come(now_s)
        if self.live < 1 / self.limit.share:
            to_come = max(to_come, self._tuning.grace / self.limit.share)
        return min(
            self._tuning.grace * max(1.0, sqrt(self._rate * RECENT_S / 30)),
            self._tuning.grace_share * self.limit.share * to_come - KEPT_BACK,
        )

    def open_window(self, live: int, abandoned: int, ends_s: float | None) -> None:
        """Begin a window, or take its counts from what is stored."""
        self.live, self.abandoned, self._ends_s = live, abandoned, ends_s

    def memory(self) -> tuple[float, ...]:
        """Return all counts and levels; the window's end is last, and left out if none is known."""
        known = (self.live, self.abandoned, self._level, self._rate, self._rate_at_s)
        short = (self._short_live, self._short_abandoned)
        ends = () if self._ends_s is None else (self._ends_s,)
        return tuple(map(float, (*known, *short, *ends)))

    def recall(self, memory: Sequence[float]) -> None:
        """Take counts and levels as they were."""
        live, abandoned, self._level, self._rate, self._rate_at_s, *rest = memory
        self.live, self.abandoned = int(live), int(abandoned)
        self._short_live, self._short_abandoned, *ends = rest
        self._ends_s = ends[0] if ends else None

    def saved(self) -> list[float]:
        """Return counts and level."""
        return [self.live, self.abandoned, self._level]

    def restore(self, counts: Sequence[float]) -> None:
        """Take what was saved."""
        self.live, self.abandoned = int(counts[0]), int(counts[1])
        self._level = counts[2]
