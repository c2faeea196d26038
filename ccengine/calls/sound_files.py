"""How long a recording is, and whether anybody says anything in it, by its file."""

from __future__ import annotations

import wave
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FRAME_SECONDS: Final = 0.02
LEAST_LEVEL: Final = 256
"""Mean of the samples' sizes in a frame; as Asterisk tells silence (`silencethreshold`)."""
LEAST_SPOKEN_SECONDS: Final = 0.3


def seconds_of(file: Path) -> float | None:
    """Return how long a WAV file is; None: there is none yet that can be read."""
    with suppress(OSError, EOFError, wave.Error), wave.open(str(file)) as sound:
        return float(sound.getnframes() / sound.getframerate())
    return None


def is_spoken(file: Path) -> bool:
    """Tell whether a WAV file of 16-bit samples is more than silence; False: it cannot be read."""
    with suppress(OSError, EOFError, wave.Error, ValueError), wave.open(str(file)) as sound:
        size = int(sound.getframerate() * FRAME_SECONDS)
        missing = round(LEAST_SPOKEN_SECONDS / FRAME_SECONDS)
        while missing and (read := sound.readframes(size)):
            samples = array("h", read)
            missing -= sum(map(abs, samples)) >= LEAST_LEVEL * len(samples)
        return not missing
    return False
