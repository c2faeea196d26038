"""Talk at known times and levels: synthetic speech, noise and tones."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ccengine.ivr.resampling import resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

RATE = 8000
WAV_HEADER = 44
ESPEAK_RATE = 22050
CALLER, AGENT = 0, 1
GREETING = "Good morning, this is Anna of Nour speaking. How may I help you today?"
QUESTION = "Hello, I am calling about my order from last week, it has not come yet at all."


@cache
def speech(text: str, voice: str = "en") -> Sound:
    """Return spoken text, without the silence at its ends."""
    command = ["espeak-ng", "-v", voice, "--stdout", text]
    said = subprocess.run(command, capture_output=True, check=True).stdout[WAV_HEADER:]
    sound = np.frombuffer(resample(said, ESPEAK_RATE, RATE), dtype=np.int16).astype(float)
    loud = np.flatnonzero(np.abs(sound) > 300)
    return sound[loud[0] : loud[-1]]


def at_level(sound: Sound, decibels: float) -> Sound:
    """Return it with its active parts at a level against full scale."""
    active = sound[np.abs(sound) > 100]
    level = 20 * np.log10(np.sqrt((active**2).mean()) / 32768)
    return sound * 10 ** ((decibels - level) / 20)


def tone(seconds: float, hertz: float = 440.0, decibels: float = -10.0) -> Sound:
    """Return a tone."""
    times = np.arange(int(seconds * RATE)) / RATE
    return np.sqrt(2) * 32768 * 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * times)


class Stage:
    """A recording of two sides, empty at first."""

    def __init__(self, seconds: float) -> None:
        self.sound = np.zeros((int(seconds * RATE), 2))

    def put(self, side: int, at: float, sound: Sound) -> float:
        """Add a side's sound; returns when it ends."""
        first = int(at * RATE)
        part = self.sound[first : first + len(sound), side]
        part += sound[: len(part)]
        return at + len(sound) / RATE

    def echo(self, of: int, decibels: float, delay: float = 0.05) -> None:
        """Let the other side have a side's echo."""
        shift = int(delay * RATE)
        self.sound[shift:, 1 - of] += self.sound[:-shift, of] * 10 ** (decibels / 20)

    def noise(self, decibels: float, side: int | None = None) -> None:
        """Add steady noise to one side or both."""
        sides = slice(None) if side is None else slice(side, side + 1)
        part = self.sound[:, sides]
        part += np.random.default_rng(7).normal(0, 32768 * 10 ** (decibels / 20), part.shape)

    @property
    def samples(self) -> NDArray[np.int16]:
        """What a file would hold."""
        return np.clip(self.sound, -32768, 32767).astype(np.int16)
