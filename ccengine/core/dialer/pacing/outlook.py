"""The risk that the next call, once answered, leaves somebody without an agent.

X is how many agents are left over at a horizon: idle now, and free by then, less the calls in the
air that are answered by then. Two ways to the chance that X <= 0: exact for small teams, where a
normal law is far off, and a normal law with skewness for large ones.
"""

from __future__ import annotations

from math import erf, exp, pi, prod, sqrt
from operator import mul
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT_2: Final = sqrt(2)
ROOT_2_PI: Final = sqrt(2 * pi)
NEGLIGIBLE: Final = 1e-7


class Outlook(Protocol):
    """What the floor will be like at each horizon of a call placed now."""

    def add(self, chances: Sequence[float]) -> None:
        """Add a call with these chances of being answered by each horizon."""
        ...

    def add_all(self, calls: Iterable[tuple[Sequence[float], int]]) -> None:
        """Add calls: chances, and how many calls have them."""
        ...

    def risk(self) -> float:
        """Return the expected number of abandoned calls that one more answer would cause."""
        ...

    def exceeds(self, theta: float) -> bool:
        """Tell whether the risk is above theta."""
        ...


def _of_horizons(shortages: Sequence[float]) -> float:
    """Weigh the horizons at which the call may be answered, each as likely as the others.

    Whoever answers takes an agent for good: if nobody is left at a later horizon, it is because of
    another answer in between, and that one is lost instead. So the worst of all horizons from the
    call's own one counts (which is a little less than the chance that any of them is short).
    """
    total = worst = 0.0
    for shortage in reversed(shortages):
        worst = max(worst, shortage)
        total += worst
    return total / len(shortages)


class ExactOutlook:
    """Poisson-binomial, term by term: agents who become free against calls that are answered."""

    def __init__(
        self, available: int, free: Iterable[tuple[Sequence[float], int]], horizons: int
    ) -> None:
        self._available = available
        self._rows = [row for row, count in free for _ in range(count)]
        self._free: list[list[float]] = []
        self._answers = [[1.0]] * horizons

    def add(self, chances: Sequence[float]) -> None:
        """Add a call."""
        self._answers = [
            _with(law, chance) for law, chance in zip(self._answers, chances, strict=True)
        ]

    def add_all(self, calls: Iterable[tuple[Sequence[float], int]]) -> None:
        """Add calls."""
        for chances, count in calls:
            for _ in range(count):
                self.add(chances)

    def exceeds(self, theta: float) -> bool:
        """Tell whether the risk is above theta; most often seen without counting out."""
        if self._available > 0:
            if len(self._answers[-1]) <= self._available:
                return theta < 0  # not even if all were answered
            return self.risk() > theta
        nobody = sum(
            prod([1 - chance for chance in horizon]) for horizon in zip(*self._rows, strict=True)
        )
        return nobody > theta * len(self._answers) or self.risk() > theta

    def risk(self) -> float:
        """Return the expected number of abandoned calls that one more answer would cause."""
        if not self._free:
            self._free = [_law(horizon) for horizon in zip(*self._rows, strict=True)] or [
                [1.0] for _ in self._answers
            ]
        shortages = [
            _shortage(free, answers, self._available)
            for free, answers in zip(self._free, self._answers, strict=True)
        ]
        return _of_horizons(shortages)


def _law(chances: Iterable[float]) -> list[float]:
    law = [1.0]
    for chance in chances:
        law = _with(law, chance)
    return law


def _with(law: list[float], chance: float) -> list[float]:
    """Return the law of a sum with one more term, without a tail that cannot matter."""
    stays = 1 - chance
    summed = [stays * this + chance * before for this, before in zip(law[1:], law, strict=False)]
    tail = chance * law[-1]
    return [stays * law[0], *summed, tail] if tail > NEGLIGIBLE else [stays * law[0], *summed]


def _shortage(free: Sequence[float], answers: Sequence[float], available: int) -> float:
    """Return P(available + free - answers <= 0)."""
    total, at_most, upto = 0.0, 0.0, 0
    for answered, share in enumerate(answers):
        while upto < len(free) and upto <= answered - available:
            at_most += free[upto]
            upto += 1
        total += share * at_most
    return total


class NormalOutlook:
    """A normal law with skewness (Edgeworth's first term), for teams too large to count out."""

    def __init__(
        self, available: int, free: Iterable[tuple[Sequence[float], int]], horizons: int
    ) -> None:
        self._mean = [float(available)] * horizons
        self._variance = [0.0] * horizons
        self._third = [0.0] * horizons
        self._uncertain = 0.0
        self._take_in(free, 1)

    def _take_in(self, rows: Iterable[tuple[Sequence[float], int]], sign: int) -> None:
        """Add up cumulants of Bernoulli terms, column by column: it is most of the work."""
        taken = list(rows)
        if not taken:
            return
        counts = [count for _, count in taken]
        for k, column in enumerate(zip(*(row for row, _ in taken), strict=True)):
            weighted = list(map(mul, counts, column))
            first = sum(weighted)
            weighted = list(map(mul, weighted, column))
            second = sum(weighted)
            third = sum(map(mul, weighted, column))
            self._mean[k] += sign * first
            self._variance[k] += first - second
            self._third[k] += sign * (first - 3 * second + 2 * third)

    def doubt(self, exposure: float, variance: float) -> None:
        """Take into account that the chance of all calls in the air may be wrong at once."""
        self._uncertain = exposure * exposure * variance

    def add(self, chances: Sequence[float]) -> None:
        """Add a call."""
        for k, chance in enumerate(chances):
            spread = chance * (1 - chance)
            self._mean[k] -= chance
            self._variance[k] += spread
            self._third[k] -= spread * (1 - 2 * chance)

    def add_all(self, calls: Iterable[tuple[Sequence[float], int]]) -> None:
        """Add calls."""
        self._take_in(calls, -1)

    def exceeds(self, theta: float) -> bool:
        """Tell whether the risk is above theta."""
        return self.risk() > theta

    def risk(self) -> float:
        """Return the expected number of abandoned calls that one more answer would cause."""
        shortages = [
            _normal(mean, variance + self._uncertain, third)
            for mean, variance, third in zip(self._mean, self._variance, self._third, strict=True)
        ]
        return _of_horizons(shortages)


def _normal(mean: float, variance: float, third: float) -> float:
    if variance <= 0:
        return 1.0 if mean <= 0 else 0.0
    deviation = sqrt(variance)
    x = (0.5 - mean) / deviation
    density = exp(-x * x / 2) / ROOT_2_PI
    below = 0.5 * (1 + erf(x / ROOT_2)) + third / deviation**3 * (1 - x * x) * density / 6
    return min(1.0, max(0.0, below))
