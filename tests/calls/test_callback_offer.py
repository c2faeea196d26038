"""Ways to ask for a callback beside the key in line: a flow's step, and a booked time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.hours import Hours, Span
from ccengine.core.events import CallbackAsked, CallbackDialed, FlowStepEntered
from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.core.work_items import Slots
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.hang_up import HangUpStep
from tests.calls.customers import CALL, CALLER, calls_back, customer_answers, item, press, said

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

AROUND_THE_CLOCK = Hours(zone="UTC", week={"mon-sun": (Span(0, 24 * 60),)})


def offers_in_a_flow(center: CenterOnFake) -> None:
    """Let 600201 lead to the offer, and to a hang-up for who wants none."""
    steps = {
        "offer": CallbackStep(callback="vip", otherwise="end"),
        "end": HangUpStep(hang_up=HangUpCause.NORMAL),
    }
    flow = Flow(name="vip", start="offer", steps=steps)
    flows = {**center.configuration.flows, (ClientId("dnipro"), "vip"): flow}
    center.wiring.configuration = center.configuration = replace(center.configuration, flows=flows)


def books(center: CenterOnFake, capacity: int = 1) -> None:
    calls_back(center, hours="around", slots=Slots(minutes=15, capacity=capacity, offered=2))
    center.set_client(hours={"around": AROUND_THE_CLOCK})


async def test_a_flow_offers_a_callback_which_takes_a_new_place(center: CenterOnFake) -> None:
    calls_back(center)
    offers_in_a_flow(center)
    center.caller()
    await asyncio.sleep(0.5)
    await press(center, CALLER, "11")
    await center.until(lambda: center.ended())
    assert [end.cause for end in center.ended()] == ["callback"]
    assert item(center).state is CallState.WAITING
    assert item(center).queue == "dnipro/vip"


async def test_who_wants_none_goes_on_in_the_flow(center: CenterOnFake) -> None:
    calls_back(center)
    offers_in_a_flow(center)
    center.caller()
    await center.until(lambda: center.ended(), seconds=200)
    steps = [getattr(step, "step", "") for step in center.journal.events(FlowStepEntered)]
    assert steps == ["offer", "end"]
    assert not center.engine.center.calls


async def test_an_offer_that_comes_again_and_again_ends_with_the_flow(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    again = {"offer": CallbackStep(callback="vip", otherwise="offer")}
    center.set_flows(Flow(name="vip", start="offer", steps=again, total_minutes=1))
    began = asyncio.get_running_loop().time()
    center.caller()
    await center.until(lambda: center.ended(), seconds=200)
    assert 60 <= asyncio.get_running_loop().time() - began < 75  # the last offer, an apology


async def test_who_types_a_key_now_and_then_is_not_listened_to_for_ever(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    offers_in_a_flow(center)
    channel = center.caller()
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(0.5)
    await press(center, channel, "2")
    while channel in center.asterisk.channels_left():
        await asyncio.sleep(4.5)
        if channel in center.asterisk.channels_left():
            center.asterisk.dial_digit(channel, "5")
        assert asyncio.get_running_loop().time() - began < 100
    assert not center.journal.events(CallbackAsked)


async def test_killed_during_the_offer_it_is_made_anew(center: CenterOnFake) -> None:
    calls_back(center)
    offers_in_a_flow(center)
    center.caller()
    await asyncio.sleep(0.5)
    await press(center, CALLER, "1")
    await center.restart(away_seconds=0.2)
    await asyncio.sleep(0.5)
    await press(center, CALLER, "11")
    await center.until(lambda: center.ended())
    assert item(center).state is CallState.WAITING


@pytest.mark.parametrize("when", [0.0, 0.05, 0.5])
async def test_killed_after_the_wish_the_call_ends_and_the_item_waits(
    center: CenterOnFake, when: float
) -> None:
    calls_back(center)
    center.caller()
    await asyncio.sleep(1.0)
    await press(center, CALLER, "111")
    await asyncio.sleep(when)
    await center.restart(away_seconds=0.2)
    await center.until(lambda: center.ended())
    assert [end.cause for end in center.ended()] == ["callback"]
    assert list(center.engine.center.calls) == [f"{CALL}-cb"]


async def test_a_time_is_chosen_and_the_customer_is_called_then(center: CenterOnFake) -> None:
    books(center)
    channel = center.caller()
    await asyncio.sleep(1.0)
    await press(center, channel, "13")
    await asyncio.sleep(16)  # the times are read out
    await press(center, channel, "2")
    await asyncio.sleep(0.5)
    await press(center, channel, "11")
    (asked,) = center.journal.events(CallbackAsked)
    assert isinstance(asked, CallbackAsked)
    assert asked.slot is not None
    at = datetime.fromtimestamp(asked.slot, UTC)
    assert (at.minute % 15, at.second) == (0, 0)
    texts = said(center, channel)
    assert texts.count("Натисніть") == 2
    customer_answers(center)
    await center.log_in("olena", answers_after=0.5)
    now = center.engine.clock.now
    await asyncio.sleep(asked.slot - now() - 1)
    assert not center.journal.events(CallbackDialed)
    await asyncio.sleep(3)
    assert len(center.journal.events(CallbackDialed)) == 1


async def test_a_full_slot_is_not_offered(center: CenterOnFake) -> None:
    books(center)
    for number, caller in enumerate(("380441111111", "380442222222"), 1):
        channel = center.caller(f"node1-1-{number}", caller=caller)
        await asyncio.sleep(1.0)
        await press(center, channel, "1311")
        await press(center, channel, "1")
        await press(center, channel, "1")
        await asyncio.sleep(3)
    slots = [getattr(asked, "slot", None) for asked in center.journal.events(CallbackAsked)]
    assert len(slots) == len(set(slots)) == 2, center.story()
