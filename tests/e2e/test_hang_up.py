"""Whoever hangs up, and whenever: nothing is left behind and the agent is free again.

What is left in Asterisk, and the one record of each call, is looked at after each test (stage.py).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.states import AgentState, CallState
from ccengine.phone import CallFailed, IncomingCall
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import Agent, Caller, hear_each_other

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.e2e.stage import Stage

RACES = {"small": 8, "full": 50}
EARLIEST, LATEST = -0.004, 0.012
"""Seconds from the agent's answer to the caller's BYE: some find the bridge not yet made."""


async def test_the_caller_leaves_during_a_prompt(stage: Stage) -> None:
    async with stage:
        caller = await stage.caller("600100", CallOutcome.ENDED_IN_FLOW)
        await caller.call.heard.wait_for_audio()
        await asyncio.sleep(0.3)
        await caller.hangs_up()
        await caller.becomes(CallState.ENDED)


async def test_the_caller_leaves_before_the_first_prompt(stage: Stage) -> None:
    async with stage:
        caller = await stage.caller("600100", CallOutcome.ENDED_IN_FLOW)
        await caller.becomes(CallState.IN_FLOW)
        await caller.hangs_up()
        await caller.becomes(CallState.ENDED)


async def test_the_caller_leaves_the_queue(stage: Stage) -> None:
    async with stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        await caller.becomes(CallState.WAITING)
        await asyncio.sleep(0.6)
        await caller.hangs_up()
        await caller.becomes(CallState.ENDED)
        olena = await stage.agent("olena")
        await asyncio.sleep(0.5)
        assert not olena.phone.incoming_calls


async def test_the_caller_leaves_while_the_agent_rings(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        rung = await olena.rings()
        await asyncio.sleep(0.2)
        await caller.hangs_up()
        await rung.ended(timeout_seconds=2)
        await olena.becomes(AgentState.AVAILABLE)
        assert caller.states[-1] is CallState.ENDED


async def test_the_caller_leaves_before_the_agents_phone_says_that_it_rings(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        await caller.becomes(CallState.OFFERED)
        await caller.hangs_up()
        await olena.becomes(AgentState.AVAILABLE)
        await caller.becomes(CallState.ENDED)


@pytest.mark.timeout(240)
async def test_the_caller_leaves_at_the_instant_of_the_answer(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        races = RACES[stage.system.size]
        for number in range(races):
            caller = await stage.caller("600201", CallOutcome.ABANDONED, CallOutcome.ANSWERED)
            await race(olena, caller, EARLIEST + (LATEST - EARLIEST) * number / (races - 1))
            await caller.becomes(CallState.ENDED)
            if olena.state is AgentState.WRAP_UP:
                await olena.goes_ready()
            await olena.becomes(AgentState.AVAILABLE)
            await stage.system.expect_quiet()


async def race(agent: Agent, caller: Caller, offset: float) -> None:
    """Let the agent answer and the caller hang up, so many seconds later."""
    rung = await agent.rings()
    await asyncio.sleep(0.1)
    async with asyncio.TaskGroup() as both:
        both.create_task(after(max(0.0, offset), caller.hangs_up()))
        both.create_task(after(max(0.0, -offset), answer(rung)))
    await rung.ended(timeout_seconds=3)


async def after(seconds: float, what: Coroutine[Any, Any, None]) -> None:
    if seconds:
        await asyncio.sleep(seconds)
    await what


async def answer(rung: IncomingCall) -> None:
    with suppress(CallFailed):  # the caller was faster
        await rung.answer()


async def test_the_caller_ends_the_talk(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        talk = await olena.answers()
        await hear_each_other(caller, olena, talk)
        await caller.hangs_up()
        await talk.ended(timeout_seconds=2)
        await olena.becomes(AgentState.WRAP_UP)
        await olena.goes_ready()


async def test_the_agent_ends_the_talk(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        talk = await olena.answers()
        await hear_each_other(caller, olena, talk)
        await talk.hang_up()
        await caller.call.ended(timeout_seconds=2)
        await olena.becomes(AgentState.WRAP_UP)
        await olena.goes_ready()
        assert (await caller.record())["ended_by"] == "agent"
