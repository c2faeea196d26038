"""Which prompt a phone heard: the file's own samples are looked for in the sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccengine.phone.wav import read_wav

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

RATE = 8000
LIKE_ENOUGH = 0.6
"""Correlation of what was heard with the file: above 0.9 when it is the prompt, else below 0.3."""
HOLE_SECONDS = 0.25
"""A busy machine may hold a prompt up for so long; what follows is whole all the same."""
_HALF_OR_SO = 0.4
_QUIET = 50.0  # RMS of 16-bit samples


def prompt_samples(file: Path, seconds: float | None = None) -> NDArray[np.float64]:
    """Return a prompt's samples without the silence around it.

    Args:
        seconds: only so much of its beginning, for a prompt that will be interrupted.
    """
    samples, rate = read_wav(file)
    if rate != RATE:
        message = f"{file} has {rate} Hz"
        raise ValueError(message)
    sound = np.array(samples, dtype=np.float64)
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    if not loud.size:
        message = f"{file} is silent"
        raise ValueError(message)
    sound = sound[loud[0] : loud[-1] + 1]
    return sound if seconds is None else sound[: round(seconds * RATE)]


def likeness_with_hole(heard: Sequence[int], wanted: NDArray[np.float64]) -> tuple[float, float]:
    """Return the same of a prompt that may have been held up once: of its halves, the worse one."""
    score, place = likeness(heard, wanted)
    if not _HALF_OR_SO <= score < LIKE_ENOUGH:
        return score, place
    middle = wanted.size // 2
    first, at = likeness(heard, wanted[:middle])
    second, then = likeness(heard, wanted[middle:])
    hole = then - at - middle / RATE
    in_two = min(first, second) if 0.0 <= hole <= HOLE_SECONDS else 0.0
    return max((score, place), (in_two, at))


def likeness(heard: Sequence[int], wanted: NDArray[np.float64]) -> tuple[float, float]:
    """Return how well the best place fits (0 to 1), and that place in seconds."""
    sound = np.array(heard, dtype=np.float64)
    if sound.size < wanted.size:
        return 0.0, 0.0
    length = 1 << int(np.ceil(np.log2(sound.size + wanted.size)))
    product = np.fft.rfft(sound, length) * np.conj(np.fft.rfft(wanted, length))
    fits = np.fft.irfft(product, length)[: sound.size - wanted.size + 1]
    energy = np.concatenate(([0.0], np.cumsum(sound**2)))
    local = energy[wanted.size :] - energy[: -wanted.size]
    enough = local > wanted.size * _QUIET**2
    scale = np.sqrt(np.where(enough, local, 1.0)) * np.linalg.norm(wanted)
    score = np.where(enough, fits / scale, 0.0)
    best = int(np.argmax(score))
    return float(score[best]), best / RATE
