"""A coach, an agent and a caller on the fake Asterisk, and who hears whom."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.coaching.audibility import Direction, Hears, Setup, Snoop, heard
from ccengine.core.events import (
    CoachMode,
    CoachRouted,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake


TARAS = "PJSIP/phone-204"


def hearing(center: CenterOnFake) -> frozenset[Hears]:
    """Who hears whom in the fake Asterisk."""
    world = center.asterisk.world
    bridges = {one.id: frozenset(one.channel_ids) for one in world.bridges.values()}
    snoops = frozenset(
        Snoop(one.id, one.snoops_at, Direction(one.directions[0]), Direction(one.directions[1]))
        for one in world.channels.values()
        if one.snoops_at
    )
    return heard(Setup(bridges, snoops))


def hears(center: CenterOnFake, listener: str, voice: str) -> bool:
    return Hears(listener, voice) in hearing(center)


async def coach(center: CenterOnFake, phone: str = "203", whom: str = "204") -> str:
    """Dial the code; the channel's id."""
    channel = center.asterisk.feature_code(phone, "coach", whom)
    await asyncio.sleep(0.05)
    return channel


async def talk(center: CenterOnFake, call: str = "node1-1-1") -> tuple[str, str]:
    """A caller talks with taras: the two channels."""
    caller = center.caller(call)
    await center.until(lambda: center.asterisk.ringing(TARAS))
    leg = center.leg("taras")
    center.asterisk.pick_up(leg)
    await center.until(lambda: center.agent("taras").call and is_talking(center, call))
    return caller, leg


def is_talking(center: CenterOnFake, call: str) -> bool:
    known = center.engine.center.calls.get(call)
    return known is not None and known.state is CallState.TALKING


async def routed(center: CenterOnFake, mode: CoachMode, count: int = 1) -> CoachRouted:
    """Wait until that was set up so often; the last of it."""

    def told() -> list[CoachRouted]:
        return [one for one in center.journal.events(CoachRouted) if one.mode is mode]

    await center.until(lambda: len(told()) >= count)
    return told()[-1]
