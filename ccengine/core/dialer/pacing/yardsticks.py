"""Laws to measure the default against, and to choose where somebody insists on them.

The adaptive one follows what VICIdial's scripts are known to do (dial level moved every 15 s by
idle agents, cut when too many calls of the day were abandoned); no line of theirs is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.situation import Decision

if TYPE_CHECKING:
    from ccengine.core.dialer.pacing.situation import Memory, Saved, Situation

ADAPT_EVERY_S: Final = 15.0
INTENSITY: Final = 1.0
LEAST_ANSWERS: Final = 50
BURST_ANSWERS: Final = 20


class FixedRatio:
    """So many calls in the air for each idle agent; 1 is progressive dialling."""

    def __init__(self, ratio: float = 1.0) -> None:
        self._ratio = ratio

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        wanted = ceil(self._ratio * max(0, situation.idle - situation.waiting))
        return Decision(max(0, min(situation.trunks_free, wanted - len(situation.ringing))))

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn nothing."""

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn nothing."""

    def call_abandoned(self, now_s: float) -> None:
        """Learn nothing."""

    def machine_heard(self, now_s: float) -> None:
        """Learn nothing."""

    def talk_ended(self, duration_s: float) -> None:
        """Learn nothing."""

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn nothing."""

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Learn nothing: there is no limit."""

    def saved(self) -> Saved:
        """Return nothing: there is no memory."""
        return {}

    def restore(self, saved: Saved) -> None:
        """Take nothing."""

    def memory(self) -> Memory:
        """Return nothing."""
        return {}

    def recall(self, memory: Memory) -> None:
        """Take nothing."""


class Adaptive:
    """A dial level that idle agents raise and waiting calls lower, with the day's limit on top.

    `available_only` multiplies the level with idle agents; otherwise with all who are idle or
    busy, less the lines in use. Over the limit the level is 1 until the day's share has recovered.
    """

    def __init__(
        self, limit: float, *, available_only: bool = True, most_level: float = 3.0
    ) -> None:
        self._limit = limit
        self._available_only = available_only
        self._most_level = most_level
        self._level = 1.0
        self._adapt_at_s = 0.0
        self._idle_less_waiting = 0.0
        self._looks = 0
        self._live = self._abandoned = 0
        self._minute: list[tuple[float, bool]] = []

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        self._idle_less_waiting += situation.idle - situation.waiting
        self._looks += 1
        if situation.now_s >= self._adapt_at_s:
            self._adapt(situation)
        ringing = len(situation.ringing)
        if self._available_only:
            wanted = int(self._level * situation.idle) - ringing - situation.waiting
        else:
            busy = len(situation.talking) + len(situation.wrapping)
            in_use = ringing + situation.waiting + busy
            wanted = int(self._level * (situation.idle + len(situation.talking))) - in_use
        return Decision(max(0, min(situation.trunks_free, wanted)))

    def _adapt(self, situation: Situation) -> None:
        self._adapt_at_s = situation.now_s + ADAPT_EVERY_S
        spare = self._idle_less_waiting / self._looks
        self._idle_less_waiting, self._looks = 0.0, 0
        level = self._level * (1 + INTENSITY * spare / max(1, situation.staffed))
        self._minute = [told for told in self._minute if told[0] > situation.now_s - 60]
        lost = sum(abandoned for _, abandoned in self._minute)
        if len(self._minute) - lost > BURST_ANSWERS and 2 * lost > len(self._minute) - lost:
            level /= 2
        if self._live > LEAST_ANSWERS and self._abandoned > self._limit * self._live:
            level = 1.0
        self._level = max(1.0, min(self._most_level, level))

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:  # noqa: ARG002
        """Count a live answer."""
        self._live += 1
        self._minute.append((now_s, False))

    def call_abandoned(self, now_s: float) -> None:
        """Count an abandoned call."""
        self._abandoned += 1
        self._minute.append((now_s, True))

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn nothing."""

    def machine_heard(self, now_s: float) -> None:  # noqa: ARG002
        """Take a live answer back."""
        self._live = max(0, self._live - 1)

    def talk_ended(self, duration_s: float) -> None:
        """Learn nothing."""

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn nothing."""

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Take the day's counts from what is stored; there is one limit, and it has no end."""
        if which == 0 and (ends_s is None or ends_s > 0):
            self._live, self._abandoned = live, abandoned

    def memory(self) -> Memory:
        """Return level, counts, looks and the last minute."""
        looks = (self._adapt_at_s, self._idle_less_waiting, self._looks)
        own = (self._level, *looks, self._live, self._abandoned)
        return {
            "own": tuple(map(float, own)),
            "minute": tuple(at_s for at_s, _ in self._minute),
            "lost": tuple(float(lost) for _, lost in self._minute),
        }

    def recall(self, memory: Memory) -> None:
        """Take them as they were."""
        level, self._adapt_at_s, self._idle_less_waiting, looks, live, abandoned = memory["own"]
        self._level, self._looks = level, int(looks)
        self._live, self._abandoned = int(live), int(abandoned)
        lost = (bool(one) for one in memory["lost"])
        self._minute = list(zip(memory["minute"], lost, strict=True))

    def saved(self) -> Saved:
        """Return the level and the day's counts."""
        return {"adaptive": [self._level, self._live, self._abandoned]}

    def restore(self, saved: Saved) -> None:
        """Take the level and the day's counts."""
        counts = saved["adaptive"]
        if isinstance(counts, Sequence):
            self._level = counts[0]
            self._live, self._abandoned = int(counts[1]), int(counts[2])
