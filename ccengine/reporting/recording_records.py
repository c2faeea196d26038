"""The parts of a call's recording, with what was paused in them, and their fold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine.core.events import (
    GapKind,
    Party,
    PauseReason,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.events import RecordingGapFound, RecordingTurn

Parts = tuple["RecordingPart", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecord:
    """A span in which a recording holds silence instead of the call."""

    started_at: Instant
    by: str
    reason: PauseReason
    ended_at: Instant | None = None
    ended_by: str = ""  #: empty: the guard, another pause, or the end of the recording
    guard: bool = False  #: ended by itself: it had lasted too long


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPart:
    """One file of a call's recording. Another begins only where it had ended and began anew."""

    path: str  #: below the recordings folder
    channel: str  #: left: what it says, right: what it hears; empty: a bridge's, as of old
    started_at: Instant
    ended_at: Instant | None = None
    ended_because: str = ""  #: empty: the call ended
    by: str = ""  #: who asked for it; empty: the rules did
    pauses: tuple[PauseRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingGapRecord:
    """Something that should be in the recording is not."""

    at: Instant  #: when it was found
    recording: str  #: the part; empty: there was none
    kind: GapKind
    party: Party | None  #: whose sound; None: everybody's
    seconds: float


def noted_gap(what: RecordingGapFound, at: Instant) -> RecordingGapRecord:
    """Return what the record keeps of a gap."""
    return RecordingGapRecord(
        at=at, recording=what.recording, kind=what.kind, party=what.party, seconds=what.seconds
    )


def note_recording(parts: Parts, what: RecordingTurn, at: Instant) -> Parts:
    """Return the parts with what was told of one of them."""
    match what:
        case RecordingStarted():
            part = RecordingPart(
                path=what.recording, channel=what.channel, started_at=at, by=what.by
            )
            return (*end_part(parts, at), part)
        case RecordingStopped() | RecordingFailed():
            return _of_last(parts, what, lambda part: _ended(part, at, what.reason))
        case RecordingPaused():
            pause = PauseRecord(started_at=at, by=what.by, reason=what.reason)
            return _of_last(parts, what, lambda part: _paused(part, pause))
        case RecordingResumed():
            return _of_last(
                parts, what, lambda part: _resumed(part, at, by=what.by, guard=what.guard)
            )


def end_part(parts: Parts, at: Instant) -> Parts:
    """Return the parts with the last one ended, if it was not: the call is over."""
    if not parts or parts[-1].ended_at is not None:
        return parts
    return (*parts[:-1], _ended(parts[-1], at, ""))


def _of_last(
    parts: Parts, what: RecordingTurn, change: Callable[[RecordingPart], RecordingPart]
) -> Parts:
    """Change the part that goes on; what is told of another changes nothing."""
    if not parts or parts[-1].path != what.recording or parts[-1].ended_at is not None:
        return parts
    return (*parts[:-1], change(parts[-1]))


def _ended(part: RecordingPart, at: Instant, reason: str) -> RecordingPart:
    return replace(_resumed(part, at), ended_at=at, ended_because=reason)


def _paused(part: RecordingPart, pause: PauseRecord) -> RecordingPart:
    before = _resumed(part, pause.started_at).pauses
    return replace(part, pauses=(*before, pause))


def _resumed(
    part: RecordingPart, at: Instant, *, by: str = "", guard: bool = False
) -> RecordingPart:
    if not part.pauses or part.pauses[-1].ended_at is not None:
        return part
    ended = replace(part.pauses[-1], ended_at=at, ended_by=by, guard=guard)
    return replace(part, pauses=(*part.pauses[:-1], ended))
