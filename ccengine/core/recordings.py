"""The recording of a call: which one goes on, and whether it is paused.

The core decides nothing of it. It keeps what the next engine has to know: a recording lives on in
Asterisk, and a pause must end in time whoever is there to end it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.calls import RecordingPause
from ccengine.core.events import (
    OWN_PAUSES,
    PartyHeard,
    PartyUnheard,
    RecordingFailed,
    RecordingGapFound,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import RecordingEvent, RecordingHealthEvent
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant


def note(floor: Floor, event: RecordingEvent, now: Instant) -> None:
    """Take note of what became of the call's recording; one of another is not listened to."""
    call = floor.calls[event.call]
    match event:
        case RecordingStarted():
            _forget(call)
            call.recording, call.recorded_channel = event.recording, event.channel
            call.recorded_for = event.by
            call.recording_parts += 1
            call.recording_since = now
        case RecordingFailed():
            _lose(call, event.recording)
        case RecordingGapFound() | PartyUnheard() | PartyHeard():
            _note_health(call, event, now)
        case _ if event.recording != call.recording:
            floor.ignored += 1
        case RecordingStopped():
            _forget(call)
            call.to_be_recorded = False
        case RecordingPaused():
            call.recording_pause = RecordingPause(
                since=now,
                until=now + event.limit_seconds,
                by=event.by,
                reason=event.reason,
                over=_replaced(call) if event.reason in OWN_PAUSES else None,
            )
        case RecordingResumed():
            call.recording_pause = None


def _note_health(call: Call, event: RecordingHealthEvent, now: Instant) -> None:
    """Keep what was found out, so that the next engine does not find it out again."""
    match event:
        case RecordingGapFound():
            same = (gap for gap in call.recording_gaps if gap.recording == event.recording)
            call.recording_gaps = (*same, event)
        case PartyUnheard():
            call.unheard = {**call.unheard, event.channel: now - event.seconds}
        case PartyHeard():
            left = {name: since for name, since in call.unheard.items() if name != event.channel}
            call.unheard = left


def _lose(call: Call, recording: str) -> None:
    if recording != call.recording:  # it may have begun: its name is not used again
        call.recording_parts += 1
    asked_for_by = call.recorded_for
    _forget(call)
    call.recorded_for, call.recording_lost = asked_for_by, True


def _replaced(call: Call) -> RecordingPause | None:
    """Return the agent's pause that another takes the place of, if there is one."""
    pause = call.recording_pause
    return pause.over if pause is not None and pause.reason in OWN_PAUSES else pause


def _forget(call: Call) -> None:
    call.recording = call.recorded_channel = call.recorded_for = ""
    call.recording_lost = False
    call.recording_pause = None
