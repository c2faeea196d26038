"""The story of a call's recording, an event a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    GapKind,
    Party,
    PartyHeard,
    PartyUnheard,
    RecordingFailed,
    RecordingGapFound,
    RecordingHealthEvent,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)

if TYPE_CHECKING:
    from ccengine.core.events import RecordingEvent, RecordingTurn


def tell_recording(what: RecordingEvent) -> str:
    """Return what one of a recording's events says."""
    return _tell_health(what) if isinstance(what, RecordingHealthEvent) else _tell_turn(what)


def _tell_turn(what: RecordingTurn) -> str:
    match what:
        case RecordingStarted():
            return f"recorded to {what.recording}{_by(what.by)}"
        case RecordingStopped():
            return f"no longer recorded{_by(what.by)}: {what.reason}"
        case RecordingFailed():
            return f"NOT recorded: {what.reason}"
        case RecordingPaused():
            return f"recording paused{_by(what.by)}: {what.reason}"
        case RecordingResumed(guard=True):
            return "recording goes on: the pause had lasted too long"
        case RecordingResumed():
            return f"recording goes on{_by(what.by)}"


def _tell_health(what: RecordingHealthEvent) -> str:
    match what:
        case RecordingGapFound():
            return f"GAP IN RECORDING: {_gap(what)}"
        case PartyUnheard():
            return f"nothing comes from the {what.party}'s phone since {what.seconds:.0f} s"
        case PartyHeard():
            return f"the {what.party}'s phone is heard again, after {what.seconds:.0f} s"


def _gap(what: RecordingGapFound) -> str:
    match what.kind:
        case GapKind.NO_FILE:
            return f"there is no file, since {what.seconds:.0f} s"
        case GapKind.FILE_SHORT:
            return f"{what.seconds:.0f} s are missing"
        case GapKind.PARTY_MISSING:
            does = "says" if what.party is Party.CALLER else "hears"
            return f"what the caller {does} is missing, {what.seconds:.0f} s of speech"


def _by(who: str) -> str:
    return f" by {who}" if who else ""
