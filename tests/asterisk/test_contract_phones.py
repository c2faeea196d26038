"""What our client relies on about phones beside our own calls, on our fake and a real Asterisk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.events import (
    ChannelCreated,
    ChannelDestroyed,
    ContactStatusChange,
    StasisEnd,
)
from ccengine.asterisk.ari.results import Unreachable
from ccengine.calls.phones import phone_of
from tests.asterisk.desk import Desk, new_id
from tests.asterisk.handsets import HANDSET

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import ChannelSnapshot

RESOURCE = HANDSET.removeprefix("PJSIP/")
QUALIFIED_SECONDS = (
    12.0  # qualify_frequency and qualify_timeout of asterisk-conf/pjsip.conf, and more
)


def statuses(desk: Desk) -> list[str]:
    told = [event for event in desk.seen if isinstance(event, ContactStatusChange)]
    assert all((event.technology, event.resource) == ("PJSIP", RESOURCE) for event in told)
    assert all(event.uri for event in told)
    return [event.status for event in told]


async def state(desk: Desk) -> str:
    found = await desk.ari.endpoint("PJSIP", RESOURCE)
    assert found is not None
    return found.state


async def becomes(desk: Desk, wanted: str, seconds: float = 1.0) -> None:
    async with asyncio.timeout(seconds):
        while await state(desk) != wanted:  # a request each time
            pass


async def test_a_registration_is_told_and_so_is_its_end(desk: Desk) -> None:
    await desk.ari.subscribe_endpoint(HANDSET)
    async with desk.handset() as handset:
        await handset.register()
        await desk.until(lambda: "Reachable" in statuses(desk))
        assert set(statuses(desk)) <= {"NonQualified", "Reachable"}
        await becomes(desk, "online")
        listed = {end.resource: end.state for end in await desk.ari.endpoints("PJSIP")}
        assert listed[RESOURCE] == "online"
        desk.seen.clear()
        await handset.unregister()
        await desk.until(lambda: "Removed" in statuses(desk), seconds=0.5)
        await becomes(desk, "offline", 0.15)  # the first look of calls/phones.py


async def test_a_phone_without_power_is_noticed_by_a_missed_qualify(desk: Desk) -> None:
    await desk.ari.subscribe_endpoint(HANDSET)
    async with desk.handset() as handset:
        await handset.register()
        await desk.until(lambda: "Reachable" in statuses(desk))
        await becomes(desk, "online")
        await handset.lose_power()
        await desk.until(lambda: "Unreachable" in statuses(desk), seconds=QUALIFIED_SECONDS)
        await becomes(desk, "offline")
        leg = desk.router.channel(new_id("leg"))
        assert isinstance(await leg.originate(endpoint=HANDSET), Unreachable)


async def dialled(desk: Desk, number: str) -> ChannelSnapshot:
    """Dial at the handset and hang up; the channel as it was at its beginning."""
    await desk.ari.subscribe_endpoint(HANDSET)
    async with desk.handset() as handset:
        await handset.register()
        await handset.dial(number)
        await desk.until(lambda: any(isinstance(e, ChannelCreated) for e in desk.seen))
        (created,) = [event.channel for event in desk.seen if isinstance(event, ChannelCreated)]
        assert created.id in {channel.id for channel in await desk.ari.channels()}
        found = await desk.ari.endpoint("PJSIP", RESOURCE)
        assert found is not None
        assert found.channel_ids == (created.id,)
        await handset.hang_up()
        await desk.until(lambda: any(isinstance(e, ChannelDestroyed) for e in desk.seen))
        ends = {event.channel.id for event in desk.seen if isinstance(event, ChannelDestroyed)}
        assert ends == {created.id}
        await handset.unregister()
    return created


async def test_a_call_that_a_phone_makes_is_told_from_its_beginning(desk: Desk) -> None:
    created = await dialled(desk, "380441112233")
    assert phone_of(created.name) == "206"
    assert created.variables.get("CC_ROLE", "") == ""
    assert created.extension == "380441112233"


async def test_a_feature_code_is_known_by_what_was_dialled(desk: Desk) -> None:
    assert (await dialled(desk, "*73")).extension == "*73"


async def test_of_a_channel_we_follow_the_end_is_told_with_its_last_variables(desk: Desk) -> None:
    caller, person = await desk.caller()
    departure = desk.router.departure(caller.id)
    assert await desk.ari.subscribe_channel(caller.id)
    assert await caller.set_variable(name="CC_REACHED", value="voicemail")
    await caller.continue_in_dialplan(context="ccengine-contract-outside", extension="leave")
    await caller.wait_gone()
    assert [e.channel.id for e in desk.seen if isinstance(e, StasisEnd)] == [caller.id]
    await asyncio.sleep(0.2)
    assert not departure.done()
    snapshot = await desk.ari.channel(caller.id)
    assert snapshot is not None
    assert snapshot.variables["CC_REACHED"] == "voicemail"
    await person.hang_up()
    async with asyncio.timeout(2):
        last = await departure
    assert last is not None
    assert last.variables["CC_REACHED"] == "message"  # as the dialplan's h extension set it


async def test_a_channel_that_is_gone_cannot_be_followed(desk: Desk) -> None:
    assert not await desk.ari.subscribe_channel(new_id())
