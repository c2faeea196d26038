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

from ccengine.calls.consent import Consent
from ccengine.calls.patience import LONGEST_SECONDS
from ccengine.calls.recording_acts import LOOK_SECONDS, RecordingActs
from ccengine.calls.recording_refusals import (
    CARD_GOES_ON,
    NOT_AGREED,
    NOT_NOW,
    NOT_PAUSED,
    PLACE_WANTS_MORE,
)
from ccengine.calls.recording_rules import settings_of
from ccengine.core.events import (
    OWN_PAUSES,
    PauseReason,
)

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant

log = structlog.get_logger()

UNTIL_SETTLED_SECONDS: Final = 86_400.0
"""What a caller has to agree to does not begin by itself: no call lasts so long."""
MANAGER_SECONDS: Final = 2.0  #: who is to type a card waits so long for one who is away


class CallRecording(RecordingActs):
    """What is recorded of one call. Whoever asks for something twice gets it once."""

    def __init__(self, wiring: Wiring, call: Call, *, is_taken_up: bool) -> None:
        super().__init__(wiring, call, is_taken_up=is_taken_up)
        self._asking: Consent | None = None  # in a talk

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

        Raises:
            TakenAway: the caller was taken over while they were asked.
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

    def stop_asking(self) -> None:
        """Ask a caller no more who is another agent's now: they are settled with anew."""
        if self._asking is not None:
            self._asking.stop()

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
        pause = self._call.recording_pause
        if pause is not None and self._is_held_back():
            await self._end_pause(pause, self._call.agent or "")

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
        self._asking = consent
        try:
            await bridge.remove(caller)
            # An engine that dies meanwhile leaves it to the next one, which knows of it.
            is_agreed = await consent.settle()
        finally:
            self._asking = None
        if self._call.held is None:
            await bridge.add(caller)
        return is_agreed

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
            if pause.reason in OWN_PAUSES and pause.reason is not of:
                return CARD_GOES_ON if pause.reason is PauseReason.CARD else NOT_AGREED
            return await self._end_pause(pause, by)

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
