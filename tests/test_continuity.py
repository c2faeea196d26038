"""The judge of recordings finds gaps of more than a fifth of a second, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.continuity import MUSIC, RATE, Sent, Told, gaps, without

if TYPE_CHECKING:
    from numpy.typing import NDArray

SECONDS = 6.0


def tone(hz: int, seconds: float = SECONDS, level: float = 8000.0) -> NDArray[np.int16]:
    times = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def cut(sound: NDArray[np.int16], begin: float, seconds: float) -> NDArray[np.int16]:
    holed = sound.copy()
    holed[round(begin * RATE) : round((begin + seconds) * RATE)] = 0
    return holed


WHOLE = [Sent(0.0, SECONDS, (700,))]


def test_a_whole_tone_has_none() -> None:
    assert gaps(tone(700), WHOLE) == []


@pytest.mark.parametrize("seconds", [0.22, 0.3, 1.0])
def test_a_hole_is_one(seconds: float) -> None:
    (gap,) = gaps(cut(tone(700), 2.0, seconds), WHOLE)
    assert gap.begin == pytest.approx(2.0, abs=0.03)
    assert gap.seconds == pytest.approx(seconds, abs=0.03)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.18])
def test_a_short_one_is_none(seconds: float) -> None:
    assert gaps(cut(tone(700), 2.0, seconds), WHOLE) == []


def test_another_tone_does_not_fill_it() -> None:
    holed = cut(tone(700), 2.0, 0.5)
    holed[2 * RATE : round(2.5 * RATE)] = tone(900, 0.5)
    assert len(gaps(holed, WHOLE)) == 1
    assert gaps(holed, [Sent(0.0, SECONDS, (700, 900))]) == []


def test_two_at_once_are_both_there() -> None:
    both = (tone(700) // 2 + tone(1100) // 2).astype(np.int16)
    assert gaps(both, WHOLE) == gaps(both, [Sent(0.0, SECONDS, (1100,))]) == []


def test_a_recording_that_ends_early_has_a_gap_at_its_end() -> None:
    (gap,) = gaps(tone(700, 5.0), WHOLE)
    assert (gap.begin, gap.end) == pytest.approx((5.0, SECONDS - 0.1), abs=0.05)


def test_music_is_any_sound() -> None:
    held = [Sent(0.0, SECONDS, (MUSIC,))]
    assert gaps(tone(333, level=20), held) == []
    assert len(gaps(cut(tone(333), 1.0, 1.0), held)) == 1


def test_what_must_be_heard_comes_from_the_journal() -> None:
    told = Told(
        caller=500,
        begun=100.0,
        ended=130.0,
        talks=[(700, 100.5, 118.0), (900, 115.0, 130.0)],
        holds=[(104.0, 106.0)],
        pauses=[(120.0, 122.0)],
    )
    assert told.said() == [Sent(0.0, 20.0, (500,)), Sent(22.0, 30.0, (500,))]
    assert told.heard() == [
        Sent(0.5, 4.0, (700,)),
        Sent(4.0, 6.0, (MUSIC,)),
        Sent(6.0, 18.0, (700,)),
        Sent(15.0, 20.0, (900,)),
        Sent(22.0, 30.0, (900,)),
    ]


def test_spans_are_cut() -> None:
    assert without([(0, 10)], [(2, 3), (9, 12)]) == [(0, 2), (3, 9)]
    assert without([(0, 10)], [(0, 10)]) == []
