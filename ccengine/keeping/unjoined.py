"""Gives the sound of a call that is not kept yet, as one WAV file that is on no disk.

Asterisk's raw files are what a WAV file of two sides holds already; only its header is missing, and
the silence between the parts.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from ccengine.keeping.placing import FRAME_BYTES, RATE, PlacedPart, place

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from ccengine.keeping.placing import Part

PIECE: Final = 1 << 16
SIDES: Final = 2
SAMPLE_BITS: Final = 16
PCM: Final = 1
HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Gone(Exception):
    """One of the files is not there any more: it is kept by now, or erased."""


@dataclass(frozen=True, slots=True)
class Unjoined:
    """The parts of a call, at their times, as large as they were when they were looked at."""

    parts: tuple[PlacedPart, ...]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Unjoined | None:
        """Look at the files; None: there is no sound in any of them.

        Raises:
            OSError: they cannot be looked at.
        """
        placed = place(parts)
        return cls(placed) if any(part.seconds for part in placed) else None

    @property
    def frames(self) -> int:
        """Samples of each side, with the silence."""
        return max(map(_end, self.parts), default=0)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / RATE

    @property
    def size(self) -> int:
        """Bytes of the WAV file."""
        return HEADER.size + self.frames * FRAME_BYTES

    async def pieces(self, start: int, end: int) -> AsyncGenerator[bytes]:
        """Yield bytes of the WAV file.

        Raises:
            Gone: before the first one.
            OSError: a file cannot be read, or is shorter than it was.
        """
        with ExitStack() as stack:
            files = await asyncio.to_thread(self._open, stack)
            header = self._header()
            if start < len(header):
                yield header[start:end]
            first, last = max(start - len(header), 0), end - len(header)
            for file, offset, count in self._spans(files, first, last):
                yield await asyncio.to_thread(_read, file, offset, count)

    def _open(self, stack: ExitStack) -> list[BinaryIO | None]:
        """Open all files at once: what is removed meanwhile can still be read."""
        try:
            return [
                stack.enter_context(part.file.open("rb")) if part.seconds else None
                for part in self.parts
            ]
        except FileNotFoundError as error:
            raise Gone(str(error)) from error

    def _spans(
        self, files: Sequence[BinaryIO | None], first: int, last: int
    ) -> Iterator[tuple[BinaryIO | None, int, int]]:
        """Yield what to read for these bytes of sound: a file and where in it, or silence."""
        at = first
        for part, file in zip(self.parts, files, strict=True):
            begin, end = _begin(part) * FRAME_BYTES, _end(part) * FRAME_BYTES
            while at < min(begin, last):
                some = min(begin - at, last - at, PIECE)
                yield None, 0, some
                at += some
            while at < min(end, last):
                some = min(end - at, last - at, PIECE)
                yield file, at - begin, some
                at += some

    def _header(self) -> bytes:
        data = self.frames * FRAME_BYTES
        form = (PCM, SIDES, RATE, RATE * FRAME_BYTES, FRAME_BYTES, SAMPLE_BITS)
        whole = data + HEADER.size - 8  # all that follows this number
        return HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, *form, b"data", data)


def _begin(part: PlacedPart) -> int:
    return round(part.offset_seconds * RATE)


def _end(part: PlacedPart) -> int:
    return _begin(part) + round(part.seconds * RATE)


def _read(file: BinaryIO | None, offset: int, count: int) -> bytes:
    if file is None:
        return bytes(count)
    file.seek(offset)
    data = file.read(count)
    if len(data) < count:
        message = f"{file.name} is shorter than it was"
        raise OSError(message)
    return data
