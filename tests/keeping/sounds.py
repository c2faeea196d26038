"""Raw files as Asterisk writes them, and what is in a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE = 8_000
LOUD = 8_000


def tone(frequency: float, seconds: float) -> NDArray[np.int16]:
    """Return a tone, or with no frequency silence."""
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(LOUD * np.sin(2 * np.pi * frequency * at)).astype(np.int16)


def write_raw(file: Path, left: float, right: float, seconds: float) -> Path:
    """Write a raw file of two tones."""
    file.parent.mkdir(parents=True, exist_ok=True)
    both = np.stack([tone(left, seconds), tone(right, seconds)], axis=1)
    file.write_bytes(both.astype("<i2").tobytes())
    return file


def read_sound(file: Path) -> NDArray[np.int16]:
    """Return the samples of a recording, one column per side."""
    samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    assert rate == RATE
    return np.asarray(samples)


def level(samples: NDArray[np.int16], frequency: float) -> float:
    """Return how loud a frequency is: `LOUD` for a tone of ours."""
    at = np.arange(len(samples)) / RATE
    turning = np.exp(-2j * np.pi * frequency * at)
    return float(2 * abs(np.dot(samples.astype(float), turning)) / max(len(samples), 1))
