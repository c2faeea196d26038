"""Listens to a rendered prompt as far as a machine can: is it there, long enough, and whole."""

from __future__ import annotations

import re
import unicodedata
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

RATE: Final = 8000
FRAME: Final = 160  # 20 ms
SILENT: Final = 200.0  # of 32,767
FULL: Final = 32_700
ARABIC_SHORT: Final = re.compile("[\u064b-\u0650]")
ARABIC_LONG: Final = re.compile("[\u0627\u0648\u064a](?![\u064b-\u0650\u0651\u0652])")
MUTE: Final = re.compile(r"(?<=[a-zà-ÿ]{2})es?\b")
VOWELS: Final = {
    "en": re.compile(r"[aeiouy]+|\b[A-Z]\b", re.IGNORECASE),
    "es": re.compile(r"[aeiouáéíóúü]+", re.IGNORECASE),
    "fr": re.compile(r"[aeiouyàâéèêëîïôöùûüœ]+", re.IGNORECASE),
    "uk": re.compile(r"[аеєиіїоуюя]", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What is in a file."""

    seconds: float  #: from the first to the last sound
    level: float  #: of what is spoken
    clipped: int  #: samples at the limit
    longest_gap: float  #: of silence inside, in seconds


def listen(file: Path) -> Heard:
    """Return what is in a file."""
    with wave.open(str(file), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(levels > SILENT)
    if not len(loud):
        return Heard(0.0, 0.0, 0, 0.0)
    gaps = np.diff(loud)
    return Heard(
        seconds=(loud[-1] - loud[0] + 1) * FRAME / RATE,
        level=float(np.sqrt((levels[loud] ** 2).mean())),
        clipped=int((np.abs(samples) >= FULL).sum()),
        longest_gap=float((gaps.max() - 1) * FRAME / RATE) if len(gaps) else 0.0,
    )


def syllables(text: str, language: str) -> float:
    """Return about how many syllables a text has."""
    if language == "fr":
        text = MUTE.sub("", text)
    if language in VOWELS:
        return float(max(1, len(VOWELS[language].findall(text))))
    letters = sum(unicodedata.category(sign) == "Lo" for sign in text)
    short = len(ARABIC_SHORT.findall(text))
    if language == "ar" and short > letters / 4:  # with vowel signs
        return float(max(1, short))
    return max(1.0, letters * 0.45)
