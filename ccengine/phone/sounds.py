"""What a phone says: an endless tone, silence, or samples. Handed out in mu-law frames."""

import math
from array import array
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from ccengine.phone import ulaw
from ccengine.phone.wav import read_wav

FRAME = 160
"""Samples in a frame of 20 ms."""

LEVEL_DB = -12.0
"""The peak of what phones say, against full scale."""

_FULL_SCALE = 32635


class Sound(Protocol):
    """Gives the next 20 ms, for ever."""

    def next_frame(self) -> bytes:
        """Give 160 mu-law codes."""
        ...


class Silence:
    """Packets without sound, as from a person who says nothing."""

    def next_frame(self) -> bytes:
        """Give 160 mu-law codes."""
        return bytes([ulaw.SILENT]) * FRAME


class Samples:
    """Sound of one's own, once or again and again; silence follows its end."""

    def __init__(self, codes: bytes, *, repeat: bool = False) -> None:
        """Take mu-law codes; `repeat` starts over without a gap."""
        self._codes = codes
        self._repeat = repeat and bool(codes)
        self._place = 0

    @classmethod
    def linear(cls, samples: Iterable[int], *, repeat: bool = False) -> Self:
        """Take 16-bit samples at 8000 Hz."""
        return cls(ulaw.encode(samples), repeat=repeat)

    @classmethod
    def wav(cls, path: Path, *, repeat: bool = False) -> Self:
        """Take a 16-bit WAV file at 8000 Hz; ValueError for any other rate."""
        samples, rate = read_wav(path)
        if rate != ulaw.RATE:
            message = f"{path.name} has {rate} Hz; a phone says 8000 Hz"
            raise ValueError(message)
        return cls.linear(samples, repeat=repeat)

    def next_frame(self) -> bytes:
        """Give 160 mu-law codes."""
        frame = self._codes[self._place : self._place + FRAME]
        self._place += len(frame)
        while self._repeat and len(frame) < FRAME:
            self._place = FRAME - len(frame)
            frame += self._codes[: self._place]
            self._place %= len(self._codes)
        return frame.ljust(FRAME, bytes([ulaw.SILENT]))


class Tone(Samples):
    """An endless sine."""

    def __init__(self, frequency: int, level_db: float = LEVEL_DB) -> None:
        """Take whole hertz (20 to 3800), so that a second of it repeats without a click.

        `level_db` is the peak against full scale.
        """
        super().__init__(_second_of(frequency, level_db), repeat=True)


class Words(Samples):
    """A sine that is a word, then a pause, again and again: as of who says hello and waits."""

    def __init__(self, frequency: int, *, word_seconds: float, pause_seconds: float) -> None:
        """Take whole hertz as `Tone`; a word is at most a second long."""
        word = _second_of(frequency, LEVEL_DB)[: round(word_seconds * ulaw.RATE)]
        pause = bytes([ulaw.SILENT]) * round(pause_seconds * ulaw.RATE)
        super().__init__(word + pause, repeat=True)


@lru_cache(maxsize=64)
def _second_of(frequency: int, level_db: float) -> bytes:
    peak = _FULL_SCALE * 10 ** (level_db / 20)
    turn = 2 * math.pi * frequency / ulaw.RATE
    return ulaw.encode(array("h", (round(peak * math.sin(turn * n)) for n in range(ulaw.RATE))))


def chosen(tone_hz: int | None, sound: Sound | None) -> Sound:
    """Give the sound a script asked for in either way; silence when in neither."""
    if sound is not None:
        return sound
    return Tone(tone_hz) if tone_hz is not None else Silence()
