"""The mean wait of one queue from very many calls, with an interval, and what it rests on.

Two levels (Giles 2008, multilevel Monte Carlo). Many calls go through the recursion of
`single_queue.py`, a fifth of a microsecond each; some go through the real core as well, and what
the core did differently with the very same callers is added, with its own spread. Nothing of the
theory to be compared with is used.

Variance is reduced by two control variates whose means are known from how they were drawn, whatever
became of the calls: the gaps between arrivals and the conversations. Coefficients are fitted to the
batches (Lavenberg and Welch 1981), two degrees of freedom are paid for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heapreplace
from itertools import islice
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from tests.simulator.single_queue import (
    FOR_EVER,
    GONE,
    TALK_SECONDS,
    Model,
    at_the_core,
    calls,
    recursion,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BATCHES = 40
WARM_UP = 1  # batches
AT_ONCE = 50_000  # calls drawn together
NOTICED_SECONDS = 1e-6  # instants are sums of floats


@dataclass(frozen=True)
class Estimate:
    """A mean, its standard error, and how many batches that comes from."""

    mean: float
    error: float
    freedom: int

    def interval(self, sure: float) -> tuple[float, float]:
        half = self.error * student(sure, self.freedom)
        return self.mean - half, self.mean + half


def student(sure: float, freedom: int) -> float:
    """Two-sided quantile of Student's t, by Cornish and Fisher's expansion: 1e-3 from 30 on."""
    z = NormalDist().inv_cdf(0.5 + sure / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def of_many(model: Model, count: int, seed: int) -> Estimate:
    """The mean wait, or where callers hang up the part who do, of `count` calls or a few more."""
    size = -(-count // BATCHES)
    rows = np.array(list(islice(_batches(model, size, seed), BATCHES + WARM_UP))[WARM_UP:])
    controls = np.column_stack([np.ones(BATCHES), rows[:, 1:]])
    fitted, _, _, _ = np.linalg.lstsq(controls, rows[:, 0], rcond=None)
    left = rows[:, 0] - controls @ fitted
    freedom = BATCHES - controls.shape[1]
    inverse = np.linalg.inv(controls.T @ controls)
    error = math.sqrt(float(left @ left) / freedom * inverse[0, 0])
    return Estimate(float(fitted[0]), error, freedom)


def at_both(
    model: Model, count: int, seed: int, *, slower: float = 1.0, idle: float = 0.0
) -> Estimate:
    """What the core adds to what the recursion says of the same callers. It should be nothing."""
    real = at_the_core(model, seed, count, slower=slower, idle=idle)
    ideal = list(recursion(model, islice(calls(model, seed), count)))
    assert len(real) == count
    added = [_counted(model, a) - _counted(model, b) for a, b in zip(real, ideal, strict=True)]
    size = count // BATCHES
    means = [sum(added[size * k : size * (k + 1)]) / size for k in range(BATCHES)]
    error = float(np.std(means, ddof=1)) / math.sqrt(BATCHES)
    return Estimate(float(np.mean(means)), error, BATCHES - 1)


def both_levels(many: Estimate, few: Estimate) -> Estimate:
    error = math.hypot(many.error, few.error)
    return Estimate(many.mean + few.mean, error, min(many.freedom, few.freedom))


def _counted(model: Model, wait: float) -> float:
    return wait if model.patience == FOR_EVER else float(wait == GONE)


def _batches(model: Model, size: int, seed: int) -> Iterator[tuple[float, float, float]]:
    """Yield for each batch the mean counted, and how far gaps and talks were from their means."""
    chance = np.random.default_rng(seed)
    free_at = [0.0] * model.agents
    now = 0.0
    while True:
        sums = np.zeros(3)
        for begun in range(0, size, AT_ONCE):
            some = min(AT_ONCE, size - begun)
            gaps, talks = chance.exponential(size=some), chance.exponential(size=some)
            came = now + np.cumsum(gaps) / model.calls_per_second
            now = float(came[-1])
            seconds = (talks * TALK_SECONDS).tolist()
            if model.patience == FOR_EVER:
                total = _waited(free_at, came.tolist(), seconds)
            else:
                patience = chance.exponential(model.patience, some)
                total = float(_gone(free_at, came.tolist(), seconds, patience))
            sums += (total, float(gaps.sum()) - some, float(talks.sum()) - some)
        mean, gap, talk = (sums / size).tolist()
        yield mean, gap, talk


def _waited(free_at: list[float], came: list[float], talks: list[float]) -> float:
    total = 0.0
    for at, talk in zip(came, talks, strict=True):
        free = free_at[0]
        if free > at:
            total += free - at
            heapreplace(free_at, free + talk)
        else:
            heapreplace(free_at, at + talk)
    return total


def _gone(
    free_at: list[float], came: list[float], talks: list[float], patience: NDArray[np.float64]
) -> int:
    gone = 0
    for at, talk, patient in zip(came, talks, patience.tolist(), strict=True):
        free = free_at[0]
        if free <= at:
            heapreplace(free_at, at + talk)
        elif free - at <= patient:
            heapreplace(free_at, free + talk)
        else:
            gone += 1
    return gone
