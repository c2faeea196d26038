"""How long a recording is, by its file."""

from __future__ import annotations

import wave
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def seconds_of(file: Path) -> float | None:
    """Return how long a WAV file is; None: there is none yet that can be read."""
    with suppress(OSError, EOFError, wave.Error), wave.open(str(file)) as sound:
        return float(sound.getnframes() / sound.getframerate())
    return None
