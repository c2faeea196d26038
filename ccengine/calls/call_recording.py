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
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.recorder import SURELY_OFF, RecorderReply
from ccengine.calls.consent import Consent
from ccengine.calls.patience import LONGEST_SECONDS, Patience
from ccengine.calls.recording_names import next_part
from ccengine.calls.recording_refusals import (
    CARD_GOES_ON,
    NO_ROOM,
    NOT_AGREED,
    NOT_NOW,
    NOT_PAUSED,
    NOT_RECORDED,
    PAUSED_ALREADY,
    REASONS,
)
from ccengine.calls.recording_rules import customers_channel, settings_of
from ccengine.core.events import (
    PauseReason,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from ccengine.core.recordings import OWN

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant

log = structlog.get_logger()

FILE_SECONDS: Final = 1.5
"""After so long a recording that works has a file with something in it."""
MANAGER_SECONDS: Final = 2.0  #: who is to type a card waits so long for one who is away
LOOK_SECONDS: Final = 30.0
"""The call is looked for so often, if nothing else happens: it may be over."""


class CallRecording:
    """What is recorded of one call. Whoever asks for something twice gets it once."""

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

    # --- what sessions ask for -------------------------------------------------------------------

    async def begin(self, channel: str, *, by: str = "") -> bool:
        """Record the call from here on; what cannot be at once is tried on.

        First the caller is told or asked, where the places of both ends want that.

        Args:
            channel: the caller's, or the customer's.
            by: who asks for it; empty: the rules do.

        Returns:
            Whether it may be recorded: False if the caller does not agree.
        """
        if not await self._is_agreed(channel):
            await self.stop(NOT_AGREED)
            return False
        async with self._lock:
            self._ends_for = None
            if self.goes_on and self._channel == channel:
                return True
            if self.goes_on:
                await self._stop("another channel", "")
            self._channel = channel
            await self._start(by)
        return True

    async def _is_agreed(self, channel: str) -> bool:
        """Tell or ask who calls, outside of the bridge they talk in, if they do."""
        caller = self._wiring.router.find(channel)
        if caller is None:
            return False
        consent = Consent(self._wiring, caller, self._call)
        if consent.is_settled() or not self._call.bridge:
            return await consent.settle()
        bridge = self._wiring.router.bridge(self._call.bridge)
        await bridge.remove(caller)
        try:
            return await consent.settle()
        finally:
            await bridge.add(caller)

    async def begin_anew(self, reason: str) -> None:
        """Give up a recording that is broken, and begin another; not during a pause.

        Where there is none though the talk was to be recorded, one begins.
        """
        async with self._lock:
            call = self._call
            if self.goes_on and call.recording_pause is None:
                await self._recorder.stop(self._channel)
                await self._lose(reason)
            elif not self.goes_on and call.to_be_recorded and not call.recording_lost:
                await self._start("")

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
            if limit_seconds is None:
                limit_seconds = settings_of(self._wiring, self._call).pause_limit_seconds
            return await self._pause(by, reason, limit_seconds)

    async def keep_card_out(self, by: str, *, limit_seconds: float) -> str:
        """Let no file get what comes next: the recording is paused, or there surely is none.

        The core knows of the card by now, so nothing begins until it is over. What was just
        beginning has begun when the lock is had. Arguments and result are those of `pause`.
        """
        with suppress(TimeoutError):  # this engine may have begun a moment ago
            async with asyncio.timeout(MANAGER_SECONDS):
                await self._recorder.wait_connected()
        async with self._lock:
            if self.goes_on:
                return await self._pause(by, PauseReason.CARD, limit_seconds)
            return "" if await self._is_surely_off() else NOT_NOW

    async def resume(self, by: str, *, of: PauseReason = PauseReason.AGENT) -> str:
        """End a pause; what cannot be at once is tried on. One whose place it took goes on.

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
            if pause.reason in OWN and pause.reason is not of:
                return CARD_GOES_ON
            if pause.over is None:
                return await self._resume(by)
            left = pause.over.until - self._now()
            if left <= 0:
                return await self._resume("", guard=True)
            self._post_pause(pause.over.by, pause.over.reason, left)  # nobody has ended that
            return ""

    # --- the session of its own ------------------------------------------------------------------

    async def attend(self) -> None:
        """Do what falls due, until the call is over."""
        while self._call.id in self._engine.center.calls:
            self._changed.clear()
            try:
                async with asyncio.timeout(max(0.0, self._next_due() - self._now())):
                    await self._changed.wait()
            except TimeoutError:
                await self._do_due_safely()

    async def _do_due_safely(self) -> None:
        try:
            async with self._lock:
                await self._do_due()
        except Exception:
            # Nobody else would end the call's pauses. What is due stays so, but not at once again.
            log.exception("recording_not_attended", call_id=self._call.id)
            await asyncio.sleep(LONGEST_SECONDS)
            self._retry()

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
        else:
            await self._is_surely_off()

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

    # --- what is done, with the lock held --------------------------------------------------------

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
        takes_over = pause is not None and reason in OWN and pause.reason not in OWN
        return "" if pause is None or takes_over else PAUSED_ALREADY

    def _retry(self, reply: RecorderReply = RecorderReply.AWAY) -> None:
        is_sent = reply is not RecorderReply.AWAY
        self._retry_at = self._now() + self._patience.wait_seconds(sent=is_sent)
        self._changed.set()

    def _now(self) -> Instant:
        return self._engine.clock.now()
