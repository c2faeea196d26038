"""Changes the sampling rate of 16-bit mono sound, without aliases in the telephone's band.

A windowed-sinc filter, one set of weights per phase: espeak-ng speaks at 22050 Hz, telephones
listen at 8000. Standard library only, because the engine's image needs no more for this.
"""

from __future__ import annotations

import math
import sys
from array import array
from functools import lru_cache
from operator import mul
from sys import byteorder
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

if sys.version_info >= (3, 12):  # several times as fast, and rendering is mostly this
    from math import sumprod
else:

    def sumprod(some: Iterable[float], others: Iterable[float]) -> float:
        """Return the sum of the products."""
        total: float = sum(map(mul, some, others))
        return total


ZERO_CROSSINGS: Final = 10  # on each side: more is sharper and slower
PASS: Final = 0.94  # of half the lower rate; the rest is the filter's slope
LOUDEST: Final = 32767


def resample(samples: bytes, rate: int, new_rate: int, loudest: int = LOUDEST) -> bytes:
    """Return little-endian 16-bit samples of `rate` at `new_rate`, both in Hz.

    Sound that is louder anywhere than `loudest` is made softer as a whole, never cut off.
    """
    sound = array("h", samples[: len(samples) // 2 * 2])
    if byteorder == "big":
        sound.byteswap()
    if rate != new_rate:
        values = _converted(sound, rate, new_rate)
    else:
        values = [float(sample) for sample in sound]
    peak = max(map(abs, values), default=0.0)
    softer = loudest / peak if peak > loudest else 1.0
    sound = array("h", [round(value * softer) for value in values])
    if byteorder == "big":
        sound.byteswap()
    return sound.tobytes()


def _converted(sound: array[int], rate: int, new_rate: int) -> list[float]:
    common = math.gcd(rate, new_rate)
    up, down = new_rate // common, rate // common
    phases = _phases(up, down)
    width = len(phases[0])
    before = width // 2 - 1
    padded = [0.0] * before + [float(sample) for sample in sound] + [0.0] * (width + 1)
    result = []
    for position in range(len(sound) * up // down):
        start, phase = divmod(position * down, up)
        result.append(sumprod(phases[phase], padded[start : start + width]))
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
