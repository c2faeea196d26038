"""Who calls when, and how each agent answers: a seed decides, so that every run is the same day.

Calls come in waves: in some there are more than the agents can serve, so that lines form and an
agent who gets free has callers to choose from; between them callers find several agents free.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SEED = 60
WAVES = ((10.0, 10), (4.0, 16), (11.0, 9), (4.0, 16), (11.0, 9))  #: so many seconds, so many calls
NUMBERS = {"600100": 22, "600200": 16, "600201": 22}  #: calls of each
HURRIED = 8  #: of the calls: they hang up soon, waiting or talking
ANSWER_SECONDS = (0.1, 0.7)
TALK_SECONDS = (0.4, 1.7)


@dataclass(frozen=True)
class ComingCall:
    """A call that will be made."""

    number: str
    after_seconds: float
    is_hurried: bool


@dataclass(frozen=True)
class Habits:
    """What an agent does with the phone that rings; offers are counted from 1."""

    declines_every: int = 0
    misses_every: int = 0  #: lets it ring
    breaks_after: int = 0  #: so many offers, once


HABITS = {
    "amira": Habits(),
    "omar": Habits(),
    "olena": Habits(declines_every=3),
    "taras": Habits(breaks_after=5),
    "lina": Habits(misses_every=4),
}


def calls_to_come() -> list[ComingCall]:
    """Return the day's calls in the order of their coming."""
    chance = Random(SEED)
    times: list[float] = []
    begins = 0.0
    for seconds, calls in WAVES:
        times += sorted(begins + chance.uniform(0.0, seconds) for _ in range(calls))
        begins += seconds
    numbers = [number for number, calls in NUMBERS.items() for _ in range(calls)]
    hurried = [place < HURRIED for place in range(len(times))]
    chance.shuffle(numbers)
    chance.shuffle(hurried)
    return [ComingCall(*one) for one in zip(numbers, times, hurried, strict=True)]
