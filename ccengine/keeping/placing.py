"""Where the raw files of a call are in its recording. Needs nothing but their sizes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE: Final = 8_000
"""Samples per second and side."""
FRAME_BYTES: Final = 4
"""One sample of each side."""
LONGEST_SECONDS: Final = 86_400.0
"""A part that would begin later than this belongs to another clock: it follows at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One raw file of a call."""

    file: Path
    started_at: Instant


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """Where a part is in the whole."""

    file: Path
    offset_seconds: float
    seconds: float


def place(parts: Sequence[Part]) -> tuple[PlacedPart, ...]:
    """Return where each part is in the whole, in order."""
    placed: list[PlacedPart] = []
    ordered = sorted(parts, key=lambda part: part.started_at)
    end = 0.0
    for part in ordered:
        offset = part.started_at - ordered[0].started_at
        if not end <= offset <= LONGEST_SECONDS:
            offset = end
        seconds = _frames_of(part.file) / RATE
        placed.append(PlacedPart(part.file, round(offset * RATE) / RATE, seconds))
        end = placed[-1].offset_seconds + seconds
    return tuple(placed)


def _frames_of(file: Path) -> int:
    """Return whole frames only: a disk that was full may have cut one."""
    try:
        return file.stat().st_size // FRAME_BYTES
    except FileNotFoundError:
        return 0
