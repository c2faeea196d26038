"""The chance that a call is answered by a person, followed as it changes.

A call that still rings has had a part of its chance only: counted as a whole failure it would make
the rate look low whenever many calls are fresh; left out, it would make a jump look late.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccengine.core.dialer.pacing.situation import Memory

MEMORY_EXPOSURES: Final = 150.0
MEMORY_S: Final = 180.0
FAST_EXPOSURES: Final = 25.0
FAST_S: Final = 15.0
JUMP_SIGMAS: Final = 3.0


class _Memory:
    """Answers and exposures, old ones fading: at least so many exposures, or so many seconds."""

    def __init__(self, exposures: float, seconds: float) -> None:
        self._least = exposures
        self._seconds = seconds
        self.answers = 0.0
        self.exposure = 0.0
        self._lately = 0.0
        self._at_s = 0.0

    def add(self, now_s: float, exposure: float, *, answered: bool) -> None:
        elapsed = max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._lately = self._lately * exp(-elapsed / self._seconds) + exposure
        keep = exp(-exposure / max(self._least, self._lately))
        self.answers = self.answers * keep + answered
        self.exposure = self.exposure * keep + exposure

    def memory(self) -> tuple[float, ...]:
        return (self.answers, self.exposure, self._lately, self._at_s)

    def recall(self, memory: tuple[float, ...]) -> None:
        self.answers, self.exposure, self._lately, self._at_s = memory


class AnswerRate:
    """The level of answers: 1 exposure is a whole call to a record of average score."""

    def __init__(self) -> None:
        self._slow = _Memory(MEMORY_EXPOSURES, MEMORY_S)
        self._fast = _Memory(FAST_EXPOSURES, FAST_S)
        self.chance = 0.3
        self.variance = 0.01

    def resolved(self, now_s: float, weight: float, *, answered: bool) -> None:
        """Count a call that ended; `weight` is its record's chance over the average one."""
        self._slow.add(now_s, weight, answered=answered)
        self._fast.add(now_s, weight, answered=answered)

    def look(self, in_the_air: float) -> float:
        """Estimate anew, with the exposure that ringing calls have had so far; return the chance.

        A jump upwards (answers of the last seconds far above what the slow memory expects) makes
        the slow memory forget. A fall is waited out: it costs idle time, never an abandoned call.
        """
        exposed = self._fast.exposure + in_the_air
        chance = self._of(self._slow, in_the_air)
        excess = self._fast.answers - chance * exposed
        if excess > JUMP_SIGMAS * sqrt(chance * (1 - chance) * max(exposed, 1e-9)) and exposed > 1:
            self._slow.answers = self._fast.answers
            self._slow.exposure = self._fast.exposure
            chance = self._of(self._slow, in_the_air)
        self.chance = chance
        exposure = self._slow.exposure + in_the_air
        self.variance = chance * (1 - chance) / (exposure + 5) + (0.04 * chance) ** 2
        return chance

    @staticmethod
    def _of(memory: _Memory, in_the_air: float) -> float:
        return min(0.98, (memory.answers + 0.6) / (memory.exposure + in_the_air + 2))

    def memory(self) -> Memory:
        """Return both memories and what was last made of them."""
        look = (self.chance, self.variance)
        return {"slow": self._slow.memory(), "fast": self._fast.memory(), "look": look}

    def recall(self, memory: Memory) -> None:
        """Take both memories as they were."""
        self._slow.recall(memory["slow"])
        self._fast.recall(memory["fast"])
        self.chance, self.variance = memory["look"]

    def saved(self) -> list[float]:
        """Return the slow memory: answers and exposure."""
        return [self._slow.answers, self._slow.exposure]

    def restore(self, answers: float, exposure: float) -> None:
        """Take a memory that was saved, worth no more than one of this law's own."""
        scale = min(1.0, MEMORY_EXPOSURES / exposure) if exposure > 0 else 0.0
        self._slow.answers, self._slow.exposure = answers * scale, exposure * scale
