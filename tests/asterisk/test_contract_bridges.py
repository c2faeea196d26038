"""What our client relies on about bridges, recordings and connections, on both sides alike."""

import asyncio

import pytest

from ccengine.asterisk.ari.errors import AriRefused
from ccengine.asterisk.ari.events import (
    ChannelDtmfReceived,
    PlaybackStarted,
    RecordingFinished,
    RecordingStarted,
    UnknownEvent,
)
from ccengine.asterisk.bridges import Bridge
from ccengine.asterisk.channels import Channel
from ccengine.asterisk.pressed_keys import OVER_SECONDS
from ccengine.calls.bridge_names import TALK
from tests.asterisk.desk import PROMPT, Desk, new_id, working


async def talk(desk: Desk) -> tuple[Bridge, Channel, Channel]:
    """Two legs in a bridge."""
    one, other = await desk.leg(), await desk.leg()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert await bridge.add(one, other)
    return bridge, one, other


async def in_bridge(desk: Desk, bridge: Bridge) -> set[str]:
    snapshot = await desk.ari.bridge(bridge.id)
    assert snapshot is not None
    return set(snapshot.channel_ids)


async def vanished(desk: Desk, bridge: Bridge) -> None:
    """A real Asterisk shows a destroyed bridge for some milliseconds more."""
    async with asyncio.timeout(2):
        while await desk.ari.bridge(bridge.id) is not None:
            pass


async def test_a_bridge_is_made_once(desk: Desk) -> None:
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    await bridge.create(name="contract")
    listed = {b.id: b for b in await desk.ari.bridges()}
    assert listed[bridge.id].name == "contract"
    assert listed[bridge.id].kind == "mixing"
    assert listed[bridge.id].channel_ids == ()


async def test_channels_go_in_and_come_out(desk: Desk) -> None:
    bridge, one, other = await talk(desk)
    assert await in_bridge(desk, bridge) == {one.id, other.id} == bridge.members
    await bridge.remove(one)
    await bridge.remove(one)
    assert await in_bridge(desk, bridge) == {other.id} == bridge.members
    await desk.ari.remove_from_bridge(bridge.id, channel_ids=[one.id])
    assert one.is_up


async def test_one_channel_that_is_gone_keeps_all_out(desk: Desk) -> None:
    here, gone = await desk.leg(), await desk.leg()
    await gone.hang_up()
    await gone.wait_gone()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert not await desk.ari.add_to_bridge(bridge.id, channel_ids=[here.id, gone.id])
    assert await in_bridge(desk, bridge) == set()
    assert not await bridge.add(here, gone)
    await desk.ari.remove_from_bridge(bridge.id, channel_ids=[gone.id])


@pytest.mark.parametrize("reconnects", [False, True])
@pytest.mark.parametrize(
    ("kind", "passes", "company", "times"),
    [
        (TALK, True, 0, 2),
        (TALK, True, 1, 1),
        (TALK, False, 0, 1),
        (TALK, False, 1, 1),
        ("mixing", True, 0, 1),
        ("mixing", True, 1, 1),
    ],
)
async def test_keys_pressed_alone_in_a_talk_come_again_with_company_and_count_once(
    desk: Desk, kind: str, company: int, times: int, *, passes: bool, reconnects: bool
) -> None:
    caller, person = await desk.caller()
    bridge = desk.router.bridge(new_id("b"))
    bridge.passes_keys = passes
    await bridge.create(name="contract", kind=kind)
    assert await bridge.add(caller, *[await desk.leg() for _ in range(company)])
    if reconnects:
        await desk.router.resync()
    await person.press("12")
    assert [await caller.next_digit(), await caller.next_digit()] == ["1", "2"]
    assert await bridge.add(await desk.leg())
    await desk.passed(1.5)
    told = [one for one in desk.seen if isinstance(one, ChannelDtmfReceived)]
    assert [one.digit for one in told if one.channel.id == caller.id] == ["1", "2"] * times
    await person.press("1#")
    assert [await caller.next_digit(), await caller.next_digit()] == ["1", "#"]


@pytest.mark.parametrize("passes", [True, False])
async def test_who_pressed_a_key_stays_until_the_others_know_that_it_is_over(
    desk: Desk, *, passes: bool
) -> None:
    caller, person = await desk.caller()
    bridge = desk.router.bridge(new_id("b"))
    bridge.passes_keys = passes
    await bridge.create(name="contract", kind=TALK)
    assert await bridge.add(caller, await desk.leg())
    await person.press("1")
    await caller.next_digit()
    loop = asyncio.get_running_loop()
    told = loop.time()
    await bridge.remove(caller)
    assert not passes or loop.time() - told > OVER_SECONDS - 0.02
    assert caller.id not in await in_bridge(desk, bridge)


async def test_keys_that_a_bridge_absorbs_count_though_somebody_joins_between(desk: Desk) -> None:
    caller, person = await desk.caller()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract", kind=TALK)
    assert await bridge.add(caller)
    await person.press("12")
    assert [await caller.next_digit(), await caller.next_digit()] == ["1", "2"]
    assert await bridge.add(await desk.leg())
    await person.press("12")
    assert [await caller.next_digit(), await caller.next_digit()] == ["1", "2"]


async def test_a_hang_up_leaves_the_other_leg_alone(desk: Desk) -> None:
    caller, person = await desk.caller()
    agent = await desk.leg()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert await bridge.add(caller, agent)
    await person.hang_up()
    await caller.wait_gone()
    await asyncio.sleep(0.2)
    assert agent.is_up
    assert bridge.members == {agent.id} == await in_bridge(desk, bridge)
    await agent.hang_up()
    await bridge.destroy()
    await vanished(desk, bridge)


async def test_a_bridge_is_destroyed_once_and_its_channels_live_on(desk: Desk) -> None:
    bridge, one, _ = await talk(desk)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(bridge.destroy())
    await bridge.destroy()
    await desk.ari.destroy_bridge(bridge.id)
    await vanished(desk, bridge)
    assert one.is_up
    assert await one.start_music()


async def test_a_bridge_that_is_gone_takes_nobody(desk: Desk) -> None:
    bridge, one, _ = await talk(desk)
    await bridge.destroy()
    again = desk.router.bridge(bridge.id)
    assert not await again.add(one)
    assert await again.record(new_id("r")) is None
    await desk.ari.remove_from_bridge(bridge.id, channel_ids=[one.id])


async def test_a_channel_that_hears_a_prompt_is_bridged_at_once(desk: Desk) -> None:
    caller, _ = await desk.caller()
    await caller.play(PROMPT)
    await desk.until(lambda: any(isinstance(e, PlaybackStarted) for e in desk.seen))
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    async with asyncio.timeout(1):
        assert await bridge.add(caller)
    await caller.play(PROMPT)
    async with asyncio.timeout(1):
        await bridge.remove(caller)


# Recordings


async def test_a_recording_is_told_from_start_to_end(desk: Desk) -> None:
    bridge, *_ = await talk(desk)
    name = f"contract/acme/2026/11/21/{new_id('r')}"
    recording = await bridge.record(name)
    assert recording is not None
    await desk.until(lambda: any(isinstance(e, RecordingStarted) for e in desk.seen))
    assert recording.started
    live = await desk.ari.live_recording(name)
    assert live is not None
    assert (live.name, live.target_uri) == (name, f"bridge:{bridge.id}")
    assert await desk.ari.record_bridge(bridge.id, name=name), "ours, begun by an earlier try"
    await asyncio.sleep(1.1)
    assert await recording.stop()
    ended = await recording.wait()
    assert ended is not None
    assert (ended.name, ended.state) == (name, "done")
    assert not await recording.stop()
    assert await desk.ari.live_recording(name) is None
    assert not await desk.ari.record_bridge(bridge.id, name=name), "never over an old recording"


async def test_a_recording_ends_with_its_bridge(desk: Desk) -> None:
    bridge, *legs = await talk(desk)
    recording = await bridge.record(new_id("r"))
    assert recording is not None
    for leg in legs:
        await leg.hang_up()
    await bridge.destroy()
    async with asyncio.timeout(5):  # as below: a busy machine needed more than two seconds once
        ended = await recording.wait()
    assert ended is not None
    assert ended.state == "done"
    assert sum(isinstance(e, RecordingFinished) for e in desk.seen) == 1
    assert not desk.router._bridges


async def test_a_recording_ends_with_a_bridge_that_had_to_be_emptied(desk: Desk) -> None:
    bridge, *_ = await talk(desk)
    recording = await bridge.record(new_id("r"))
    assert recording is not None
    await bridge.destroy()
    # The real one tells the end nearly always; who waits for it must not wait for ever.
    async with asyncio.timeout(5):
        await recording.wait()
    assert recording.is_over


async def test_a_format_that_nobody_knows_is_an_error(desk: Desk) -> None:
    bridge, *_ = await talk(desk)
    with pytest.raises(AriRefused) as refused:
        await bridge.record(new_id("r"), file_format="nosuch")
    assert refused.value.status == 422


# The connection


async def cut(desk: Desk) -> None:
    """Lose the websocket without a word."""
    socket = desk.connection._socket
    assert socket is not None
    transport = socket._websocket.get_extra_info("socket")
    transport.shutdown(2)


async def test_a_call_outlives_the_connection(desk: Desk) -> None:
    bridge, one, other = await talk(desk)
    name = new_id("r")
    recording = await bridge.record(name)
    assert recording is not None
    caller, person = await desk.caller()
    await cut(desk)
    await desk.until(lambda: not desk.connection.connected)
    if desk.fake is not None:
        await person.hang_up()  # while nobody listens: its event is lost for ever
    await desk.until(lambda: desk.connections == 2)
    assert await in_bridge(desk, bridge) == {one.id, other.id}
    assert await desk.ari.live_recording(name) is not None
    assert one.is_up
    assert caller.is_gone == (desk.fake is not None)
    await other.hang_up()
    await other.wait_gone()
    assert await recording.stop()
    assert await recording.wait() is not None


async def test_requests_ride_over_a_short_drop(desk: Desk) -> None:
    leg = await desk.leg()
    await cut(desk)
    assert await leg.start_music()
    assert desk.connection.number >= 1
    await leg.hang_up()
    await leg.wait_gone()


async def test_what_ended_while_we_were_deaf_is_found_by_the_resync(desk: Desk) -> None:
    leg = await desk.leg()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert await bridge.add(leg)
    recording = await bridge.record(new_id("r"))
    assert recording is not None
    desk.is_deaf = True
    await leg.hang_up()
    await desk.ari.stop_recording(recording.name)
    await asyncio.sleep(0.3)
    desk.is_deaf = False
    assert not leg.is_gone
    found = await desk.router.resync()
    assert leg.is_gone
    assert await recording.wait() is None
    assert bridge.id in {b.id for b in found.bridges}


async def test_a_second_engine_takes_over_and_the_first_touches_nothing(desk: Desk) -> None:
    _, one, other = await talk(desk)
    second = Desk(desk.address, desk.fake, desk.phone)
    async with working(second):
        await desk.until(lambda: desk.replaced)
        listed = {c.id for c in await second.ari.channels()}
        assert {one.id, other.id} <= listed
        adopted = second.router.channel(one.id, await second.ari.channel(one.id))
        assert adopted.is_up
        await adopted.hang_up()
        await adopted.wait_gone()


async def test_a_call_makes_few_events_and_none_that_nobody_knows(desk: Desk) -> None:
    caller, _ = await desk.caller()
    desk.seen.clear()
    agent = await desk.leg()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    await bridge.add(caller, agent)
    await agent.hang_up()
    await bridge.destroy()
    await caller.hang_up()
    await caller.wait_gone()
    await asyncio.sleep(0.2)
    assert not [e for e in desk.seen if isinstance(e, UnknownEvent)]
    assert not desk.connection.tally.malformed
    ours = [e for e in desk.seen if ";2" not in str(e)]  # a Local channel's other half
    assert len(ours) <= 14, ours
