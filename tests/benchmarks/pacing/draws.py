"""Chance, in seeded streams of their own: every law meets the same agents, rings and outcomes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import pi, sin
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.simulator.dialing.floor import HOUR_S, Fate, Partner, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator

RING_TIMEOUT_S = 20.0
FAILING_SHARE = 0.15
PAUSE_SHARE = 0.01
SCORE_SD = 0.15
AUC = 0.70
CHUNK = 4096


@dataclass(frozen=True)
class Scenario:
    """How often people answer, and whether the floor is shaken."""

    name: str
    rate: float
    shock: bool = False

    def level(self, now_s: float, phase: float) -> float:
        """Return the answer rate of an average record at this time."""
        if self.shock:
            return 0.2 if int(now_s // HOUR_S) % 2 == 0 else 0.6
        return self.rate * (1 + 0.2 * sin(2 * pi * now_s / (2 * HOUR_S) + phase))


SCENARIOS = {
    "0.15": Scenario("0.15", 0.15),
    "0.30": Scenario("0.30", 0.30),
    "0.60": Scenario("0.60", 0.60),
    "shock": Scenario("shock", 0.40, shock=True),
}


class Ring(NamedTuple):
    """What a call would do; which of it happens depends on the chance at that time."""

    setup_s: float
    answer_s: float
    luck: float
    failing: float


def endless(draw: Callable[[], np.ndarray]) -> Iterator[float]:
    while True:
        yield from draw().tolist()


def lognormal(generator: Generator, mean_s: float, sigma: float) -> Iterator[float]:
    mu = np.log(mean_s) - sigma * sigma / 2
    return endless(lambda: generator.lognormal(mu, sigma, CHUNK))


class Draws:
    """One day's chance: a stream for each kind, so that no law's choices move another kind."""

    def __init__(self, scenario: Scenario, seed: int, *, scored: bool) -> None:
        self.scenario = scenario
        streams = np.random.default_rng(seed).spawn(6)
        self.phase = float(streams[0].uniform(0, 2 * pi))
        self._talk = lognormal(streams[1], 120.0, 0.9)
        self._wrap_up = lognormal(streams[2], 20.0, 0.6)
        pause = streams[3]
        self._pauses = endless(lambda: pause.random(CHUNK))
        self._pause = endless(lambda: pause.exponential(240.0, CHUNK))
        ring = streams[4]
        self.setup = endless(lambda: ring.uniform(1, 3, CHUNK))
        self.answer = endless(lambda: np.minimum(ring.gamma(2.2, 8.0 / 2.2, CHUNK), RING_TIMEOUT_S))
        self.luck = endless(lambda: ring.random(CHUNK))
        self.failing = endless(lambda: ring.random(CHUNK))
        self.records = _records(scenario.rate, streams[5]) if scored else None

    def record(self) -> Record:
        """Take the next record of the list."""
        assert self.records is not None
        return next(self.records)

    def call(self, now_s: float, record: Record | None) -> Fate:
        """Draw what the next call will do: machines, too, are known at the ring timeout only."""
        ring = self.ring()
        chance = self.scenario.level(now_s, self.phase) * (record.weight if record else 1.0)
        if ring.luck < min(0.98, chance):
            return Fate(AttemptOutcome.ANSWERED, ring.setup_s + ring.answer_s, answered=True)
        if ring.failing < FAILING_SHARE:
            return Fate(AttemptOutcome.FAILED, ring.setup_s + 1.0, answered=False)
        return Fate(AttemptOutcome.NO_ANSWER, ring.setup_s + RING_TIMEOUT_S, answered=False)

    def talk_s(self, partner: Partner) -> float:
        assert partner is Partner.PERSON
        return next(self._talk)

    def wrap_up_s(self) -> float:
        return next(self._wrap_up)

    def pause_s(self) -> float:
        return next(self._pause) if next(self._pauses) < PAUSE_SHARE else 0.0

    def callers(self) -> Iterator[tuple[float, float]]:
        """Nobody calls beside."""
        return iter(())

    def ring(self) -> Ring:
        """Draw what the next call will do."""
        return Ring(next(self.setup), next(self.answer), next(self.luck), next(self.failing))


def beta(mean: float) -> tuple[float, float]:
    """Return the parameters of the Beta law with this mean and the bench's deviation."""
    strength = mean * (1 - mean) / SCORE_SD**2 - 1
    return mean * strength, (1 - mean) * strength


def _records(mean: float, generator: Generator) -> Iterator[Record]:
    noise = noise_for(mean)
    while True:
        chances = np.clip(generator.beta(*beta(mean), CHUNK), 1e-4, 1 - 1e-4)
        scores = blurred(chances, noise, generator.standard_normal(CHUNK))
        for chance, score in zip(chances.tolist(), scores.tolist(), strict=True):
            yield Record(chance / mean, score)


def blurred(chances: np.ndarray, noise: float, normal: np.ndarray) -> np.ndarray:
    """Return scores: the chance, seen through noise on its log odds."""
    logit = np.log(chances / (1 - chances)) + noise * normal
    return 1 / (1 + np.exp(-logit))


def auc(chances: np.ndarray, scores: np.ndarray) -> float:
    """Return how well scores tell who answers: P(an answer's score is above another's)."""
    ordered = chances[np.argsort(scores)]
    not_below = np.cumsum(1 - ordered) - (1 - ordered) / 2
    return float((ordered * not_below).sum() / (ordered.sum() * (1 - ordered).sum()))


@functools.cache
def noise_for(mean: float) -> float:
    """Return the noise with which a score's AUC is 0.70; 0 if even the chance itself has less."""
    generator = np.random.default_rng(1)
    chances = np.clip(generator.beta(*beta(mean), 20_000), 1e-4, 1 - 1e-4)
    normal = generator.standard_normal(20_000)
    low, high = 0.0, 5.0
    if auc(chances, chances) <= AUC:
        return 0.0
    for _ in range(30):
        middle = (low + high) / 2
        if auc(chances, blurred(chances, middle, normal)) > AUC:
            low = middle
        else:
            high = middle
    return low
