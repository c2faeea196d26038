"""What could be reached: a law that knows who will answer, and when each agent will be free.

Calls that are not answered cost nothing but lines, so only live answers are lived: each busy agent
has one under way that comes at the instant of freedom, or as soon after as it can ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.dialer.pacing.situation import Decision
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.simulator.dialing.floor import Floor, Partner

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.dialer.pacing.situation import Situation
    from ccengine.simulator.dialing.day import Day
    from ccengine.simulator.dialing.floor import Site
    from tests.benchmarks.pacing.draws import Draws


class _Silent(FixedRatio):
    """Places nothing: the floor itself brings the answers."""

    def decide(self, situation: Situation) -> Decision:  # noqa: ARG002
        return Decision(0)


class KnowingFloor(Floor):
    """A floor on which the end of each wrap-up and pause is known when its talk begins.

    Lunch and a jump of the answer rate are not foreseen.
    """

    def __init__(self, site: Site, draws: Draws) -> None:
        super().__init__(site, draws, _Silent())
        self.draws = draws

    def live_day(self, tick: Callable[[float], None] | None = None) -> Day:
        for _ in range(self.site.agents):
            self._bring(0.0)
        return super().live_day(tick)

    def _bring(self, free_s: float) -> None:
        ring = self.draws.ring()
        self.day.placed += 1
        self.at(max(free_s, self.now_s + ring.setup_s + ring.answer_s) + 1e-6, self._come)

    def _come(self, _: int) -> None:
        if self.staffed:
            self._meet()

    def _talk(self, partner: Partner = Partner.PERSON) -> float:
        free_s = super()._talk(partner)
        self._bring(free_s)
        return free_s

    def _back_from_pause(self, who: int) -> None:
        away = not self.leaving
        super()._back_from_pause(who)
        if away:
            self._bring(self.now_s)
