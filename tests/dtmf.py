"""Finds touch tones in sound, as a strict detector would: a row's and a column's tone, no other.

After ITU-T Q.24: each tone within 1.5 % of its frequency, neither more than 8 dB above the other,
both together nearly all of the energy, for 40 ms at least. Tried in windows of 25 ms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RATE = 8000
ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
WINDOW, STEP = 200, 100  # samples
SHARE = 0.75  # of a window's energy in the two tones
TWIST_DB = 8.0
QUIETEST = 60.0  # RMS of 16 bits: -55 dBFS
WINDOWS_AT_LEAST = 3

_TIMES = np.arange(WINDOW) / RATE
_WAVES = np.exp(-2j * np.pi * np.outer((*ROWS, *COLUMNS), _TIMES))


def digits_in(samples: Sequence[int] | NDArray[np.int16]) -> str:
    """Return the digits that are heard, in their order."""
    found, run, last = [], 0, ""
    sound = np.asarray(samples, dtype=np.float64)
    for start in range(0, len(sound) - WINDOW + 1, STEP):
        key = _key_of(sound[start : start + WINDOW])
        run = run + 1 if key and key == last else 1
        if key and run == WINDOWS_AT_LEAST:
            found.append(key)
        last = key
    return "".join(found)


def _key_of(window: NDArray[np.float64]) -> str:
    energy = float(np.mean(window**2))
    if energy < QUIETEST**2:
        return ""
    power = 2 * np.abs(_WAVES @ window / WINDOW) ** 2
    row, column = int(np.argmax(power[:4])), int(np.argmax(power[4:]))
    low, high = power[row], power[4 + column]
    if low + high < SHARE * energy or min(low, high) <= 0:
        return ""
    return KEYS[row][column] if abs(10 * math.log10(high / low)) < TWIST_DB else ""


def tones_of(digits: str, *, tone_ms: int = 100, gap_ms: int = 100) -> list[int]:
    """Return the sound of keys pressed one after the other."""
    sound: list[float] = []
    times = np.arange(RATE * tone_ms // 1000) / RATE
    for digit in digits:
        row = next(place for place, keys in enumerate(KEYS) if digit in keys)
        column = KEYS[row].index(digit)
        both = np.sin(2 * np.pi * ROWS[row] * times) + np.sin(2 * np.pi * COLUMNS[column] * times)
        sound += [*(6000 * both), *([0.0] * (RATE * gap_ms // 1000))]
    return [round(one) for one in sound]
