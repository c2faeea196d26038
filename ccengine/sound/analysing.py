"""From samples to an analysis, in blocks: a recording of hours may be mapped from its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ccengine.sound.analysis import (
    LOUDEST_PEAK,
    PEAK_SECONDS,
    Analysis,
    Span,
    SpanKind,
    Stretch,
)
from ccengine.sound.talk import FRAME_SECONDS, levels_of, runs, talking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from ccengine.sound.talk import Levels, Marks

SILENCE_FROM_SECONDS: Final = 1.0
"""Who answers within has not been silent: the time belongs to who talked before."""
CROSS_TALK_FROM_SECONDS: Final = 0.2
"""Shorter is no interruption: the time belongs to who began."""
BLOCK_SECONDS: Final = 60
SIDES: Final = 2
_KINDS: Final = tuple(SpanKind)
_CALLER, _AGENT, _CROSS_TALK, _SILENCE, _HOLD, _PAUSE = range(len(_KINDS))


def analyse(
    samples: NDArray[np.int16],
    rate: int,
    *,
    holds: Iterable[Stretch] = (),
    pauses: Iterable[Stretch] = (),
) -> Analysis:
    """Return who talks when in a recording of a call.

    Args:
        samples: a row for each instant, first the caller, then what the caller hears; may be
            mapped from a file (`numpy.memmap`), as it is read in blocks.
        rate: samples a second.
        holds: when the caller heard music in place of the agent, as the call's record has it.
        pauses: when nothing was recorded, which wins over hold. Both are in seconds from the
            recording's begin; what reaches beyond its ends is cut off.

    Raises:
        ValueError: it has not two sides, or the rate is too low to say anything.
    """
    if samples.ndim != SIDES or samples.shape[1] != SIDES:
        message = f"a recording has two sides; these samples have the shape {samples.shape}"
        raise ValueError(message)
    frame, step = int(rate * FRAME_SECONDS), int(rate * PEAK_SECONDS)
    if frame < SIDES:
        message = f"nothing can be told of sound of {rate} samples a second"
        raise ValueError(message)
    seconds = round(samples.shape[0] / rate, 2)
    kinds = _kinds(_levels(samples, rate, frame), frame / rate, holds, pauses)
    return Analysis(
        seconds=seconds,
        peaks=(_peaks(samples, 0, rate, step), _peaks(samples, 1, rate, step)),
        spans=tuple(_spans(kinds, frame / rate, seconds)),
    )


def _levels(samples: NDArray[np.int16], rate: int, frame: int) -> tuple[Levels, Levels]:
    """Return both sides' levels. What is left over behind the last frame belongs to that."""
    block = rate * BLOCK_SECONDS // frame * frame
    end = samples.shape[0] // frame * frame
    found: list[list[Levels]] = [[np.zeros(0, np.float32)], [np.zeros(0, np.float32)]]
    for start in range(0, end, block):
        part = samples[start : min(start + block, end)]
        for side, levels in enumerate(found):
            levels.append(levels_of(part[:, side].reshape(-1, frame)))
    return np.concatenate(found[0]), np.concatenate(found[1])


def _peaks(samples: NDArray[np.int16], side: int, rate: int, step: int) -> bytes:
    found = []
    block = rate * BLOCK_SECONDS // step * step
    for start in range(0, samples.shape[0], block):
        sound = np.abs(samples[start : start + block, side].astype(np.int32))
        loudest = np.maximum.reduceat(sound, np.arange(0, sound.size, step))
        share = np.minimum(loudest / 32767, 1.0)
        found.append(np.rint(LOUDEST_PEAK * np.sqrt(share)).astype(np.uint8).tobytes())
    return b"".join(found)


def _kinds(
    levels: tuple[Levels, Levels],
    frame_seconds: float,
    holds: Iterable[Stretch],
    pauses: Iterable[Stretch],
) -> NDArray[np.int8]:
    """Return what goes on in each frame."""
    caller, agent = talking(*levels), talking(*reversed(levels))
    off = np.full(caller.size, -1, dtype=np.int8)
    for kind, stretches in ((_HOLD, holds), (_PAUSE, pauses)):
        for start, end in stretches:
            first = max(0, round(start / frame_seconds))
            off[first : max(first, round(end / frame_seconds))] = kind
    kinds = _said(caller, agent)
    kinds[off >= 0] = off[off >= 0]
    _give_short(kinds, _CROSS_TALK, round(CROSS_TALK_FROM_SECONDS / frame_seconds))
    _give_short(kinds, _SILENCE, round(SILENCE_FROM_SECONDS / frame_seconds))
    return kinds


def _said(caller: Marks, agent: Marks) -> NDArray[np.int8]:
    either = np.where(caller, _CALLER, _AGENT)
    both = np.where(caller & agent, _CROSS_TALK, either)
    return np.where(caller | agent, both, _SILENCE).astype(np.int8)


def _give_short(kinds: NDArray[np.int8], which: int, frames: int) -> None:
    """Give what is too short to who talked before it, else to who talks after it."""
    for first, end in list(runs(kinds)):
        if kinds[first] != which or end - first >= frames:
            continue
        before = kinds[first - 1] if first else _SILENCE
        after = kinds[end] if end < kinds.size else _SILENCE
        owner = next((one for one in (before, after) if one in (_CALLER, _AGENT)), None)
        if owner is not None:
            kinds[first:end] = owner


def _spans(kinds: NDArray[np.int8], frame_seconds: float, seconds: float) -> Iterator[Span]:
    if not kinds.size and seconds:
        yield Span(SpanKind.SILENCE, 0.0, seconds)
    for first, end in runs(kinds):
        until = seconds if end == kinds.size else end * frame_seconds
        yield Span(_KINDS[kinds[first]], round(first * frame_seconds, 2), round(until, 2))
