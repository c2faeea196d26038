"""Handles and the router, on the fake Asterisk in this process, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.errors import AriDisconnected, AriRefused
from ccengine.asterisk.ari.events import Connected, Disconnected, Replaced, StasisStart
from ccengine.asterisk.ari.results import Originated, Unreachable
from ccengine.asterisk.channels import Channel, Gone, PlaybackEnd
from ccengine.asterisk.router import Router
from tests.fakes.asterisk import FakeAsterisk

pytestmark = pytest.mark.virtual_time

PHONE = "PJSIP/phone-201"


class Board:
    """A switchboard in small."""

    def __init__(self) -> None:
        self.fake = FakeAsterisk()
        self.ari = Ari(self.fake, patience_seconds=10.0)
        self.router = Router(self.ari)
        self.markers: list[str] = []
        self.new: asyncio.Queue[Channel] = asyncio.Queue()

    async def run(self) -> None:
        async for item in self.fake.events():
            match item:
                case Connected() | Disconnected() | Replaced():
                    self.markers.append(type(item).__name__)
                    if isinstance(item, Connected):
                        await self.router.resync()
                case StasisStart() if not self.router.deliver(item):
                    self.new.put_nowait(self.router.channel(item.channel.id, item.channel))
                case _:
                    self.router.deliver(item)

    async def caller(self, call_id: str = "c-1") -> Channel:
        self.fake.caller_arrives(call_id)
        return await self.new.get()


@asynccontextmanager
async def board() -> AsyncIterator[Board]:
    it = Board()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(it.fake.run()), tasks.create_task(it.run())
        await it.fake.wait_connected()
        try:
            yield it
        finally:
            for task in running:
                task.cancel()


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_time_jumps() -> None:
    before = now()
    await asyncio.sleep(3600)
    assert now() - before == pytest.approx(3600)


async def test_a_call_from_ring_to_end() -> None:
    async with board() as at:
        at.fake.phone_answers(PHONE, after=3)
        caller = await at.caller()
        await caller.start_music()
        assert at.fake.hears(caller.id) == "music:default"
        agent = at.router.channel("c-1.1")
        began = now()
        assert await agent.originate(endpoint=PHONE, app_args=["agent"]) == Originated("c-1.1")
        await agent.entered()
        assert now() - began == pytest.approx(3)
        await caller.stop_music()
        bridge = at.router.bridge("c-1")
        at.fake.mark()
        await bridge.create(name="cc:c-1")
        await bridge.add(caller, agent)
        recording = await bridge.record("demo/acme/c-1")
        assert at.fake.hears(caller.id) == "talk:c-1.1"
        await asyncio.sleep(60)
        at.fake.hang_up(caller.id)
        assert await caller.wait_gone() == Gone(16, "left")
        assert at.fake.channels_left() == [agent.id]
        await agent.hang_up()
        await bridge.destroy()
        assert recording is not None
        ended = await recording.wait()
        assert ended is not None
        assert ended.duration_seconds == 60
        assert len(at.fake.requests_since_mark()) == 5
        assert (at.fake.channels_left(), at.fake.bridges_left()) == ([], [])
        assert not at.router._channels
        assert not at.router._bridges


async def test_an_unreachable_phone_leaves_no_handle() -> None:
    async with board() as at:
        leg = at.router.channel("c-1.1")
        assert isinstance(await leg.originate(endpoint=PHONE), Unreachable)
        assert isinstance(await leg.entered(), Gone)
        assert not at.router._channels


async def test_a_phone_that_rings_for_ever_is_given_up() -> None:
    async with board() as at:
        at.fake.phone_rings(PHONE)
        leg = at.router.channel("c-1.1")
        await leg.originate(endpoint=PHONE, timeout_seconds=20)
        began = now()
        ended = await leg.entered()
        assert isinstance(ended, Gone)
        assert ended.cause == 19
        assert now() - began == pytest.approx(20)


async def test_a_hang_up_while_the_phone_rings_stops_it() -> None:
    async with board() as at:
        at.fake.phone_answers(PHONE, after=5)
        leg = at.router.channel("c-1.1")
        await leg.originate(endpoint=PHONE)
        await asyncio.sleep(1)
        assert at.fake.ringing(PHONE) == leg.id
        await leg.hang_up()
        await leg.wait_gone()
        await asyncio.sleep(10)
        assert at.fake.channels_left() == []


async def test_a_hang_up_follows_an_originate_that_was_cancelled() -> None:
    # Requests on one socket are served in order: the hang-up finds the leg, whatever was heard.
    async with board() as at:
        at.fake.phone_rings(PHONE)
        leg = at.router.channel("c-1.1")
        at.fake.delay_requests(1.0)
        async with asyncio.TaskGroup() as tasks:
            ringing = tasks.create_task(leg.originate(endpoint=PHONE))
            await asyncio.sleep(1.5)
            ringing.cancel()
        await leg.hang_up()
        await asyncio.sleep(3)
        assert at.fake.channels_left() == []
        assert leg.is_gone


async def test_digits_wait_until_they_are_read() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.dial_digits(caller.id, "12")
        await asyncio.sleep(1)
        assert caller.has_digits
        assert [await caller.next_digit(), await caller.next_digit()] == ["1", "2"]
        at.fake.dial_digits(caller.id, "9" * 100)
        await asyncio.sleep(1)
        caller.clear_digits()
        assert not caller.has_digits


async def test_a_late_key_is_passed_over_once() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.dial_digits(caller.id, "#1")
        await asyncio.sleep(1)
        caller.pass_over("#", 2.0)  # it was typed ahead
        assert await caller.next_digit() == "1"
        caller.pass_over("#", 2.0)
        at.fake.dial_digits(caller.id, "##")
        await asyncio.sleep(1)
        assert await caller.next_digit() == "#"
        assert not caller.has_digits
        caller.pass_over("#", 2.0)
        at.fake.dial_digits(caller.id, "3#")  # another key came first
        await asyncio.sleep(1)
        assert [await caller.next_digit(), await caller.next_digit()] == ["3", "#"]
        caller.pass_over("#", 2.0)
        await asyncio.sleep(3)
        at.fake.dial_digits(caller.id, "#")  # too late to be meant for what was asked before
        await asyncio.sleep(1)
        assert await caller.next_digit() == "#"


async def test_a_prompt_takes_its_time_and_can_be_stopped() -> None:
    async with board() as at:
        at.fake.media_seconds["sound:long"] = 30.0
        caller = await at.caller()
        began = now()
        assert await (await caller.play("sound:long", "sound:short")).wait() is PlaybackEnd.DONE
        assert now() - began == pytest.approx(31)
        playback = await caller.play("sound:long")
        await asyncio.sleep(1)
        assert at.fake.hears(caller.id) == "sound:long"
        await playback.stop()
        assert await playback.wait() is PlaybackEnd.STOPPED
        assert at.fake.hears(caller.id) == "silence"


async def test_a_prompt_ends_with_its_channel_and_none_starts_after() -> None:
    async with board() as at:
        caller = await at.caller()
        playback = await caller.play("sound:a")
        at.fake.hang_up(caller.id)
        assert await playback.wait() in {PlaybackEnd.DONE, PlaybackEnd.GONE}
        await caller.wait_gone()
        at.fake.mark()
        assert await (await caller.play("sound:b")).wait() is PlaybackEnd.GONE
        await caller.hang_up()
        assert at.fake.requests_since_mark() == []


async def test_a_drop_in_the_middle_of_a_request_is_ridden_over() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.delay_requests(1.0)
        asyncio.get_running_loop().call_later(0.5, at.fake.drop_connection)
        assert await caller.start_music()
        assert at.fake.number == 2


async def test_a_drop_in_the_middle_of_an_originate_rings_once() -> None:
    async with board() as at:
        at.fake.phone_rings(PHONE)
        leg = at.router.channel("c-1.1")
        asyncio.get_running_loop().call_soon(at.fake.drop_connection)
        result = await leg.originate(endpoint=PHONE)
        assert isinstance(result, Originated)
        assert at.fake.channels_left() == ["c-1.1"]


async def test_patience_has_an_end() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.drop_connection(stay_down=True)
        began = now()
        with pytest.raises(AriDisconnected):
            await caller.start_music()
        assert now() - began == pytest.approx(10)
        at.fake.restore()


async def test_what_ended_while_we_were_deaf_is_gone_after_the_resync() -> None:
    async with board() as at:
        at.fake.media_seconds["sound:long"] = 5.0
        at.fake.phone_rings(PHONE)
        stays, leaves = await at.caller("c-1"), await at.caller("c-2")
        playback = await stays.play("sound:long")
        rings = at.router.channel("c-3.1")
        await rings.originate(endpoint=PHONE)
        unborn = at.router.channel("c-4.1")
        at.fake.drop_connection(stay_down=True)
        at.fake.hang_up(leaves.id)
        await asyncio.sleep(6)
        at.fake.restore()
        assert await leaves.wait_gone() == Gone(0, "lost")
        assert await playback.wait() is PlaybackEnd.DONE
        assert stays.is_up
        assert not rings.is_gone
        assert not unborn.is_gone, "it was never there, so it is not missing"
        assert at.markers == ["Connected", "Disconnected", "Connected"]


async def test_a_caller_whom_the_dialplan_took_back_is_gone_after_the_resync() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.drop_connection(stay_down=True)
        channel = at.fake.channel(caller.id)
        at.fake.world.leave_stasis(channel)  # as the watchdog does
        channel.dialplan = ("fallback", "s")
        at.fake.restore()
        assert (await caller.wait_gone()).text == "lost"


async def test_a_call_while_we_are_away_waits_in_the_fallback_and_comes_back() -> None:
    async with board() as at:
        at.fake.drop_connection(stay_down=True)
        channel_id = at.fake.caller_arrives("c-1")
        assert at.fake.channel(channel_id).stasis_status == "FAILED"
        assert at.fake.hears(channel_id) == "music:default"
        await asyncio.sleep(7)
        at.fake.restore()
        caller = await at.new.get()
        assert caller.id == channel_id
        assert caller.snapshot is not None
        assert caller.snapshot.variables["CC_CALL_ID"] == "c-1"


async def test_another_engine_ends_the_stream_and_no_call() -> None:
    async with board() as at:
        caller = await at.caller()
        at.fake.replace_engine()
        await asyncio.sleep(1)
        assert at.markers == ["Connected", "Replaced"]
        assert at.fake.channels_left() == [caller.id]


async def test_commands_for_one_bridge_wait_for_each_other() -> None:
    async with board() as at:
        caller = await at.caller()
        bridge = at.router.bridge("b")
        at.fake.delay_requests(1.0)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bridge.create(name="x"))
            tasks.create_task(bridge.add(caller))
            tasks.create_task(bridge.record("r"))
            tasks.create_task(bridge.destroy())
        assert at.fake.bridges_left() == []
        # Put in behind the destroyer's look at who is inside, so out by the bridge's end.
        assert at.fake.channels_left() == [caller.id]


async def test_a_recording_that_is_refused_leaves_nothing_waiting() -> None:
    async with board() as at:
        bridge = at.router.bridge("b")
        await bridge.create(name="x")
        at.fake.fail_next("POST", "record", 500, "Internal Server Error")
        with pytest.raises(AriRefused):
            await bridge.record("r")
        await bridge.destroy()
        assert not at.router._bridges


async def test_a_leg_that_does_not_leave_its_bridge_does_not_hold_up_its_end() -> None:
    async with board() as at:
        at.fake.phone_answers(PHONE, after=0)
        leg = at.router.channel("c-1.1")
        await leg.originate(endpoint=PHONE)
        await leg.entered()
        bridge = at.router.bridge("b")
        await bridge.create(name="x")
        await bridge.add(leg)
        leg.hanging_up = True
        began = now()
        await bridge.destroy()
        assert now() - began == pytest.approx(1.0)
        assert at.fake.bridges_left() == []
