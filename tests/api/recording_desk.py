"""What the API does with recordings, where no Asterisk records anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    PauseReason,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.calls import Call
    from ccengine.core.events import Event


class DeskWithoutRecorder:
    """Posts what the real one would."""

    def __init__(self, post: Callable[[Event], str]) -> None:
        self._post = post

    async def pause(self, call: Call, by: str, reason: PauseReason) -> str:
        if not call.recording:
            return "the call is not recorded"
        return self._post(
            RecordingPaused(
                call=call.id, recording=call.recording, by=by, reason=reason, limit_seconds=300.0
            )
        )

    async def resume(self, call: Call, by: str) -> str:
        if call.recording_pause is None:
            return "the recording is not paused"
        return self._post(RecordingResumed(call=call.id, recording=call.recording, by=by))

    async def begin(self, call: Call, by: str) -> str:
        started = RecordingStarted(call=call.id, recording="r.raw", channel=call.channel, by=by)
        return self._post(started)

    async def end(self, call: Call, by: str) -> str:
        if not call.recorded_for:
            return "whether this call is recorded is not the agent's choice"
        stopped = RecordingStopped(
            call=call.id, recording=call.recording, reason="asked for", by=by
        )
        return self._post(stopped)
