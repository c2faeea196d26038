"""A fixed ratio with the gate of the limits: what somebody insists on, within the law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccengine.core.dialer.pacing.budgets import Budget
from ccengine.core.dialer.pacing.yardsticks import FixedRatio

if TYPE_CHECKING:
    from ccengine.core.dialer.pacing.budgets import Limit
    from ccengine.core.dialer.pacing.situation import Decision, Memory, Saved, Situation


class GatedRatio:
    """So many calls for each idle agent; one, while one more abandoned call would break a limit."""

    def __init__(self, ratio: float, limits: Sequence[Limit], agents: int) -> None:
        self._open, self._closed = FixedRatio(ratio), FixedRatio(1.0)
        self._budgets = [Budget(limit, agents) for limit in limits]

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        law = self._closed if self.is_closed(situation.now_s) else self._open
        return law.decide(situation)

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:  # noqa: ARG002
        """Count a live answer."""
        for budget in self._budgets:
            budget.answered(now_s)

    def call_abandoned(self, now_s: float) -> None:  # noqa: ARG002
        """Count an abandoned call."""
        for budget in self._budgets:
            budget.lost()

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn nothing."""

    def machine_heard(self, now_s: float) -> None:  # noqa: ARG002
        """Take a live answer back."""
        for budget in self._budgets:
            budget.disowned()

    def talk_ended(self, duration_s: float) -> None:
        """Learn nothing."""

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn nothing."""

    def is_closed(self, now_s: float) -> bool:
        """Tell whether the gate is closed: one more abandoned call would break a limit."""
        return any(budget.is_overspent(now_s) for budget in self._budgets)

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Begin the window of a limit, or take its counts from what is stored."""
        self._budgets[which].open_window(live, abandoned, ends_s)

    def saved(self) -> Saved:
        """Return the budgets' counts."""
        return {str(number): budget.saved() for number, budget in enumerate(self._budgets)}

    def restore(self, saved: Saved) -> None:
        """Take the budgets' counts."""
        for number, budget in enumerate(self._budgets):
            counts = saved.get(str(number))
            if isinstance(counts, Sequence):
                budget.restore(counts)

    def memory(self) -> Memory:
        """Return all the budgets have in mind."""
        return {str(number): budget.memory() for number, budget in enumerate(self._budgets)}

    def recall(self, memory: Memory) -> None:
        """Take it as it was."""
        for number, budget in enumerate(self._budgets):
            budget.recall(memory[str(number)])
