"""How long a call is in the air: until a person answers, or until it ends without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.durations import Durations, lognormal_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.dialer.pacing.situation import Memory

CELL_S: Final = 0.5
CELLS: Final = 160  # 80 s: longer than any ring timeout
HORIZON_SHARES: Final = (0.1, 0.3, 0.5, 0.7, 0.9)


class RingTimes:
    """G, the share of live answers that came by an age; N, that of other calls ended by it.

    G is learned from live answers alone. N sharpens the chance of a call that still rings: numbers
    that fail do so at once, so that one that rings is more likely to be answered.
    """

    def __init__(self) -> None:
        self._live = Durations(lognormal_cells(10.0, 0.6, CELLS, CELL_S), CELL_S)
        self._other = Durations([0.0] * (CELLS - 1) + [1.0], CELL_S)
        self.rebuild()

    def answered(self, age_s: float) -> None:
        """Count a live answer."""
        self._live.add(age_s)

    def unanswered(self, age_s: float) -> None:
        """Count a call that ended without a person."""
        self._other.add(age_s)

    def rebuild(self) -> None:
        """Make the tables anew from what was counted."""
        self._built_from = (self._live.cells, self._other.cells)
        unanswered_yet = self._live.survival()
        ringing_yet = self._other.survival()
        self.live = [1 - share for share in unanswered_yet]
        self.horizons_s = tuple(self._quantile(share) for share in HORIZON_SHARES)
        steps = [round(horizon / CELL_S) for horizon in self.horizons_s]
        self.steps = [self.live[step] for step in steps]
        self._rows = [
            (
                tuple(self.live[min(cell + step, CELLS)] - self.live[cell] for step in steps),
                1 - self.live[cell],
                max(ringing_yet[cell], 1e-3),
            )
            for cell in range(CELLS)
        ]

    def _quantile(self, share: float) -> float:
        return CELL_S * next(cell for cell, done in enumerate(self.live) if done >= share - 1e-9)

    def heard(self, age_s: float) -> float:
        """Return G: how much of its chance a call of this age has had."""
        return self.live[min(int(age_s / CELL_S), CELLS)]

    def chances(self, age_s: float, chance: float) -> list[float]:
        """Return the chances that a call of this age is answered within each horizon.

        `chance` is that of its record when it was placed. Bayes over both ways in which the call
        could have ended before.
        """
        row, live_left, other_left = self._rows[min(int(age_s / CELL_S), CELLS - 1)]
        ringing = chance * live_left + (1 - chance) * other_left
        scale = chance / ringing if ringing > 0 else 0.0
        return [share * scale for share in row]

    def memory(self) -> Memory:
        """Return the counts, and those that the tables were made from."""
        live, other = self._built_from
        return {
            "live": self._live.cells,
            "other": self._other.cells,
            "built_live": live,
            "built_other": other,
        }

    def recall(self, memory: Memory) -> None:
        """Take counts and tables as they were."""
        self._live.restore(memory["built_live"])
        self._other.restore(memory["built_other"])
        self.rebuild()
        self._live.restore(memory["live"])
        self._other.restore(memory["other"])

    def saved(self) -> dict[str, Sequence[float]]:
        """Return the counts."""
        return {"live": self._live.saved(), "other": self._other.saved()}

    def restore(self, live: Sequence[float], other: Sequence[float]) -> None:
        """Take counts that were saved."""
        self._live.restore(live)
        self._other.restore(other)
        self.rebuild()
