"""How long talks and wrap-ups last: what was seen, begun with a guess worth some observations."""

from __future__ import annotations

from itertools import accumulate
from math import erf, log, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR_OBSERVATIONS: Final = 30.0


def lognormal_cells(mean_s: float, sigma: float, cells: int, cell_s: float) -> list[float]:
    """Return the share of a lognormal law that falls into each cell; the tail is in the last."""
    mu = log(mean_s) - sigma * sigma / 2
    edges = [
        0.5 * (1 + erf((log(i * cell_s) - mu) / (sigma * sqrt(2)))) for i in range(1, cells)
    ] + [1.0]
    return [after - before for before, after in zip([0.0, *edges], edges, strict=False)]


class Durations:
    """Durations of one kind as a histogram with cells of `cell_s` seconds."""

    def __init__(self, prior: Sequence[float], cell_s: float = 1.0) -> None:
        self.cell_s = cell_s
        self._cells = [PRIOR_OBSERVATIONS * share for share in prior]

    def add(self, duration_s: float) -> None:
        """Count one that ended."""
        self._cells[min(int(duration_s / self.cell_s), len(self._cells) - 1)] += 1

    def survival(self) -> list[float]:
        """Return the share that lasts longer than so many cells; the first entry is 1."""
        total = sum(self._cells)
        return [1.0] + [max(0.0, 1 - done / total) for done in accumulate(self._cells)]

    @property
    def cells(self) -> tuple[float, ...]:
        """The histogram as it is, to the last bit."""
        return tuple(self._cells)

    def saved(self) -> list[float]:
        """Return the histogram."""
        return [round(count, 4) for count in self._cells]

    def restore(self, cells: Sequence[float]) -> None:
        """Take a histogram that was saved; one of another size is an older program's: left."""
        if len(cells) == len(self._cells):
            self._cells = list(cells)
