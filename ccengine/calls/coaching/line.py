"""A coach's channel, room and snoops in Asterisk: does what a plan says, and reads what is."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from ccengine.asterisk.ari.events import ChannelEnteredBridge
from ccengine.asterisk.channels import Gone
from ccengine.asterisk.snoops import snoop, target_of
from ccengine.calls.bridge_names import BRIDGE_PREFIX, TALK
from ccengine.calls.coaching.audibility import Setup
from ccengine.calls.coaching.routing import Enter, Leave, Listen, Step, StopListening
from ccengine.calls.insistence import insist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Move, Router
    from ccengine.calls.coaching.audibility import Snoop
    from ccengine.core.ids import CoachingId

PREFIX: Final = "coaching-"
"""Of the ids of all that is made for a coach: rooms, snoops, and channels that we have rung."""

PLAYED_WITHIN_SECONDS: Final = 3.0
GONE_WITHIN_SECONDS: Final = 3.0
GONE: Final = Gone(16, "hung up")

Snoops = dict[str, "Snoop"]
"""All coaches' snoops by channel: what was asked of Asterisk, which tells only at whom they are."""


def is_coaching(name: str) -> bool:
    """Tell whether a channel or a bridge was made for a coach."""
    return name.startswith(PREFIX)


def room_of(coaching: CoachingId) -> str:
    """Return the bridge of a coach and their snoop."""
    return f"{coaching}.room"


class CoachLine:
    """One coach's."""

    def __init__(
        self, router: Router, coaching: CoachingId, channel: Channel, snoops: Snoops
    ) -> None:
        self._router = router
        self._coaching = coaching
        self._snoops = snoops
        self.channel = channel
        self.room = room_of(coaching)
        self._has_room = False
        # Bridges that the coach is on the way into, by our request.
        self._asked: Counter[str] = Counter()

    def new_snoop(self) -> str:
        """Return an id for a snoop, which is never used twice."""
        return f"{self._coaching}.{uuid4().hex[:8]}"

    def expect(self, bridge: str) -> None:
        """Take note that the coach is going into a bridge, as we ask for it."""
        self._asked[bridge] += 1

    def put_astray(self, move: Move) -> Setup | None:
        """Return what somebody else has put the coach into; None: that was us, or no such move."""
        if not isinstance(move, ChannelEnteredBridge) or move.channel.id != self.channel.id:
            return None
        into = move.bridge
        if self._asked[into.id]:
            self._asked[into.id] -= 1
            return None
        if into.id == self.room:
            return None
        return Setup({into.id: frozenset((*into.channel_ids, self.channel.id))})

    def own(self, setup: Setup) -> Setup:
        """Return a set-up without other coaches' snoops."""
        mine = (one for one in setup.snoops if one.channel.startswith(f"{self._coaching}."))
        return replace(setup, snoops=frozenset(mine))

    async def read(self) -> Setup:
        """Ask Asterisk which bridges there are, who is in them, and where the snoops are.

        In which direction a snoop whispers Asterisk does not tell: that is what we asked for.
        """
        ari = self._router.ari
        bridges = {one.id: frozenset(one.channel_ids) for one in await ari.bridges()}
        found = set()
        for one in list(self._snoops.values()):
            if one.channel.startswith(f"{self._coaching}."):
                there = await ari.channel(one.channel)
                if there is not None:
                    found.add(replace(one, target=target_of(there.name) or one.target))
            else:
                found.add(one)
        return Setup(bridges, frozenset(found))

    async def carry_out(self, steps: Sequence[Step]) -> bool:
        """Do one step after the other; False: whom it is about is gone, the rest is not done."""
        for step in steps:
            if not await self._do(step):
                return False
        return True

    async def _do(self, step: Step) -> bool:
        match step:
            case Listen():
                return await self._listen(step.snoop)
            case StopListening():
                await self._stop(step.snoop.channel)
                return True
            case Enter():
                return await self._enter(step)
            case Leave():
                await self._leave(step)
                return True

    async def _listen(self, wanted: Snoop) -> bool:
        self._snoops[wanted.channel] = wanted
        made = await snoop(
            self._router,
            wanted.target,
            wanted.channel,
            spy=wanted.spy,
            whisper=wanted.whisper,
        )
        if made is None:
            del self._snoops[wanted.channel]
        return made is not None

    async def _stop(self, name: str) -> None:
        """End a snoop; it is one as long as it may still be there."""
        await insist(lambda: self._hang_up(name), f"end of {name}")
        await self._until_gone(name)
        self._snoops.pop(name, None)

    async def _until_gone(self, name: str) -> None:
        """Wait: until then it is in its bridge, where nobody could tell it from a person."""
        channel = self._router.channel(name)
        if await self._router.ari.channel(name) is None:
            channel.end(GONE)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(GONE_WITHIN_SECONDS):
                await channel.wait_gone()

    async def _hang_up(self, name: str) -> None:
        await self._router.ari.hang_up(name)

    async def _enter(self, step: Enter) -> bool:
        channel, bridge = self._router.channel(step.channel), self._router.bridge(step.bridge)
        if step.bridge == self.room and not self._has_room:
            await bridge.create(name=f"{BRIDGE_PREFIX}{self._coaching}", kind=TALK)
            self._has_room = True
        if step.channel != self.channel.id:
            return await bridge.add(channel)
        self.expect(step.bridge)  # beforehand: the event may be here before the answer
        is_in = False
        try:
            is_in = await bridge.add(channel)
        finally:
            if not is_in:
                self._asked[step.bridge] -= 1
        return is_in

    async def _leave(self, step: Leave) -> None:
        channel, bridge = self._router.channel(step.channel), self._router.bridge(step.bridge)
        bridge.attach(channel)  # an earlier engine, or somebody else, may have put it there
        await bridge.remove(channel)

    async def play_on(self, made: Snoop, media: str) -> None:
        """Play into a snoop that whispers, to its end.

        Raises:
            TimeoutError: its end is not told.
        """
        channel = self._router.channel(made.channel)
        async with asyncio.timeout(PLAYED_WITHIN_SECONDS):
            await (await channel.play(media)).wait()

    async def start_anew(self) -> None:
        """End what an earlier engine has set up, whichever way it was, but the coach's channel."""
        for one in await self._router.ari.channels():
            if one.id.startswith(f"{self._coaching}.") and one.id != self.channel.id:
                await self._stop(one.id)
        await self.leave_bridges()

    async def leave_bridges(self) -> None:
        """Take the coach out of whatever bridge they are in."""
        for bridge in await self._router.ari.bridges():
            if self.channel.id in bridge.channel_ids:
                await self._leave(Leave(bridge.id, self.channel.id))

    async def clear_away(self) -> None:
        """End the snoops and the room; the channel is somebody else's to end."""
        for name in [name for name in self._snoops if name.startswith(f"{self._coaching}.")]:
            await self._stop(name)
        if not self.channel.is_gone:
            await self.leave_bridges()
        await insist(self._router.bridge(self.room).destroy, f"end of {self.room}")
        self._has_room = False
