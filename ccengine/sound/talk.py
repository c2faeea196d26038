"""Who talks when: by level against each side's own noise, frame by frame.

A side begins to talk when its level rises `BEGINS_DB` over its noise and goes on until it falls
under `GOES_ON_DB` over it, so that a level near the limit does not flicker. The noise is what the
quiet frames of the seconds around have; digital zeros (no packets came, a pause) are no noise.
Phones that send nothing while nobody talks leave talk only: noise is taken to be well under it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Levels = NDArray[np.float32]  #: dB against full scale, by frame
    Marks = NDArray[np.bool_]  #: by frame

FRAME_SECONDS: Final = 0.02
FRAMES_PER_SECOND: Final = 50
NOTHING_DB: Final = -100.0
"""The level of digital zeros."""

NOISE_AROUND_SECONDS: Final = 10
"""So far before and after a second its noise is looked for."""
QUIET_PERCENTILE: Final = 15
"""Even who talks on and on leaves so many frames of a hundred between words."""
LOUD_PERCENTILE: Final = 95
STEADY_DB: Final = 8.0
"""What differs by less is one steady noise, or tone."""
UNDER_TALK_DB: Final = 20.0
"""Noise is at least so far under talk: where it is not, there is talk only."""
QUIETEST_NOISE_DB: Final = -65.0
LOUDEST_NOISE_DB: Final = -40.0
"""No line is noisier: what is louder all the time is somebody, or a tone."""
BEGINS_DB: Final = 12.0
GOES_ON_DB: Final = 7.0
ECHO_DB: Final = 22.0
"""A side that is so much quieter than the other at that moment is the other's echo on the line."""
ECHO_FRAMES: Final = 10
"""An echo comes up to so much later."""
SHORTEST_FRAMES: Final = 4
"""Shorter is a click."""
GAP_FRAMES: Final = 15
"""Between two words of one side, at most."""


def levels_of(frames: NDArray[np.int16]) -> Levels:
    """Return the level of each frame; what is steady (DC) is no sound.

    Args:
        frames: one a row.
    """
    sound = frames.astype(np.float32) / 32768.0
    power = sound.var(axis=1)
    levels: Levels = (10.0 * np.log10(np.maximum(power, 1e-10))).astype(np.float32)
    return levels


def talking(own: Levels, other: Levels) -> Marks:
    """Tell for each frame whether a side talks, given its levels and the other's."""
    if not own.size:
        return np.zeros(0, dtype=bool)
    over_noise = own - noise_of(own)
    echo = _loudest_of_late(other) - ECHO_DB > own
    over_noise[echo] = 0.0
    active = _latched(over_noise > BEGINS_DB, over_noise < GOES_ON_DB)
    active = _without_runs(active, value=False, shorter_than=GAP_FRAMES)
    return _without_runs(active, value=True, shorter_than=SHORTEST_FRAMES)


def noise_of(levels: Levels) -> Levels:
    """Return the noise around each frame."""
    seconds = -(-levels.size // FRAMES_PER_SECOND)
    around = NOISE_AROUND_SECONDS * FRAMES_PER_SECOND
    behind = seconds * FRAMES_PER_SECOND - levels.size
    # What is no sound is put at the end by sorting, and counted out.
    heard = np.where(levels > NOTHING_DB + 1, levels, np.float32(np.inf))
    padded = np.pad(heard, (around, around + behind), constant_values=np.inf)
    windows = sliding_window_view(padded, 2 * around + FRAMES_PER_SECOND)[::FRAMES_PER_SECOND]
    ordered = np.sort(windows, axis=1)
    counts = np.isfinite(ordered).sum(axis=1)
    ordered[:, 0] = np.where(counts, ordered[:, 0], QUIETEST_NOISE_DB)
    rows = np.arange(seconds)
    quiet = ordered[rows, counts * QUIET_PERCENTILE // 100]
    loud = ordered[rows, np.maximum(counts * LOUD_PERCENTILE // 100 - 1, 0)]
    steady = loud - quiet < STEADY_DB
    noise = np.where(steady, quiet, np.minimum(quiet, loud - UNDER_TALK_DB))
    noise = np.clip(noise, QUIETEST_NOISE_DB, LOUDEST_NOISE_DB)
    return np.repeat(noise, FRAMES_PER_SECOND)[: levels.size]


def _loudest_of_late(levels: Levels) -> Levels:
    """Return the loudest of each frame and of the few before it."""
    padded = np.pad(levels, (ECHO_FRAMES, 0), constant_values=NOTHING_DB)
    loudest: Levels = sliding_window_view(padded, ECHO_FRAMES + 1).max(axis=1)
    return loudest


def _latched(begins: Marks, ends: Marks) -> Marks:
    """Return what is true from each begin until an end."""
    said = np.where(begins | ends, np.arange(begins.size), 0)
    latest = np.maximum.accumulate(said)
    return begins[latest]


def runs(marks: NDArray[np.generic]) -> Iterator[tuple[int, int]]:
    """Yield first and behind-the-last of each run of equal marks."""
    if not marks.size:
        return
    changes = np.flatnonzero(marks[1:] != marks[:-1]) + 1
    edges = [0, *changes.tolist(), marks.size]
    yield from pairwise(edges)


def _without_runs(marks: Marks, *, value: bool, shorter_than: int) -> Marks:
    """Return it with short runs of a value turned; before and after it nobody talks."""
    turned = marks.copy()
    for first, end in runs(marks):
        inside = first > 0 and end < marks.size
        if (inside or value) and marks[first] == value and end - first < shorter_than:
            turned[first:end] = not value
    return turned
