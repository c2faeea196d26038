"""Joins the raw files of a call into one recording, in the time in which they were.

A raw file is what Asterisk writes during a call: 16-bit samples, little-endian, 8 000 a second,
left what the caller says, right what the caller hears. It goes through in blocks, so hours of
sound take no more memory than seconds. Use it in a process of its own: encoding takes time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import soundfile

from ccengine.config.sound_formats import Channels, SoundFormat
from ccengine.keeping.placing import FRAME_BYTES, RATE, Part, PlacedPart, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.int16]

FULL_SCALE: Final = 32_768
BLOCK_FRAMES: Final = 10 * RATE


@dataclass(frozen=True, slots=True)
class Joined:
    """What was written."""

    seconds: float
    parts: tuple[PlacedPart, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    format: str
    subtype: str
    as_floats: bool = False


_KINDS: Final = {
    SoundFormat.WAV: _Kind("WAV", "PCM_16"),
    SoundFormat.OPUS: _Kind("OGG", "OPUS"),  # 41 kbit/s in stereo, as measured with tones
    # libsndfile halves what it is given as two sides of 16 bits, but no floats.
    SoundFormat.MP3: _Kind("MP3", "MPEG_LAYER_III", as_floats=True),
}


def join(
    parts: Sequence[Part],
    output: Path,
    *,
    channels: Channels = Channels.STEREO,
    sound_format: SoundFormat = SoundFormat.WAV,
) -> Joined:
    """Write the parts as one file, with silence where nothing was recorded between them.

    Args:
        parts: in any order; the recording begins with the earliest. A part whose file is
            missing or empty leaves silence; of two that overlap, the later one follows the
            other, so that no sound is lost.
        output: the file to write, over what is there. After an error it is of no use.
        channels: both sides, or one mix of them.
        sound_format: of the file.

    Raises:
        OSError: a file cannot be read or written, for example as the disk is full.
    """
    placed = place(parts)
    blocks = sound_of(placed)
    if channels is Channels.MONO:
        blocks = (mixed(block)[:, np.newaxis] for block in blocks)
    try:
        frames = _write(output, blocks, 1 if channels is Channels.MONO else 2, sound_format)
    except soundfile.LibsndfileError as error:  # it is a RuntimeError
        message = f"{output.name} cannot be written: {error.error_string}"
        raise OSError(message) from error
    return Joined(frames / RATE, placed)


def _write(output: Path, blocks: Iterable[Samples], sides: int, sound_format: SoundFormat) -> int:
    """Write a file, and return how many frames of sound are in it.

    Raises:
        OSError: fewer than there were.
    """
    kind, frames = _KINDS[sound_format], 0
    with soundfile.SoundFile(output, "w", RATE, sides, kind.subtype, format=kind.format) as file:
        for block in blocks:
            file.write(block.astype(np.float32) / FULL_SCALE if kind.as_floats else block)
            frames += len(block)
    written = soundfile.info(output).frames if frames else 0
    if written < frames:
        message = f"{output.name} was not written whole: {written} of {frames} frames"
        raise OSError(message)
    return frames


def sound_of(parts: Sequence[PlacedPart]) -> Iterator[Samples]:
    """Yield the whole in blocks of both sides.

    Raises:
        OSError: a file cannot be read.
    """
    at = 0
    for part in parts:
        begin = round(part.offset_seconds * RATE)
        yield from _silence(begin - at)
        at = max(begin, at)
        for block in _blocks(part.file, round(part.seconds * RATE)):
            yield block
            at += len(block)


def mixed(block: Samples) -> Samples:
    """Return both sides as one; where both are loud, as loud as it can be."""
    both = block.astype(np.int32).sum(axis=1)
    clipped: Samples = np.clip(both, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return clipped


def _silence(frames: int) -> Iterator[Samples]:
    while frames > 0:
        some = min(frames, BLOCK_FRAMES)
        yield np.zeros((some, 2), dtype=np.int16)
        frames -= some


def _blocks(file: Path, frames: int) -> Iterator[Samples]:
    """Yield so many frames of a file at most: it may still grow."""
    if frames <= 0:
        return
    with file.open("rb") as raw:
        while frames > 0:
            data = raw.read(min(frames, BLOCK_FRAMES) * FRAME_BYTES)
            data = data[: len(data) - len(data) % FRAME_BYTES]
            if not data:
                return
            yield np.frombuffer(data, dtype="<i2").reshape(-1, 2)
            frames -= len(data) // FRAME_BYTES
