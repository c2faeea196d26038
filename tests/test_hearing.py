"""How e2e tests tell which prompt was heard: whole, held up once for a moment, or in part."""

from __future__ import annotations

import numpy as np
import pytest

from tests.e2e.hearing import HOLE_SECONDS, LIKE_ENOUGH, RATE, likeness_with_hole

SPOKEN = np.random.default_rng(7).normal(0, 3000, 4 * RATE)  # as unlike itself as speech, and more
BEFORE_SECONDS = 1.0


def heard(*parts: np.ndarray) -> list[int]:
    quiet = np.zeros(round(BEFORE_SECONDS * RATE))
    return [int(one) for one in np.concatenate([quiet, *parts, quiet])]


def hole(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5, 0.55, 0.9])
def test_a_prompt_that_was_held_up_once_is_that_prompt(share: float) -> None:
    cut = round(SPOKEN.size * share)
    for seconds in (0.0, 0.09, HOLE_SECONDS):
        score, place = likeness_with_hole(heard(SPOKEN[:cut], hole(seconds), SPOKEN[cut:]), SPOKEN)
        assert score >= LIKE_ENOUGH
        assert BEFORE_SECONDS - 0.001 <= place <= BEFORE_SECONDS + HOLE_SECONDS


def test_half_a_prompt_is_none() -> None:
    middle = SPOKEN.size // 2
    halves = SPOKEN[:middle], SPOKEN[middle:]
    for parts in (
        [halves[0], hole(HOLE_SECONDS + 0.01), halves[1]],
        [halves[1], halves[0]],
        [halves[0], halves[0]],
    ):
        score, _ = likeness_with_hole(heard(*parts), SPOKEN)
        assert score < LIKE_ENOUGH
