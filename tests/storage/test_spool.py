"""A look at a file that is being written: its length, and which side is silent in what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccengine.storage.spool import MOST_SECONDS, RATE, SILENT_PEAK, look_at

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *pieces: tuple[float, int, int]) -> Path:
    """A file of pieces: seconds, and the loudest sample of either side."""
    file = folder / "r.raw"
    with file.open("wb") as sound:
        for seconds, left, right in pieces:
            samples = np.zeros((round(seconds * RATE), 2), dtype="<i2")
            samples[::50] = (left, right)
            sound.write(samples.tobytes())
    return file


def test_no_file_and_an_empty_one_are_none(tmp_path: Path) -> None:
    assert look_at(tmp_path / "nothing.raw", 0, lambda: 1.0) is None
    assert look_at(written(tmp_path), 0, lambda: 1.0) is None


def test_it_is_as_long_as_whole_frames_are(tmp_path: Path) -> None:
    file = written(tmp_path, (2.0, 900, 900))
    with file.open("ab") as sound:
        sound.write(b"\0\0\0")
    look = look_at(file, 0, lambda: 7.5)
    assert look is not None
    assert (look.at, look.seconds, look.fresh_seconds) == (7.5, 2.0, 2.0)


def test_only_what_is_new_tells_who_is_silent(tmp_path: Path) -> None:
    file = written(tmp_path, (3.0, 900, 0), (3.0, 0, -900))
    look = look_at(file, 3 * RATE, lambda: 0.0)
    assert look is not None
    assert (look.fresh_seconds, look.left_silent, look.right_silent) == (3.0, True, False)
    whole = look_at(file, 0, lambda: 0.0)
    assert whole is not None
    assert (whole.left_silent, whole.right_silent) == (False, False)


def test_a_microphone_is_never_so_low(tmp_path: Path) -> None:
    look = look_at(written(tmp_path, (2.0, SILENT_PEAK, -SILENT_PEAK - 1)), 0, lambda: 0.0)
    assert look is not None
    assert (look.left_silent, look.right_silent) == (True, False)


def test_of_much_only_the_last_is_looked_at(tmp_path: Path) -> None:
    look = look_at(written(tmp_path, (5.0, 900, 900), (20.0, 0, 900)), 0, lambda: 0.0)
    assert look is not None
    assert look.fresh_seconds == MOST_SECONDS
    assert look.left_silent


def test_nothing_new_says_nothing_of_anybody(tmp_path: Path) -> None:
    look = look_at(written(tmp_path, (1.0, 900, 900)), RATE, lambda: 0.0)
    assert look is not None
    assert (look.fresh_seconds, look.left_silent, look.right_silent) == (0.0, True, True)
