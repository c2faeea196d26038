"""What our client relies on about agents' legs: headers, telephones outside, prompts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.results import Originated
from ccengine.asterisk.channels import Gone
from ccengine.calls.auto_answer import HEADERS
from tests.asterisk.desk import ANSWER, LATE, REJECT, RING, SHORT, Desk, new_id
from tests.asterisk.handsets import HANDSET

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel

LEG = "ccengine-contract-agent-leg"


async def followed(desk: Desk, endpoint: str, context: str = LEG) -> Channel:
    """Ring by way of the dialplan an endpoint that cannot be subscribed to, as it is a Local."""
    leg = desk.router.channel(new_id("leg"))
    result = await leg.originate_into_dialplan(
        endpoint=endpoint, context=context, timeout_seconds=1
    )
    assert result == Originated(leg.id)
    assert await desk.ari.subscribe_channel(leg.id)
    return leg


async def test_the_end_of_a_leg_that_is_followed_is_told_with_its_cause(desk: Desk) -> None:
    leg = await followed(desk, REJECT)
    async with asyncio.timeout(2):
        gone = await leg.entered()
    assert isinstance(gone, Gone)
    assert gone.cause == 21


async def test_a_customer_whom_no_rule_lets_be_called_is_told_by_the_cause(desk: Desk) -> None:
    leg = await followed(desk, "Local/999999999999@callback-leg/n", "customer-leg")
    async with asyncio.timeout(2):
        gone = await leg.entered()
    assert isinstance(gone, Gone)
    assert gone.cause == 29


@pytest.mark.parametrize("endpoint", [ANSWER, LATE])
async def test_a_leg_that_is_followed_comes_to_us_when_it_is_answered(
    desk: Desk, endpoint: str
) -> None:
    leg = await followed(desk, endpoint)
    async with asyncio.timeout(2):
        assert not isinstance(await leg.entered(), Gone)
    await leg.hang_up()
    await leg.wait_gone()


async def test_a_leg_that_is_followed_and_rings_for_too_long_is_told(desk: Desk) -> None:
    leg = await followed(desk, RING)
    async with asyncio.timeout(5):
        gone = await leg.entered()
    assert isinstance(gone, Gone)


async def test_a_phone_is_told_to_answer_by_headers_of_the_invite(desk: Desk) -> None:
    async with desk.handset() as handset:
        await handset.register()
        leg = desk.router.channel(new_id("leg"))
        result = await leg.originate_into_dialplan(
            endpoint=HANDSET, context=LEG, variables=HEADERS, timeout_seconds=5
        )
        assert result == Originated(leg.id)
        headers = await handset.rung()
        assert headers["call-info"].endswith(";answer-after=0")
        assert ";info=alert-autoanswer" in headers["alert-info"]
        await leg.hang_up()
        await handset.unregister()


async def test_one_hears_music_and_the_other_a_prompt_before_they_are_joined(desk: Desk) -> None:
    caller, _ = await desk.caller()
    leg = await desk.leg()
    bridge = desk.router.bridge(new_id("bridge"))
    await bridge.create(name="x")
    assert await caller.start_music()
    playback = await leg.play(SHORT)
    await playback.wait()
    assert await caller.stop_music()
    assert await bridge.add(caller, leg)
    assert bridge.members == {caller.id, leg.id}
    await leg.hang_up()
    await leg.wait_gone()
    await bridge.destroy()
