"""What is done to the recording of one call, each act with the recording's lock held.

Each is told to the core after Asterisk has done it, so the journal has what is true. What cannot be
done at once is remembered, and is tried again by `call_recording.py`.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.recorder import SURELY_OFF, RecorderReply
from ccengine.calls.patience import Patience
from ccengine.calls.recording_names import next_part
from ccengine.calls.recording_refusals import (
    NO_ROOM,
    NOT_NOW,
    NOT_RECORDED,
    PAUSED_ALREADY,
    REASONS,
)
from ccengine.calls.recording_rules import customers_channel
from ccengine.core.events import (
    OWN_PAUSES,
    PauseReason,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call, RecordingPause
    from ccengine.core.ids import Instant

log = structlog.get_logger()

FILE_SECONDS: Final = 1.5
"""After so long a recording that works has a file with something in it."""
LOOK_SECONDS: Final = 30.0
"""The call is looked for so often, if nothing else happens: it may be over."""


class RecordingActs:
    """The recording of one call, as Asterisk has it and as the core is told of it."""

    def __init__(self, wiring: Wiring, call: Call, *, is_taken_up: bool) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._recorder = wiring.recorder
        self._call = call
        self._lock = asyncio.Lock()
        self._changed = asyncio.Event()
        self._channel = call.recorded_channel or customers_channel(call)
        self._is_unsure = is_taken_up  # whether Asterisk does what the journal says
        self._wanted_by: str | None = None  # who waits for it to begin
        self._ends_for: tuple[str, str] | None = None  # a stop that could not be done yet
        self._goes_on_for: str | None = None  # likewise an end of a pause
        self._retry_at: Instant = self._now() if is_taken_up else math.inf
        self._patience = Patience()
        self._look_at: Instant = math.inf  # whether there is a file

    @property
    def goes_on(self) -> bool:
        """Whether the call is being recorded, paused or not."""
        return bool(self._call.recorded_channel)

    async def _pause(self, by: str, reason: PauseReason, limit_seconds: float) -> str:
        refused = self._refusal_of_pause(reason)
        if refused:
            return refused
        if await self._recorder.pause(self._channel) is not RecorderReply.DONE:
            self._is_unsure = True
            self._retry()
            return NOT_NOW
        self._goes_on_for = None
        self._post_pause(by, reason, limit_seconds)
        return ""

    def _post_pause(self, by: str, reason: PauseReason, limit_seconds: float) -> None:
        self._engine.post(
            RecordingPaused(
                call=self._call.id,
                recording=self._call.recording,
                by=by,
                reason=reason,
                limit_seconds=limit_seconds,
            )
        )
        self._changed.set()

    async def _is_surely_off(self) -> bool:
        """See to it that nothing records the channel that the journal does not know of."""
        if self._is_unsure:
            reply = await self._recorder.stop(self._channel)
            if reply not in SURELY_OFF:
                self._retry(reply)
                return False
            if reply is RecorderReply.DONE:
                log.error("recording_unknown", call_id=self._call.id)
            self._is_unsure = False
        return True

    async def _start(self, by: str) -> None:
        if self._call.card is not None:  # nothing begins while a card is typed
            self._wanted_by = by
            self._retry()
            return
        if self._is_unsure:  # two of them would write over each other
            await self._recorder.stop(self._channel)
        self._wanted_by = by
        name = next_part(self._call, self._now())
        if not self._wiring.has_room():
            if not self._call.recording_lost:
                self._fail(name, NO_ROOM)
            self._retry()
            return
        reply = await self._recorder.start(self._channel, name)
        if reply is RecorderReply.DONE:
            self._is_unsure, self._wanted_by = False, None
            self._patience.renew()
            self._retry_at, self._look_at = math.inf, self._now() + FILE_SECONDS
            self._engine.post(
                RecordingStarted(call=self._call.id, recording=name, channel=self._channel, by=by)
            )
            self._changed.set()
            return
        self._is_unsure = self._is_unsure or reply is not RecorderReply.AWAY
        if not self._call.recording_lost and reply is not RecorderReply.GONE:
            self._fail(name, REASONS[reply])
        self._retry(reply)

    async def _lose(self, reason: str) -> None:
        """Tell that the recording is lost, and begin another at once."""
        by = self._call.recorded_for
        self._fail(self._call.recording, reason)
        await self._start(by)

    def _fail(self, name: str, reason: str) -> None:
        log.error("recording_lost", call_id=self._call.id, recording=name, cause=reason)
        self._engine.post(RecordingFailed(call=self._call.id, recording=name, reason=reason))

    async def _stop(self, reason: str, by: str) -> None:
        reply = await self._recorder.stop(self._channel)
        if reply in (RecorderReply.AWAY, RecorderReply.UNTOLD) and self.goes_on:
            self._ends_for = reason, by
            self._retry(reply)
            return
        self._ends_for = None
        self._retry_at = self._look_at = math.inf
        self._engine.post(
            RecordingStopped(
                call=self._call.id, recording=self._call.recording, reason=reason, by=by
            )
        )

    async def _end_pause(self, pause: RecordingPause, by: str) -> str:
        """End a pause; one whose place it took, and that nobody has ended, goes on."""
        if pause.over is None:
            return await self._resume(by)
        left = pause.over.until - self._now()
        if left <= 0:
            return await self._resume("", guard=True)
        self._post_pause(pause.over.by, pause.over.reason, left)
        return ""

    async def _resume(self, by: str, *, guard: bool = False) -> str:
        reply = await self._recorder.resume(self._channel)
        if reply in (RecorderReply.AWAY, RecorderReply.UNTOLD):
            self._goes_on_for = by
            self._retry(reply)
            return NOT_NOW
        self._goes_on_for = None
        recording = self._call.recording
        self._engine.post(
            RecordingResumed(call=self._call.id, recording=recording, by=by, guard=guard or not by)
        )
        if reply not in (RecorderReply.DONE, RecorderReply.GONE):
            await self._lose(REASONS[reply])
        return ""

    def _refusal_of_pause(self, reason: PauseReason) -> str:
        pause = self._call.recording_pause
        if not self.goes_on:
            return NOT_RECORDED
        takes_over = pause is not None and reason in OWN_PAUSES and pause.reason not in OWN_PAUSES
        return "" if pause is None or takes_over else PAUSED_ALREADY

    def _retry(self, reply: RecorderReply = RecorderReply.AWAY) -> None:
        is_sent = reply is not RecorderReply.AWAY
        wait = self._patience.wait_seconds(sent=is_sent)
        self._retry_at = self._now() + (LOOK_SECONDS if reply is RecorderReply.WIDEBAND else wait)
        self._changed.set()

    def _now(self) -> Instant:
        return self._engine.clock.now()

    async def _put_right(self) -> None:
        """Have Asterisk do what the journal says, which may be a moment behind."""
        paused = self._call.recording_pause is not None
        act = self._recorder.pause if paused else self._recorder.resume
        match await act(self._channel):
            case RecorderReply.DONE:
                self._is_unsure = False
            case RecorderReply.AWAY | RecorderReply.UNTOLD as reply:
                self._retry(reply)
            case RecorderReply.GONE:
                pass  # the call's end is on its way
            case reply:
                await self._lose(REASONS[reply])

    async def _look_for_file(self) -> None:
        """See whether anything is written: Asterisk says yes also where it cannot write."""
        if not self.goes_on:
            return
        file = self._wiring.paths.recordings / self._call.recording
        if not await self._wiring.size_of(file):
            await self._recorder.stop(self._channel)
            await self._lose("nothing is written to the file")
