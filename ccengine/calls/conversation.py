"""Caller and agent bridged: from the agent's answer to the end of the talk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ccengine.asterisk.channels import Gone
from ccengine.calls.bridge_names import BRIDGE_PREFIX, TALK, bridge_of
from ccengine.calls.control import Control
from ccengine.calls.insistence import insist
from ccengine.calls.talked import Talked
from ccengine.core.events import (
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    Party,
    RecordingFailed,
    RecordingStarted,
    StaffAnswered,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import Connect

NEWS_SECONDS = 1.0  #: an event is never so late after what it tells of


def recording_of(call: Call, at: float, part: int = 1) -> str:
    """Return the recording's path below the recordings folder, without extension.

    Nothing in it comes from the caller: ids of ours and the date, UTC.
    """
    day = datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")
    suffix = "" if part == 1 else f"-{part}"
    return f"{call.tenant}/{call.client}/{day}/{call.id}{suffix}"


def next_part(call: Call) -> int:
    """Return the number of the call's next recording."""
    suffix = call.recording.rpartition("/")[2].removesuffix(".wav").removeprefix(call.id)
    if not call.recording:
        return 1
    return int(suffix.removeprefix("-") or 1) + 1


class Conversation:
    """One customer's talk, in a bridge of its own, with one agent after the other."""

    def __init__(
        self, wiring: Wiring, talks: Talks, caller: Channel, call: Call, connect: Connect
    ) -> None:
        self._engine = wiring.engine
        self._caller = caller
        self._call = call
        self._connect = connect
        leg = wiring.router.channel(connect.offer)
        self._control = Control(wiring, talks, call, caller, leg)
        self._bridge: Bridge = wiring.router.bridge(call.bridge or bridge_of(connect.offer))
        self._started = False
        self._closed = False

    async def run(self) -> Talked:
        """Bridge, record, and do what the agent asks for until the talk is over."""
        leg = self._control.leg
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self._connect.call}", kind=TALK)
        if not await self._bridge.add(self._caller, leg):
            await self._see_who_is_gone(leg)
            return Talked.NEVER
        self._started = True
        self._engine.post(
            ConversationStarted(
                call=self._connect.call, agent=self._connect.agent, bridge=self._bridge.id
            )
        )
        if self._connect.recorded:
            await self._record()
        return await self._control.run(self._bridge)

    async def resume(self) -> Talked:
        """Go on with a talk that an earlier engine began."""
        self._started = True
        leg = self._control.leg
        if not leg.confirmed:
            leg.end(Gone(0, "lost while the engine was away"))
        self._bridge.attach(self._caller, leg)
        return await self._control.run(self._bridge)

    async def meet_staff(self) -> Talked:
        """Let a caller who was sent to the client's staff talk with them; it is not recorded."""
        leg = self._control.leg
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self._connect.call}", kind=TALK)
        if not await self._bridge.add(self._caller, leg):
            await self._see_who_is_gone(leg)
            return Talked.NEVER
        self._started = True
        event = StaffAnswered(call=self._connect.call, leg=leg.id, bridge=self._bridge.id)
        self._engine.post(event)
        return await self._control.run(self._bridge)

    async def close(self, by: Party) -> None:
        """Clear the agent's leg and the bridge away and post the end; once.

        Of a talk that never began only the agent's loss is posted: where the caller was the one
        who left, the end of the call says so, and the agent is free at once.
        """
        if self._closed:
            return
        self._closed = True
        self._control.end_consult()
        leg = self._control.leg
        await insist(leg.hang_up, f"end of {leg.id}")
        call, agent = self._connect.call, self._call.agent
        if self._started and agent is not None and self._call.state is CallState.TALKING:
            self._engine.post(ConversationEnded(call=call, agent=agent, by=by))
        await insist(self._bridge.destroy, f"end of {self._bridge.id}")
        # The caller must be out of the bridge before they can wait for somebody else.
        if not self._started and by in (Party.AGENT, Party.LOST):
            self._engine.post(ConversationFailed(call=call, agent=self._connect.agent))

    async def leave_behind(self) -> None:
        """Clear away what is left of a talk whose caller was sent on."""
        self._closed = True
        leg = self._control.leg
        await insist(leg.hang_up, f"end of {leg.id}")
        await insist(self._bridge.destroy, f"end of {self._bridge.id}")

    async def _see_who_is_gone(self, leg: Channel) -> None:
        """Wait for the event that belongs to a refused bridge.

        The refusal comes before it. If it is the caller's, the session ends here.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(NEWS_SECONDS):
                await leg.wait_gone()

    async def _record(self) -> None:
        call = self._engine.center.calls.get(self._connect.call)
        if call is None:
            return
        name = recording_of(call, self._engine.clock.now(), next_part(call))
        path = f"{name}.wav"
        if await self._bridge.record(name) is None:
            event: RecordingFailed | RecordingStarted = RecordingFailed(
                call=call.id, recording=path, reason="bridge gone"
            )
        else:
            event = RecordingStarted(call=call.id, recording=path)
        self._engine.post(event)
