"""A look at a recording that is being written: how long it is, and which side is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE: Final = 8000
FRAME_BYTES: Final = 4
"""Left and right, 16 bits each."""
MOST_SECONDS: Final = 15.0
"""Of what is new, so much is looked at, the last."""
SILENT_PEAK: Final = 16
"""Of 16-bit samples; nothing that a microphone hears stays below it."""


@dataclass(frozen=True, slots=True)
class SpoolLook:
    """What was seen of a file."""

    at: Instant  #: when its length was seen
    frames: int
    fresh: int  #: frames of it that are new and were looked at
    left_silent: bool  #: in all of those
    right_silent: bool

    @property
    def seconds(self) -> float:
        """How much sound is in it."""
        return self.frames / RATE

    @property
    def fresh_seconds(self) -> float:
        """How much of that was looked at."""
        return self.fresh / RATE


def look_at(file: Path, seen: int, now: Callable[[], Instant]) -> SpoolLook | None:
    """Look at a file; None: there is none, or nothing in it.

    Args:
        file: raw, 16-bit stereo, 8000 frames a second.
        seen: frames that an earlier look has seen.
        now: read when the file's length is.
    """
    try:
        with file.open("rb") as sound:
            frames, at = sound.seek(0, 2) // FRAME_BYTES, now()
            if not frames:
                return None
            fresh = max(0, min(frames - seen, int(MOST_SECONDS * RATE)))
            silent = _silence(sound, frames, min(fresh, RATE))
            if any(silent):  # who is heard mostly is in the last second
                silent = _silence(sound, frames, fresh)
    except OSError:
        return None
    return SpoolLook(at, frames, fresh, *silent)


def _silence(sound: BinaryIO, frames: int, last: int) -> tuple[bool, bool]:
    """Tell of either side whether nothing is to be heard in the last of so many frames."""
    sound.seek((frames - last) * FRAME_BYTES)
    samples = np.frombuffer(sound.read(last * FRAME_BYTES), dtype="<i2").reshape(-1, 2)
    return _is_silent(samples[:, 0]), _is_silent(samples[:, 1])


def _is_silent(side: np.typing.NDArray[np.int16]) -> bool:
    if not side.size:
        return True
    return int(side.max()) <= SILENT_PEAK and int(side.min()) >= -SILENT_PEAK
