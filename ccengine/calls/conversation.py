"""Caller and agent bridged: from the agent's answer to the end of the talk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ccengine.asterisk.channels import Gone
from ccengine.calls.insistence import insist
from ccengine.core.events import (
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    Party,
    RecordingFailed,
    RecordingStarted,
)

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Router
    from ccengine.core.calls import Call
    from ccengine.core.commands import Connect
    from ccengine.core.ids import OfferId
    from ccengine.engine import Engine

BRIDGE_PREFIX = "cc:"  #: names of our bridges, by which the next engine knows them

NEWS_SECONDS = 1.0  #: an event is never so late after what it tells of


def bridge_of(offer: OfferId) -> str:
    """Return the id of the bridge for the conversation an offer leads to; used once."""
    return f"{offer}.talk"


def recording_of(call: Call, at: float, part: int = 1) -> str:
    """Return the recording's path below the recordings folder, without extension.

    Nothing in it comes from the caller: ids of ours and the date, UTC.
    """
    day = datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")
    suffix = "" if part == 1 else f"-{part}"
    return f"{call.tenant}/{call.client}/{day}/{call.id}{suffix}"


class Conversation:
    """One agent's talk with one caller, in a bridge of its own."""

    def __init__(self, engine: Engine, router: Router, caller: Channel, connect: Connect) -> None:
        self._engine = engine
        self._caller = caller
        self._connect = connect
        self._leg = router.channel(connect.offer)
        self._bridge: Bridge = router.bridge(bridge_of(connect.offer))
        self._started = False
        self._closed = False

    async def run(self) -> bool:
        """Bridge, record, and wait until the agent's leg ends.

        Returns:
            False if the agent's leg was gone before the bridge: the caller waits again.
        """
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self._connect.call}")
        if not await self._bridge.add(self._caller, self._leg):
            await self._see_who_is_gone()
            return False
        self._started = True
        self._engine.post(
            ConversationStarted(
                call=self._connect.call, agent=self._connect.agent, bridge=self._bridge.id
            )
        )
        if self._connect.recorded:
            await self._record()
        await self._leg.wait_gone()
        return True

    async def resume(self) -> bool:
        """Go on with a talk that an earlier engine began, until the agent's leg ends."""
        self._started = True
        if not self._leg.confirmed:
            self._leg.end(Gone(0, "lost while the engine was away"))
        self._bridge.attach(self._caller, self._leg)
        await self._leg.wait_gone()
        return True

    async def close(self, by: Party) -> None:
        """Clear the agent's leg and the bridge away and post the end; once.

        Of a talk that never began only the agent's loss is posted: where the caller was the one
        who left, the end of the call says so, and the agent is free at once.
        """
        if self._closed:
            return
        self._closed = True
        await insist(self._leg.hang_up, f"end of {self._leg.id}")
        call, agent = self._connect.call, self._connect.agent
        if self._started:
            self._engine.post(ConversationEnded(call=call, agent=agent, by=by))
        await insist(self._bridge.destroy, f"end of {self._bridge.id}")
        # The caller must be out of the bridge before they can wait for somebody else.
        if not self._started and by in (Party.AGENT, Party.LOST):
            self._engine.post(ConversationFailed(call=call, agent=agent))

    async def _see_who_is_gone(self) -> None:
        """Wait for the event that belongs to a refused bridge.

        The refusal comes before it. If it is the caller's, the session ends here.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(NEWS_SECONDS):
                await self._leg.wait_gone()

    async def _record(self) -> None:
        call = self._engine.center.calls.get(self._connect.call)
        if call is None:
            return
        part = 2 if call.recording else 1
        name = recording_of(call, self._engine.clock.now(), part)
        path = f"{name}.wav"
        if await self._bridge.record(name) is None:
            event: RecordingFailed | RecordingStarted = RecordingFailed(
                call=call.id, recording=path, reason="bridge gone"
            )
        else:
            event = RecordingStarted(call=call.id, recording=path)
        self._engine.post(event)
