"""When busy agents will be free: tables by how long they have talked or wrapped up so far."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.durations import Durations, lognormal_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccengine.core.dialer.pacing.situation import Memory, Saved

TALK_CELLS: Final = 1800
WRAP_CELLS: Final = 300
LEAST_SURVIVAL: Final = 1e-4  # beyond what was ever seen, the last hazard goes on

#: ages at which a band begins: fine where the hazard changes, coarse in the tail
TALK_BANDS: Final = (
    *range(0, 60, 2), *range(60, 120, 5), *range(120, 300, 10), *range(300, 900, 30),
    *range(900, TALK_CELLS, 60),
)  # fmt: skip


def _band_of_each_second() -> list[int]:
    bands, band = [], 0
    for second in range(TALK_CELLS):
        if band + 1 < len(TALK_BANDS) and TALK_BANDS[band + 1] <= second:
            band += 1
        bands.append(band)
    return bands


BAND_OF: Final = tuple(_band_of_each_second())


class FreeTimes:
    """Chances that an agent is free by each horizon, learned from talks and wrap-ups that ended."""

    def __init__(self, talk_s: float = 90.0, wrap_up_s: float = 25.0) -> None:
        self._talk = Durations(lognormal_cells(talk_s, 0.9, TALK_CELLS, 1.0))
        self._wrap_up = Durations(lognormal_cells(wrap_up_s, 0.6, WRAP_CELLS, 1.0))
        self._pauses = 0.3
        self._wrap_ups = 30.0
        self._talking: list[tuple[float, ...]] = []
        self._wrapping: list[tuple[float, ...]] = []
        self._built_from = self._counts()

    def talk_ended(self, duration_s: float) -> None:
        """Count a talk."""
        self._talk.add(duration_s)

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Count a wrap-up."""
        self._wrap_up.add(duration_s)
        self._wrap_ups += 1
        self._pauses += paused

    def rebuild(self, horizons_s: Sequence[float]) -> None:
        """Make the tables anew for these horizons (seconds, patience included)."""
        self._built_from = self._counts()
        ends = [max(1, round(horizon)) for horizon in horizons_s]
        staying = 1 - self._pauses / self._wrap_ups
        wrap_up = [max(share, LEAST_SURVIVAL) for share in self._wrap_up.survival()]
        middle = [(a + b) / 2 for a, b in pairwise(wrap_up)]
        last = len(middle) - 1
        self._wrapping = [
            tuple(staying * (1 - middle[min(age + end, last)] / middle[age]) for end in ends)
            for age in range(len(middle))
        ]
        done = [1 - share for share in middle]
        talk = [max(share, LEAST_SURVIVAL) for share in self._talk.survival()]
        self._talking = [
            tuple(staying * chance for chance in _after_talk(talk, done, age, ends))
            for age in TALK_BANDS
        ]

    def rows(
        self, now_s: float, talking: Iterable[float], wrapping: Iterable[float]
    ) -> Iterator[tuple[tuple[float, ...], int]]:
        """Yield the chances of busy agents, horizon by horizon, and how many agents have them."""
        oldest = TALK_CELLS - 1
        bands = [0] * len(TALK_BANDS)
        for second, count in Counter([int(now_s - at_s) for at_s in talking]).items():
            bands[BAND_OF[second if second < oldest else oldest]] += count
        for row, count in zip(self._talking, bands, strict=True):
            if count:
                yield row, count
        last = len(self._wrapping) - 1
        for second, count in Counter([int(now_s - at_s) for at_s in wrapping]).items():
            yield self._wrapping[min(second, last)], count

    def _counts(self) -> tuple[tuple[float, ...], ...]:
        return self._talk.cells, self._wrap_up.cells, (self._pauses, self._wrap_ups)

    def _take(
        self, talk: Sequence[float], wrap_up: Sequence[float], pauses: Sequence[float]
    ) -> None:
        self._talk.restore(talk)
        self._wrap_up.restore(wrap_up)
        self._pauses, self._wrap_ups = pauses

    def memory(self) -> Memory:
        """Return the counts, and those that the tables were made from."""
        names = ("talk", "wrap_up", "pauses")
        now = dict(zip(names, self._counts(), strict=True))
        return now | {f"built_{n}": one for n, one in zip(names, self._built_from, strict=True)}

    def recall(self, memory: Memory, horizons_s: Sequence[float]) -> None:
        """Take counts as they were, and tables as they were for these horizons."""
        self._take(memory["built_talk"], memory["built_wrap_up"], memory["built_pauses"])
        self.rebuild(horizons_s)
        self._take(memory["talk"], memory["wrap_up"], memory["pauses"])

    def saved(self) -> Saved:
        """Return what was counted."""
        return {
            "talk": self._talk.saved(),
            "wrap_up": self._wrap_up.saved(),
            "pauses": [self._pauses, self._wrap_ups],
        }

    def restore(
        self, talk: Sequence[float], wrap_up: Sequence[float], pauses: Sequence[float]
    ) -> None:
        """Take counts that were saved."""
        self._take(talk, wrap_up, pauses)


def _after_talk(
    talk: Sequence[float], done: Sequence[float], age: int, ends: Sequence[int]
) -> list[float]:
    """Return the chances that a talk of this age and its wrap-up are over by each end."""
    last = len(talk) - 1
    left = talk[min(age, last)]
    ending = [
        (talk[min(age + step, last)] - talk[min(age + step + 1, last)]) / left
        for step in range(max(ends))
    ]
    return [sum(ending[step] * done[end - step - 1] for step in range(end)) for end in ends]
