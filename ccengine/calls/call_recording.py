"""The recording of one call: of its caller's channel, from the first talk for as long as it may.

It goes on through holds, transfers and conferences without anybody's help, as it hangs on the
channel itself. What can be needed is done here: to begin it again where it could not begin or was
lost, to pause it, and to end each pause in time. The call goes on whatever becomes of it.

Each act is told to the core after Asterisk has done it, so the journal has what is true; what
nobody knows of, because an engine died between the two, is put right when the call is taken up.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.recorder import RecorderReply
from ccengine.calls.consent import Consent
from ccengine.calls.recording_names import next_part
from ccengine.calls.recording_rules import settings_of
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
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant

log = structlog.get_logger()

RETRY_SECONDS: Final = 0.25
FILE_SECONDS: Final = 1.5
"""After so long a recording that works has a file with something in it."""
UNTIL_SETTLED_SECONDS: Final = 86_400.0
"""What a caller has to agree to does not begin by itself: no call lasts so long."""
LOOK_SECONDS: Final = 30.0
"""The call is looked for so often, if nothing else happens: it may be over."""

NOT_RECORDED: Final = "the call is not recorded"
PAUSED_ALREADY: Final = "the recording is paused already"
NOT_PAUSED: Final = "the recording is not paused"
CARD_GOES_ON: Final = "the data of a card are being taken"
NO_ROOM: Final = "the disk is full"
NOT_AGREED: Final = "the caller does not agree"
PLACE_WANTS_MORE: Final = "the next agent's place wants more than was agreed to"
NOT_NOW: Final = "the recording cannot be changed now"

REASONS: Final = {
    RecorderReply.AWAY: "Asterisk's manager is away",
    RecorderReply.UNTOLD: "Asterisk's manager does not answer",
    RecorderReply.REFUSED: "Asterisk refused",
    RecorderReply.IDLE: "nothing records the channel",
    RecorderReply.GONE: "there is no such channel",
    RecorderReply.WIDEBAND: "its channel is wideband: allow ulaw and alaw only at the trunk",
}


class CallRecording:
    """What is recorded of one call. Whoever asks for something twice gets it once."""

    def __init__(self, wiring: Wiring, call: Call, *, is_taken_up: bool) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._recorder = wiring.recorder
        self._call = call
        self._lock = asyncio.Lock()
        self._changed = asyncio.Event()
        self._channel = call.recorded_channel
        self._is_unsure = is_taken_up  # whether Asterisk does what the journal says
        self._wanted_by: str | None = None  # who waits for it to begin
        self._ends_for: tuple[str, str] | None = None  # a stop that could not be done yet
        self._goes_on_for: str | None = None  # likewise an end of a pause
        self._retry_at: Instant = self._now() if is_taken_up else math.inf
        self._look_at: Instant = math.inf  # whether there is a file

    @property
    def goes_on(self) -> bool:
        """Whether the call is being recorded, paused or not."""
        return bool(self._call.recorded_channel)

    # --- what sessions ask for -------------------------------------------------------------------

    async def begin(self, channel: str, *, by: str = "", beside: Call | None = None) -> bool:
        """Record the call from here on; what cannot be at once is tried on.

        First the caller is told or asked, where the places of all ends want that. What has begun
        already, and was held back for that, goes on.

        Args:
            channel: the caller's, or the customer's.
            by: who asks for it; empty: the rules do.
            beside: the consult whose other side joins the two.

        Returns:
            Whether it may be recorded: False if the caller does not agree.
        """
        if not await self._is_agreed(channel, beside):
            await self._go_without()
            return False
        async with self._lock:
            self._ends_for = None
            if self.goes_on and self._channel == channel:
                await self._end_hold_back()
                return True
            if self.goes_on:
                await self._stop("another channel", "")
            self._channel = channel
            await self._start(by)
        return True

    async def hold_back(self, caller: Channel) -> None:
        """Pause it before somebody talks whose place wants more than the caller has agreed to.

        `begin` then settles that. What cannot be paused is ended.
        """
        is_settled = Consent(self._wiring, caller, self._call).is_settled()
        if self.goes_on and not is_settled and not await self._pause_for_consent():
            await self.stop(PLACE_WANTS_MORE)

    async def _pause_for_consent(self) -> bool:
        """Pause it until `begin` ends that; False: it cannot be."""
        if not self._is_held_back():
            by, limit = self._call.agent or "", UNTIL_SETTLED_SECONDS
            await self.pause(by, PauseReason.CONSENT, limit_seconds=limit)
        return self._is_held_back()

    def _is_held_back(self) -> bool:
        pause = self._call.recording_pause
        return pause is not None and pause.reason is PauseReason.CONSENT

    async def _end_hold_back(self) -> None:
        """Go on as all that is wanted is agreed to; with the lock held."""
        if self._is_held_back():
            await self._resume(self._call.agent or "")

    async def _go_without(self) -> None:
        """End it, or hold it back where the caller could not be told: another agent may come."""
        agreed = self._call.consent
        has_agreed = agreed is not None and agreed.given  # to less than is wanted now
        if not (has_agreed and await self._pause_for_consent()):
            await self.stop(NOT_AGREED)

    async def _is_agreed(self, channel: str, beside: Call | None) -> bool:
        """Tell or ask who calls, outside of the bridge they talk in, if they do."""
        caller = self._wiring.router.find(channel)
        if caller is None:
            return False
        consent = Consent(self._wiring, caller, self._call, beside=beside)
        if consent.is_settled() or not self._call.bridge:
            return await consent.settle()
        bridge = self._wiring.router.bridge(self._call.bridge)
        await bridge.remove(caller)
        # An engine that dies meanwhile leaves it to the next one, which knows of it.
        is_agreed = await consent.settle()
        if self._call.held is None:
            await bridge.add(caller)
        return is_agreed

    async def begin_anew(self, reason: str) -> None:
        """Give up a recording that is broken, and begin another; not during a pause."""
        async with self._lock:
            if not self.goes_on or self._call.recording_pause is not None:
                return
            await self._recorder.stop(self._channel)
            await self._lose(reason)

    async def stop(self, reason: str, *, by: str = "") -> None:
        """Record no more of the call; what cannot be at once is tried on."""
        async with self._lock:
            self._wanted_by = None
            if self.goes_on or self._call.recording_lost:
                await self._stop(reason, by)

    async def pause(
        self, by: str, reason: PauseReason, *, limit_seconds: float | None = None
    ) -> str:
        """Let the recording get silence. One for a card takes the place of an agent's.

        Args:
            by: an agent, or who uses the API.
            reason: for the journal.
            limit_seconds: it goes on by itself then; None: as the client's rules say.

        Returns:
            Why not; empty if it is paused.
        """
        async with self._lock:
            refused = self._refusal_of_pause(reason)
            if refused:
                return refused
            reply = await self._recorder.pause(self._channel)
            if reply is not RecorderReply.DONE:
                self._be_unsure()
                return NOT_NOW
            if limit_seconds is None:
                limit_seconds = settings_of(self._wiring, self._call).pause_limit_seconds
            self._goes_on_for = None
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
        return ""

    async def resume(self, by: str, *, of: PauseReason = PauseReason.AGENT) -> str:
        """End a pause; what cannot be at once is tried on.

        Args:
            by: an agent, or who uses the API.
            of: why it was paused: what is paused for a card nobody else ends.

        Returns:
            Why not; empty if the recording goes on.
        """
        async with self._lock:
            pause = self._call.recording_pause
            if pause is None:
                return NOT_PAUSED
            if pause.reason in OWN_PAUSES and pause.reason is not of:
                return CARD_GOES_ON if pause.reason is PauseReason.CARD else NOT_AGREED
            return await self._resume(by)

    # --- the session of its own ------------------------------------------------------------------

    async def attend(self) -> None:
        """Do what falls due, until the call is over."""
        while self._call.id in self._engine.center.calls:
            self._changed.clear()
            try:
                async with asyncio.timeout(max(0.0, self._next_due() - self._now())):
                    await self._changed.wait()
            except TimeoutError:
                async with self._lock:
                    await self._do_due()

    def _next_due(self) -> Instant:
        pause = self._call.recording_pause
        until = math.inf if pause is None else pause.until
        if self._goes_on_for is not None or self._call.card is not None:  # tried, or too early
            until = math.inf
        return min(until, self._retry_at, self._look_at, self._now() + LOOK_SECONDS)

    async def _do_due(self) -> None:
        now = self._now()
        pause = self._call.recording_pause
        is_due = pause is not None and pause.until <= now and self._call.card is None
        if is_due and self._goes_on_for is None:
            await self._resume("", guard=True)
        if self._retry_at <= now:
            await self._try_again()
        if self._look_at <= now:
            self._look_at = math.inf
            await self._look_for_file()

    async def _try_again(self) -> None:
        self._retry_at = math.inf
        if not self._recorder.connected:
            self._retry()
            return
        if self._ends_for is not None:
            await self._stop(*self._ends_for)
        elif self._goes_on_for is not None:
            await self._resume(self._goes_on_for)
        elif self._wanted_by is not None:
            await self._start(self._wanted_by)
        elif self._is_unsure and self.goes_on:
            await self._put_right()

    async def _put_right(self) -> None:
        """Have Asterisk do what the journal says, which may be a moment behind."""
        paused = self._call.recording_pause is not None
        act = self._recorder.pause if paused else self._recorder.resume
        match await act(self._channel):
            case RecorderReply.DONE:
                self._is_unsure = False
            case RecorderReply.AWAY | RecorderReply.UNTOLD:
                self._retry()
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

    # --- what is done, with the lock held --------------------------------------------------------

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
            self._retry_at, self._look_at = math.inf, self._now() + FILE_SECONDS
            self._engine.post(
                RecordingStarted(call=self._call.id, recording=name, channel=self._channel, by=by)
            )
            self._changed.set()
            return
        self._is_unsure = self._is_unsure or reply is not RecorderReply.AWAY
        if not self._call.recording_lost and reply is not RecorderReply.GONE:
            self._fail(name, REASONS[reply])
        self._retry(LOOK_SECONDS if reply is RecorderReply.WIDEBAND else RETRY_SECONDS)

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
            self._retry()
            return
        self._ends_for = None
        self._retry_at = self._look_at = math.inf
        self._engine.post(
            RecordingStopped(
                call=self._call.id, recording=self._call.recording, reason=reason, by=by
            )
        )

    async def _resume(self, by: str, *, guard: bool = False) -> str:
        reply = await self._recorder.resume(self._channel)
        if reply in (RecorderReply.AWAY, RecorderReply.UNTOLD):
            self._goes_on_for = by
            self._retry()
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

    def _be_unsure(self) -> None:
        self._is_unsure = True
        self._retry()

    def _retry(self, after_seconds: float = RETRY_SECONDS) -> None:
        self._retry_at = self._now() + after_seconds
        self._changed.set()

    def _now(self) -> Instant:
        return self._engine.clock.now()
