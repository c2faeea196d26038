"""What an agent asks for of the recording of the call they are on: pause, go on, begin, end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from typing_extensions import override

from ccengine.calls.consent import TakenAway
from ccengine.calls.keys import Action, RecordWish
from ccengine.calls.recording_refusals import NOT_AGREED, NOT_NOW, NOT_RECORDED
from ccengine.calls.recording_rules import customers_channel, rule_of
from ccengine.core.events import PauseReason
from ccengine.core.queues import OnDemand
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.call_recording import CallRecording
    from ccengine.calls.consult import Talks
    from ccengine.calls.recordings import Recordings
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

log = structlog.get_logger()

ABOUT_RECORDING = frozenset({Action.PAUSE_RECORDING, Action.RECORD})

NO_CHOICE = "whether this call is recorded is not the agent's choice"
RECORDED_ALREADY = "the call is recorded already"


class RecordingDesk:
    """Does what agents, and whoever uses the API, ask for. It is all in the journal, with who."""

    def __init__(self, wiring: Wiring, recordings: Recordings) -> None:
        self._wiring = wiring
        self._recordings = recordings

    async def press(self, call: Call, action: Action) -> Confirmation:
        """Do what a code says, by turns; tell what is to be said of it.

        Args:
            call: the agent's.
            action: one of `ABOUT_RECORDING`.
        """
        by = call.agent or ""
        if action is Action.PAUSE_RECORDING:
            paused = call.recording_pause is not None
            refused = await (self.resume(call, by) if paused else self.pause(call, by))
            done = Confirmation.RECORDING_ON if paused else Confirmation.RECORDING_PAUSED
        else:
            records = bool(call.recorded_channel)
            refused = await (self.end(call, by) if records else self.begin(call, by))
            done = Confirmation.RECORDING_ENDED if records else Confirmation.RECORDING_ON
        if refused:
            log.info("recording_unchanged", call_id=call.id, cause=refused)
        return Confirmation.REFUSED if refused else done

    async def pause(self, call: Call, by: str, reason: PauseReason = PauseReason.AGENT) -> str:
        """Pause the recording; why not."""
        recording = self._of(call)
        return NOT_RECORDED if recording is None else await recording.pause(by, reason)

    async def resume(self, call: Call, by: str) -> str:
        """End a pause; why not."""
        recording = self._of(call)
        return NOT_RECORDED if recording is None else await recording.resume(by)

    async def begin(self, call: Call, by: str) -> str:
        """Record a call that is not recorded by the rules; why not."""
        if call.recorded_channel or call.recording_lost:
            return RECORDED_ALREADY
        if rule_of(self._wiring, call) is not OnDemand.ON_DEMAND:
            return NO_CHOICE
        if call.is_apart:
            return NOT_NOW
        try:
            is_agreed = await self._recordings.of(call).begin(customers_channel(call), by=by)
        except TakenAway:
            return NOT_NOW
        return "" if is_agreed else NOT_AGREED

    async def obey(self, call: Call, wish: RecordWish) -> None:
        """Begin what somebody on a screen waits for, and tell them why not."""
        refused = NOT_NOW
        try:
            refused = await self.begin(call, wish.by)
        finally:
            wish.answer(refused)

    async def end(self, call: Call, by: str) -> str:
        """End a recording that was asked for; why not."""
        recording = self._of(call)
        if recording is None:
            return NOT_RECORDED
        if not call.recorded_for or rule_of(self._wiring, call) is True:
            return NO_CHOICE
        await recording.stop("asked for", by=by)
        return ""

    def _of(self, call: Call) -> CallRecording | None:
        return self._recordings.of(call) if call.recorded_channel or call.recording_lost else None


class ScreenDesk(RecordingDesk):
    """Does what is asked for on a screen; what parts caller and agent is an act of their talk."""

    def __init__(self, wiring: Wiring, talks: Talks) -> None:
        super().__init__(wiring, talks.recordings)
        self._talks = talks

    @override
    async def begin(self, call: Call, by: str) -> str:
        """Record a call when its talk has done what its agent asked for before; why not."""
        talk = self._talks.controls.get(call.id)
        if talk is None:
            return await super().begin(call, by)
        wish = RecordWish(by=by, refused=asyncio.get_running_loop().create_future())
        talk.note_wish(wish)
        return await wish.refused
