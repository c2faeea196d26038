"""What happens to the recording of a call: it begins, is paused, goes on, ends, or cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.ids import CallId


class PauseReason(StrEnum):
    """Why a recording is paused."""

    AGENT = "agent"  #: the agent asked for it
    API = "api"
    CARD = "card"  #: the caller gives the data of a payment card
    CONSENT = "consent"  #: the caller has not agreed yet


OWN_PAUSES = frozenset({PauseReason.CARD, PauseReason.CONSENT})
"""Whoever paused for one of these ends it; agents do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """A call is being recorded: what one channel says and what it hears, side by side."""

    call: CallId
    recording: str  #: path below the recordings folder
    channel: str = ""  #: the caller's, or the customer's; empty: a bridge, as of old
    by: str = ""  #: who asked for it; empty: the rules did


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped:
    """A recording is over while the call goes on; the end of the call needs none of these."""

    call: CallId
    recording: str
    reason: str
    by: str = ""  #: who asked for it; empty: the rules did


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """A call that should be recorded is not, or no longer."""

    call: CallId
    recording: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused:
    """From here on the file gets silence; the pause takes the place of one there may be.

    One for a card gives the place back: what it had replaced is told once more after it.
    """

    call: CallId
    recording: str
    by: str
    reason: PauseReason
    limit_seconds: float  #: after so long it goes on by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed:
    """The pause is over."""

    call: CallId
    recording: str
    by: str
    guard: bool = False  #: by itself: it had lasted too long
