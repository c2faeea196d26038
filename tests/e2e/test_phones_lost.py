"""A phone that cannot be rung any more: its agent is passed over, its ringing call offered on."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import OwnCallEnded, PhoneFound, PhoneLost
from ccengine.core.states import AgentState, CallState
from tests.e2e.configuration import PARTNER, configured, provider, vip
from tests.e2e.people import hear_each_other
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

UNREGISTERED_SECONDS = 1.0
NO_POWER_SECONDS = 20.0


def tell(text: str) -> None:
    """Say a number that was measured; shown with `-s`."""
    sys.stdout.write(f"\n  measured: {text}\n")


async def test_what_rings_at_a_phone_that_unregisters_is_offered_on_within_a_second(
    stage: Stage,
) -> None:
    async with stage:
        olena = await stage.agent("olena")
        taras = await stage.agent("taras")
        caller = await stage.caller("600201")
        rung = await olena.rings()
        loop = asyncio.get_running_loop()
        await olena.phone.unregister()
        unregistered = loop.time()
        next_one = await taras.rings(seconds=UNREGISTERED_SECONDS)
        took = (next_one.timeline.invited or 0.0) - unregistered
        tell(f"unregistered -> offered on: {took * 1000:.0f} ms")
        assert took < UNREGISTERED_SECONDS
        await rung.ended(timeout_seconds=2)
        await hear_each_other(caller, taras, await next_one.answer(tone_hz=taras.tone_hz))
        await caller.hangs_up()
        await olena.becomes(AgentState.AVAILABLE)


async def test_a_phone_that_registers_again_is_rung_at_once(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        await olena.phone.unregister()
        await until("the phone is lost", lambda: stage.system.ledger.saw(PhoneLost, "203"))
        caller = await stage.caller("600201")
        await caller.becomes(CallState.WAITING)
        await asyncio.sleep(1.0)
        assert not olena.is_rung
        await olena.phone.register(expires_seconds=120)
        await hear_each_other(caller, olena, await olena.answers(seconds=2))
        assert stage.system.ledger.saw(PhoneFound, "203")


@pytest.mark.timeout(90)
async def test_what_rings_at_a_phone_without_power_is_offered_on_within_twenty_seconds(
    stage: Stage,
) -> None:
    async with configured(stage.system, vip("ring_seconds: 60")), stage:
        olena = await stage.agent("olena")
        taras = await stage.agent("taras")
        caller = await stage.caller("600201")
        await olena.rings()
        loop = asyncio.get_running_loop()
        lost = loop.time()
        olena.phone.lose_power()
        next_one = await taras.rings(seconds=NO_POWER_SECONDS)
        took = (next_one.timeline.invited or 0.0) - lost
        tell(f"power lost -> offered on: {took:.1f} s")
        assert took < NO_POWER_SECONDS
        await hear_each_other(caller, taras, await next_one.answer(tone_hz=taras.tone_hz))
        stage.system.ledger.read()
        assert stage.system.ledger.saw(PhoneLost, "203")
        await caller.hangs_up()
        stage.agents.remove(olena)
        again = await stage.agent("olena", logged_in=False)  # power is back
        await until("found", lambda: stage.system.ledger.saw(PhoneFound, "203"))
        await again.logs_out()


async def test_a_call_of_ones_own_to_the_outside_keeps_offers_away_until_it_ends(
    stage: Stage,
) -> None:
    async with provider(stage.system) as outside, stage:
        olena = await stage.agent("olena")
        own = await olena.phone.dial(PARTNER)
        far = await outside.incoming(timeout_seconds=5)
        far.ring()
        caller = await stage.caller("600201")
        await caller.becomes(CallState.WAITING)
        await asyncio.sleep(1.0)
        assert not olena.phone.incoming_calls  # while it rings at the other end
        await far.answer()
        talk = await own.answered(timeout_seconds=5)
        await asyncio.sleep(1.0)
        assert not olena.phone.incoming_calls
        await talk.hang_up()
        await olena.becomes(AgentState.WRAP_UP)  # what is dialled by hand is a call of the center's
        await olena.goes_ready()
        await hear_each_other(caller, olena, await olena.answers(seconds=2))
        assert stage.system.ledger.saw(OwnCallEnded, "203")
