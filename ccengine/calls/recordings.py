"""The recordings of all calls that have one: each is attended to by a task of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.calls.call_recording import CallRecording
from ccengine.calls.recording_refusals import NO_ROOM
from ccengine.core.handover import COLLEAGUES
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId


WITH_AN_AGENT: Final = frozenset({CallState.CONNECTING, CallState.TALKING})


def may_be_recorded(call: Call) -> bool:
    """Tell whether Asterisk may record a call, whatever is known of that."""
    is_met = call.state in WITH_AN_AGENT and call.kind not in COLLEAGUES
    return bool(call.recorded_channel) or is_met


class Recordings:
    """Recordings by call.

    Args:
        wiring: with who records.
        start: runs a session beside its caller.
    """

    def __init__(
        self, wiring: Wiring, start: Callable[[Coroutine[None, None, None], str], None]
    ) -> None:
        self._wiring = wiring
        self._start = start
        self._calls: dict[CallId, CallRecording] = {}
        self._began_at = wiring.engine.clock.now()

    def __iter__(self) -> Iterator[CallId]:
        """Name the calls that have one, or had."""
        return iter(tuple(self._calls))

    def of(self, call: Call) -> CallRecording:
        """Return the recording of a call that is alive; it may not have begun."""
        found = self._calls.get(call.id)
        if found is None:
            found = self._calls[call.id] = CallRecording(
                self._wiring, call, is_taken_up=call.arrived_at < self._began_at
            )
            self._start(self._attend(call.id, found), f"recording {call.id}")
        return found

    def take_up(self) -> None:
        """Go on with what an earlier engine recorded: pauses end in time, what was lost begins.

        What it had begun without living to note it is known to nobody, and ended.
        """
        for call in self._wiring.engine.center.calls.values():
            if call.id not in self._calls and (call.recording_lost or may_be_recorded(call)):
                self.of(call)

    def make_room(self) -> None:
        """End what is being recorded, whole, before the disk cuts it; it begins again with room."""
        for call in self._wiring.engine.center.calls.values():
            if call.recorded_channel:
                anew = self.of(call).begin_anew(NO_ROOM)
                self._start(anew, f"recording of {call.id} without room")

    async def hold_back(self, call: Call, caller: Channel) -> None:
        """Pause a call's recording, if the place of who has the call now wants more for it."""
        if call.recorded_channel and call.agent is not None:
            await self.of(call).hold_back(caller)

    def stop_asking(self, call: Call) -> None:
        """Ask a caller no more who is another agent's now."""
        found = self._calls.get(call.id)
        if found is not None:
            found.stop_asking()

    async def end(self, call: Call, reason: str) -> None:
        """Record no more of a call, if it is recorded: what comes now is no agent's talk."""
        if call.recorded_channel or call.recording_lost:
            await self.of(call).stop(reason)

    async def _attend(self, call: CallId, recording: CallRecording) -> None:
        try:
            await recording.attend()
        finally:
            self._calls.pop(call, None)
