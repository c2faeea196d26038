"""A lead who has answered hears an agent or who called, whatever becomes of the engine."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.e2e.configuration import provider
from tests.e2e.people import hear_prompt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.phone import Call, Phone
    from tests.e2e.stage import Stage

NUMBER = "99123456"
FAR_HZ = 550
LIMIT_SECONDS = 2.0
"""16 CFR 310.4(b)(4)(iii), counted from the answer, which is earlier than from the greeting."""


async def dialed(stage: Stage, outside: Phone) -> tuple[str, Call, float]:
    """A lead answers: the call's id, their phone's call, and when they answered."""
    call = f"lead-{uuid4().hex[:8]}"
    variables = {
        "CC_ROLE": "lead",
        "CC_CALL_ID": call,
        "CC_TENANT": "demo",
        "CC_CLIENT": "dnipro",
        "CC_CALLER_ID": "380440000000",
        "CC_RING_SECONDS": "20",
        "CC_MESSAGE": "ccengine/please-wait",
        "CC_OPT_OUT_KEY": "9",
        "CC_OPTED_OUT": "ccengine/goodbye",
    }
    where = f"endpoint=Local/{NUMBER}@lead-leg/n&context=lead-answered&extension=s&priority=1"
    await stage.system.ari("POST", f"channels?{where}", {"variables": variables})
    incoming = await outside.incoming(timeout_seconds=5)
    assert incoming.caller.uri.user == "380440000000"
    far = await incoming.answer(tone_hz=FAR_HZ)
    answered = far.timeline.answered
    assert answered is not None
    return call, far, answered


async def noted(stage: Stage, call: str) -> str:
    """What the dialplan has written down of a call."""
    return await stage.system.tell_asterisk(f"database get cc-leads {call}")


@asynccontextmanager
async def killed_engine(stage: Stage) -> AsyncIterator[None]:
    """Kill the engine and keep it away for the block: one that is back takes notes at once."""
    await stage.system.engine.kill_for_good()
    try:
        yield
    finally:
        await stage.system.engine.start()
        await stage.system.engine_is_back()


@pytest.mark.parametrize("engine", ["there", "killed"])
async def test_nobody_comes_and_they_hear_who_called_within_two_seconds(
    stage: Stage, engine: str
) -> None:
    async with provider(stage.system) as outside, stage, AsyncExitStack() as until_then:
        call, far, answered = await dialed(stage, outside)
        if engine == "killed":
            await until_then.enter_async_context(killed_engine(stage))
        message = await stage.system.prompt_of_image("please-wait", "en")
        heard = await hear_prompt(far, message, since=answered)
        print(f"the message began {heard - answered:.3f} s after the answer")  # noqa: T201
        assert heard - answered < LIMIT_SECONDS
        assert "opt-out" not in await noted(stage, call)
        await far.send_digits("9")

        async def wish() -> str:
            while "opt-out" not in (found := await noted(stage, call)):
                pass
            return found

        async with asyncio.timeout(10):
            note = await wish()
        await far.ended(timeout_seconds=15)
        since, begun, *_ = note.partition("Value: ")[2].split()
        assert 1.5 < float(begun) - float(since) < LIMIT_SECONDS
        await stage.system.tell_asterisk(f"database del cc-leads {call}")


async def test_another_key_has_them_hear_it_again_and_opt_out_all_the_same(stage: Stage) -> None:
    """One key pressed at random would have ended the message before its number and its key."""
    async with provider(stage.system) as outside, stage:
        call, far, answered = await dialed(stage, outside)
        async with killed_engine(stage):
            message = await stage.system.prompt_of_image("please-wait", "en")
            await hear_prompt(far, message, since=answered)
            await far.send_digits("5")
            pressed = asyncio.get_running_loop().time()
            await hear_prompt(far, message, since=pressed)
            await far.send_digits("9")
            await far.ended(timeout_seconds=15)
            assert "opt-out" in await noted(stage, call)
        await stage.system.tell_asterisk(f"database del cc-leads {call}")
