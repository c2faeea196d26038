"""Changes the sampling rate of 16-bit mono sound, without aliases in the telephone's band.

A windowed-sinc filter, one set of weights per phase: espeak-ng speaks at 22050 Hz, telephones
listen at 8000.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZERO_CROSSINGS: Final = 10  # on each side: more is sharper and slower
PASS: Final = 0.94  # of half the lower rate; the rest is the filter's slope
LOUDEST: Final = 32767


def resample(samples: bytes, rate: int, new_rate: int, loudest: int = LOUDEST) -> bytes:
    """Return little-endian 16-bit samples of `rate` at `new_rate`, both in Hz.

    Sound that is louder anywhere than `loudest` is made softer as a whole, never cut off.
    """
    sound = np.frombuffer(samples[: len(samples) // 2 * 2], dtype="<i2")
    values = _converted(sound, rate, new_rate) if rate != new_rate else sound.astype(float)
    peak = np.abs(values).max(initial=0.0)
    softer = loudest / peak if peak > loudest else 1.0
    return np.rint(values * softer).astype("<i2").tobytes()


def _converted(sound: NDArray[np.int16], rate: int, new_rate: int) -> NDArray[np.float64]:
    common = math.gcd(rate, new_rate)
    up, down = new_rate // common, rate // common
    phases = _phases(up, down)
    width = len(phases[0])
    padded = np.pad(sound.astype(float), (width // 2 - 1, width + 1))
    windows = sliding_window_view(padded, width)
    result = np.empty(len(sound) * up // down)
    for first in range(min(up, len(result))):  # of those that have the same weights
        start, phase = divmod(first * down, up)
        same = result[first::up]
        same[:] = windows[start::down][: len(same)] @ np.array(phases[phase])
    return result


@lru_cache(maxsize=8)
def _phases(up: int, down: int) -> tuple[tuple[float, ...], ...]:
    """Return the weights for each place a new sample can have between two old ones."""
    cutoff = PASS * min(1.0, up / down)  # as a part of half the old rate
    half = math.ceil(ZERO_CROSSINGS / cutoff)
    return tuple(_weights(phase / up, cutoff, half) for phase in range(up))


def _weights(offset: float, cutoff: float, half: int) -> tuple[float, ...]:
    weights = []
    for tap in range(1 - half, half + 1):
        distance = tap - offset
        angle = math.pi * distance * cutoff
        sinc = math.sin(angle) / angle if angle else 1.0
        window = 0.5 + 0.5 * math.cos(math.pi * distance / (half + 1))
        weights.append(sinc * window)
    total = sum(weights)  # so that silence stays silence and loudness loudness
    return tuple(weight / total for weight in weights)
