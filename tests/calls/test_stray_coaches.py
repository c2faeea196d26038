"""Coaches whom somebody else puts among people, on the fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.decode import decode_bridge, decode_channel
from ccengine.asterisk.ari.events import ChannelEnteredBridge
from ccengine.calls.coaching.audibility import Setup
from ccengine.calls.coaching.line import CoachLine
from ccengine.core.events import (
    CoachingEnded,
    CoachLeaked,
    CoachMode,
)
from ccengine.core.ids import CoachingId
from tests.fakes.asterisk_model import FakeBridge

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

from tests.calls.coached import coach, hears, routed, talk


@pytest.mark.parametrize("mode", [CoachMode.MONITOR, CoachMode.WHISPER])
async def test_a_coach_whom_somebody_puts_among_the_callers_is_out_at_once(
    house: CenterOnFake, mode: CoachMode
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    if mode is CoachMode.WHISPER:
        house.asterisk.dial_digit(own, "5")
        await routed(house, mode)
    world = house.asterisk.world
    world.enter_bridge(world.channels[own], world.bridges[world.channels[leg].bridge_id])
    assert hears(house, caller, own)
    await house.until(lambda: house.journal.events(CoachLeaked))
    await house.until(lambda: not hears(house, caller, own))
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert not leak.planned
    assert f"{caller} hears {own}" in leak.reason
    assert house.sessions.coaching.leaks == 1
    assert hears(house, caller, leg)


async def test_a_coach_who_is_back_before_anybody_has_looked_is_told_of_all_the_same(
    house: CenterOnFake,
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    world = house.asterisk.world
    room = world.bridges[world.channels[own].bridge_id]
    world.enter_bridge(world.channels[own], world.bridges[world.channels[leg].bridge_id])
    world.enter_bridge(world.channels[own], room)
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert f"{caller} hears {own}" in leak.reason
    assert hears(house, caller, leg)


async def test_a_coach_who_waits_and_is_put_among_people_is_out_at_once(
    house: CenterOnFake,
) -> None:
    own = await coach(house)
    caller = house.caller("node1-1-1", number="600102")
    await asyncio.sleep(0.05)
    world = house.asterisk.world
    strange = FakeBridge("strange", "", "mixing", world.now())
    world.bridges[strange.id] = strange
    world.enter_bridge(world.channels[caller], strange)
    world.enter_bridge(world.channels[own], strange)
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert f"{caller} hears {own}" in leak.reason
    assert not hears(house, caller, own)


async def test_a_coach_on_the_way_by_our_own_request_is_nowhere_strange(
    house: CenterOnFake,
) -> None:
    """The word of it may come when the coach has another mode already."""
    own = await coach(house)
    router, world = house.wiring.router, house.asterisk.world
    line = CoachLine(router, CoachingId("coaching-1"), router.channel(own), {})
    bridge = FakeBridge("talk", "", "mixing", world.now(), channel_ids=["caller", own])
    move = ChannelEnteredBridge(
        bridge=decode_bridge(bridge.as_json()),
        channel=decode_channel(world.channels[own].as_json()),
    )
    assert line.put_astray(move) == Setup({"talk": frozenset({"caller", own})})
    line.expect("talk")
    assert line.put_astray(move) is None
    assert line.put_astray(move) is not None, "once for each request"


async def test_an_earlier_engines_snoop_that_is_on_its_way_out_is_nobody_who_hears_the_coach(
    house: CenterOnFake,
) -> None:
    await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.dial_digit(own, "5")
    await routed(house, CoachMode.WHISPER)
    house.asterisk.delay_hang_ups(0.3)
    await house.restart(away_seconds=2)
    await routed(house, CoachMode.WHISPER, 2)
    house.asterisk.dial_digit(own, "4")
    await routed(house, CoachMode.MONITOR, 2)
    assert house.journal.events(CoachLeaked) == []
    assert house.journal.events(CoachingEnded) == []
