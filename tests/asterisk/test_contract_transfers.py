"""What our client relies on where phones hold and transfer, on our fake and a real Asterisk.

An app that listens to the phone, as the engine does, is told each of these events twice.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.events import ChannelHold, ChannelTransfer, ChannelUnhold
from ccengine.asterisk.ari.results import TransferOutcome
from ccengine.calls.bridge_names import TALK
from tests.asterisk.desk import Desk, new_id
from tests.asterisk.handsets import HANDSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.channels import Channel
    from tests.asterisk.handsets import Handset


async def rung(desk: Desk, handset: Handset) -> Channel:
    """Ring the handset, which answers."""
    leg = desk.router.channel(new_id("leg"))
    await leg.originate(endpoint=HANDSET, app_args=["agent"])
    await desk.until(lambda: desk.fake is None or desk.fake.ringing(HANDSET) is not None)
    await handset.answer(leg.id)
    await leg.entered()
    return leg


@asynccontextmanager
async def at_phone(desk: Desk) -> AsyncIterator[Handset]:
    async with desk.handset() as handset:
        await handset.register()
        yield handset


def transfers(desk: Desk) -> list[ChannelTransfer]:
    return [event for event in desk.seen if isinstance(event, ChannelTransfer)]


async def test_a_phones_own_hold_is_told(desk: Desk) -> None:
    async with at_phone(desk) as handset:
        leg, other = await rung(desk, handset), await desk.leg()
        bridge = desk.router.bridge(new_id("b"))
        await bridge.create(name="contract")
        assert await bridge.add(leg, other)
        await handset.hold()
        await desk.until(lambda: any(isinstance(e, ChannelHold) for e in desk.seen))
        await handset.hold(holds=False)
        await desk.until(lambda: any(isinstance(e, ChannelUnhold) for e in desk.seen))
        told = [e for e in desk.seen if isinstance(e, ChannelHold | ChannelUnhold)]
        assert {event.channel.id for event in told} == {leg.id}
        assert isinstance(told[0], ChannelHold)
        assert isinstance(told[-1], ChannelUnhold)
        await leg.hang_up()


@pytest.mark.parametrize("outcome", TransferOutcome)
async def test_a_blind_refer_is_an_event_and_is_answered_by_us(
    desk: Desk, outcome: TransferOutcome
) -> None:
    async with at_phone(desk) as handset:
        leg = await rung(desk, handset)
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(handset.refer("204"))
            await desk.until(lambda: bool(transfers(desk)))
            assert await leg.report_transfer(outcome)
        assert (asked.result() == 200) == (outcome is TransferOutcome.DONE)
        first, *again = transfers(desk)
        assert (first.channel.id, first.destination, first.consulted) == (leg.id, "204", None)
        assert first.state not in set(TransferOutcome)
        assert {event.state for event in again} <= {first.state, outcome.value}
        assert not leg.is_gone
        await leg.hang_up()


async def test_an_attended_refer_names_the_other_call(desk: Desk) -> None:
    async with at_phone(desk) as handset:
        first, second = await rung(desk, handset), await rung(desk, handset)
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(handset.join())
            await desk.until(lambda: bool(transfers(desk)))
            assert await first.report_transfer(TransferOutcome.DONE)
        assert asked.result() == 200
        told = transfers(desk)[0]
        assert told.consulted is not None
        assert (told.channel.id, told.consulted.id) == (first.id, second.id)
        for leg in (first, second):
            await leg.hang_up()


async def test_a_channel_goes_from_one_bridge_to_another_by_being_put_there(desk: Desk) -> None:
    one, other, third = await desk.leg(), await desk.leg(), await desk.leg()
    before, after = desk.router.bridge(new_id("b")), desk.router.bridge(new_id("b"))
    await before.create(name="contract")
    await after.create(name="contract")
    assert await before.add(one, other)
    assert await after.add(third)
    assert await after.add(other)
    left, entered = await desk.ari.bridge(before.id), await desk.ari.bridge(after.id)
    assert left is not None
    assert entered is not None
    assert set(left.channel_ids) == {one.id}
    assert set(entered.channel_ids) == {third.id, other.id}
    await before.destroy()
    assert other.is_up


async def test_keys_are_told_in_a_bridge_of_two_who_are_not_recorded(desk: Desk) -> None:
    async with at_phone(desk) as handset:
        leg, other = await rung(desk, handset), await rung(desk, handset)
        bridge = desk.router.bridge(new_id("b"))
        await bridge.create(name="contract", kind=TALK)
        assert await bridge.add(leg, other)
        listed = {one.id: one for one in await desk.ari.bridges()}
        assert listed[bridge.id].kind == "mixing"
        await asyncio.sleep(0.5)
        await handset.press("*4")
        async with asyncio.timeout(3):
            assert [await leg.next_digit(), await leg.next_digit()] == ["*", "4"]
        for one in (leg, other):
            await one.hang_up()
