"""A law with the gate of limits over it: what somebody insists on, within the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.budgets import Budget
from ccengine.core.dialer.pacing.yardsticks import FixedRatio

if TYPE_CHECKING:
    from ccengine.core.dialer.pacing.budgets import Limit
    from ccengine.core.dialer.pacing.situation import (
        Decision,
        Memory,
        PacingPolicy,
        Saved,
        Situation,
    )

OWN: Final = "law."


class Gated:
    """Goes by another law; progressive, while one more abandoned call would break a limit.

    Args:
        law: which.
        limits: all hold; each with a share above 0.
        agents: who serve the campaign, more or less.
        ends_s: when the day's work ends, if that is known and situations do not say it.
    """

    def __init__(
        self,
        law: PacingPolicy,
        limits: Sequence[Limit],
        agents: int,
        ends_s: float | None = None,
    ) -> None:
        self._law, self._progressive = law, FixedRatio()
        self._ends_s = ends_s
        self._budgets = [Budget(limit, agents, ends_s) for limit in limits]

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        decision = self._law.decide(situation)  # which learns from looking, too
        ends_s = situation.work_ends_s
        for budget in self._budgets:
            budget.work_ends(self._ends_s if ends_s is None else ends_s)
        is_closed = self.is_closed(situation.now_s)
        return self._progressive.decide(situation) if is_closed else decision

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Count a live answer."""
        self._law.call_answered(now_s, age_s, score)
        for budget in self._budgets:
            budget.answered(now_s)

    def call_abandoned(self, now_s: float) -> None:
        """Count an abandoned call."""
        self._law.call_abandoned(now_s)
        for budget in self._budgets:
            budget.lost()

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn what the law does of it."""
        self._law.call_unanswered(now_s, age_s, score)

    def machine_heard(self, now_s: float) -> None:
        """Take a live answer back."""
        self._law.machine_heard(now_s)
        for budget in self._budgets:
            budget.disowned()

    def talk_ended(self, duration_s: float) -> None:
        """Learn what the law does of it."""
        self._law.talk_ended(duration_s)

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn what the law does of it."""
        self._law.wrap_up_ended(duration_s, paused=paused)

    def is_closed(self, now_s: float) -> bool:
        """Tell whether the gate is closed: one more abandoned call would break a limit."""
        return any(budget.is_overspent(now_s) for budget in self._budgets)

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Begin the window of a limit, or take its counts from what is stored."""
        self._law.open_window(which, live, abandoned, ends_s)
        self._budgets[which].open_window(live, abandoned, ends_s)

    def saved(self) -> Saved:
        """Return the budgets' counts, and what the law has learned."""
        counts = {str(number): budget.saved() for number, budget in enumerate(self._budgets)}
        return {**counts, OWN: self._law.saved()}

    def restore(self, saved: Saved) -> None:
        """Take them back."""
        for number, budget in enumerate(self._budgets):
            counts = saved.get(str(number))
            if isinstance(counts, Sequence):
                budget.restore(counts)
        own = saved.get(OWN)
        if isinstance(own, Mapping) and own:
            self._law.restore(own)

    def memory(self) -> Memory:
        """Return all the budgets and the law have in mind."""
        counts = {str(number): budget.memory() for number, budget in enumerate(self._budgets)}
        own = self._law.memory()
        return {**counts, **{OWN + name: values for name, values in own.items()}}

    def recall(self, memory: Memory) -> None:
        """Take it as it was."""
        for number, budget in enumerate(self._budgets):
            budget.recall(memory[str(number)])
        own = {name.removeprefix(OWN): memory[name] for name in memory if name.startswith(OWN)}
        self._law.recall(own)
