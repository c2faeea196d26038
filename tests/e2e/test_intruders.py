"""Who must not get in, or out: password guessers, and calls to places nobody allowed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import CallState
from ccengine.phone import CallFailed, Phone, RegistrationFailed, RequestFailed
from ccengine.reporting.call_record import CallOutcome

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

INTRUDER = "127.0.0.66"  # 127.0.0.1 is exempt, as all of a demo's phones share it
GUESSES = 30
BANNED = 403


async def test_guessing_sip_passwords_is_banned_and_others_go_on(stage: Stage) -> None:
    async with stage:
        right = stage.system.account("phone-206")
        wrong = replace(right, password="guess")
        codes = []
        async with Phone(wrong, local=(INTRUDER, 0)) as guesser:
            for _ in range(GUESSES):
                with pytest.raises(RegistrationFailed) as refused:
                    await guesser.register()
                codes.append(refused.value.code)
                if refused.value.code == BANNED:
                    break
                await asyncio.sleep(0.3)
        assert codes[-1] == BANNED, codes
        async with Phone(right, local=(INTRUDER, 0)) as late:
            with pytest.raises(RegistrationFailed, match=str(BANNED)):
                await late.register()
        async with Phone(right) as neighbour:
            await neighbour.register()


@pytest.mark.parametrize("number", ["+380441234567", "0044123456789", "112"])
async def test_a_phone_cannot_call_outside_unless_a_rule_allows_it(
    stage: Stage, number: str
) -> None:
    async with stage:
        phone = await stage.phone("phone-205")
        with pytest.raises(CallFailed):
            await phone.call(number, timeout_seconds=10)


@pytest.mark.parametrize("number", ["201", "*71", "+380441234567", "outbound"])
async def test_a_caller_reaches_numbers_and_nothing_else(stage: Stage, number: str) -> None:
    async with stage:
        phone = await stage.phone("caller-1")
        with pytest.raises(CallFailed, match="404"):
            await phone.call(number, timeout_seconds=15)


async def test_a_caller_cannot_transfer_themself(stage: Stage) -> None:
    async with stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        await caller.becomes(CallState.WAITING)
        with pytest.raises(RequestFailed, match="603"):
            await caller.call.transfer("+380441234567")
        await caller.hangs_up()
