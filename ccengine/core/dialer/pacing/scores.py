"""What a record's score is worth: the odds of an answer beside those of an average record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

AVERAGE: Final = 0.3
"""A score like all others', until scores themselves tell what is usual."""

BINS: Final = 12
PRIOR_ANSWERS: Final = 6.0
MEMORY: Final = 4000.0


class ScoreWeights:
    """Learns for each band of scores (0 to 1) how far its answers are from the average's.

    A score is taken at its word at first (twice the mean score, twice the chance); bands with many
    answers say what it is really worth. Without a score the weight is 1.
    """

    def __init__(self) -> None:
        self._answers = [0.0] * BINS
        self._expected = [0.0] * BINS
        self._count = 10.0
        self._sum = AVERAGE * self._count

    def weight(self, score: float | None) -> float:
        """Return the chance of a record over the average one."""
        if score is None:
            return 1.0
        said = score * self._count / self._sum
        band = self._band(score)
        correction = (self._answers[band] + PRIOR_ANSWERS) / (self._expected[band] + PRIOR_ANSWERS)
        return max(0.02, said * correction)

    def resolved(self, score: float | None, chance: float, *, answered: bool) -> None:
        """Count a call that ended; `chance` is what the level of answers alone would give it."""
        if score is None:
            return
        band = self._band(score)
        self._sum += score
        self._count += 1
        self._answers[band] += answered
        self._expected[band] += min(0.98, chance * score * self._count / self._sum)
        if self._count > MEMORY:
            self._fade()

    def _fade(self) -> None:
        self._sum /= 2
        self._count /= 2
        self._answers = [count / 2 for count in self._answers]
        self._expected = [count / 2 for count in self._expected]

    @staticmethod
    def _band(score: float) -> int:
        return max(0, min(BINS - 1, int(score * BINS)))

    def saved(self) -> list[float]:
        """Return the counts, band by band."""
        return [self._sum, self._count, *self._answers, *self._expected]

    def restore(self, counts: Sequence[float]) -> None:
        """Take counts that were saved."""
        if len(counts) == 2 + 2 * BINS:
            self._sum, self._count = counts[0], counts[1]
            self._answers = list(counts[2 : 2 + BINS])
            self._expected = list(counts[2 + BINS :])
