"""Which tones a sound holds, window by window; for what a phone heard and for recordings.

A tone counts as present in a window when its frequency carries a `share` of the window's whole
energy. A pure tone has 1.0; two equal tones mixed have 0.5 each. The default of 0.2 finds both
parties of a recording up to 6 dB apart, and is far above what speech or music leaves in one
frequency for long. A window quieter than -50 dBFS holds nothing.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import mul
from pathlib import Path

from ccengine.phone.wav import read_wav

WINDOW_MS = 200
PRESENT_SHARE = 0.2
FLOOR_DB = -50.0
_FULL_SCALE = 32768.0
_NOTHING_DB = -120.0


def tone_share(samples: Sequence[int], frequency: float, *, rate: int = 8000) -> float:
    """Give the share (0 to 1) of the samples' energy at a frequency in hertz."""
    energy = sum(map(mul, samples, samples))
    if not energy:
        return 0.0
    cosine, sine = _waves(frequency, len(samples), rate)
    along, across = sum(map(mul, samples, cosine)), sum(map(mul, samples, sine))
    power: float = along * along + across * across
    return min(1.0, 2.0 * power / float(len(samples) * energy))


def level_db(samples: Sequence[int]) -> float:
    """Give the RMS level against full scale, -120 for nothing at all."""
    if not samples:
        return _NOTHING_DB
    power = sum(map(mul, samples, samples)) / len(samples)
    return 20 * math.log10(math.sqrt(power) / _FULL_SCALE) if power else _NOTHING_DB


def windows(
    samples: Sequence[int], *, rate: int = 8000, window_ms: int = WINDOW_MS
) -> Iterator[Sequence[int]]:
    """Cut into windows; a rest shorter than a window is left out."""
    size = rate * window_ms // 1000
    for start in range(0, len(samples) - size + 1, size):
        yield samples[start : start + size]


def tone_windows(
    samples: Sequence[int],
    frequency: float,
    *,
    rate: int = 8000,
    window_ms: int = WINDOW_MS,
    share: float = PRESENT_SHARE,
) -> list[bool]:
    """Tell for each window whether the frequency is present."""
    return [
        level_db(window) > FLOOR_DB and tone_share(window, frequency, rate=rate) >= share
        for window in windows(samples, rate=rate, window_ms=window_ms)
    ]


def tone_fraction(
    samples: Sequence[int],
    frequency: float,
    *,
    rate: int = 8000,
    window_ms: int = WINDOW_MS,
    share: float = PRESENT_SHARE,
) -> float:
    """Give the fraction of windows in which the frequency is present; 0 without any window."""
    found = tone_windows(samples, frequency, rate=rate, window_ms=window_ms, share=share)
    return sum(found) / len(found) if found else 0.0


def silent_fraction(samples: Sequence[int], *, rate: int = 8000) -> float:
    """Give the fraction of 200-ms windows quieter than -50 dBFS; 1 without any window."""
    found = [level_db(window) <= FLOOR_DB for window in windows(samples, rate=rate)]
    return sum(found) / len(found) if found else 1.0


def tone_windows_of(path: Path, frequency: float, *, share: float = PRESENT_SHARE) -> list[bool]:
    """Tell it for each 200-ms window of a WAV recording."""
    samples, rate = read_wav(path)
    return tone_windows(samples, frequency, rate=rate, share=share)


@lru_cache(maxsize=32)
def _waves(frequency: float, length: int, rate: int) -> tuple["array[float]", "array[float]"]:
    turn = 2 * math.pi * frequency / rate
    return (
        array("d", (math.cos(turn * n) for n in range(length))),
        array("d", (math.sin(turn * n) for n in range(length))),
    )
