"""Real callers at a menu by voice: what is said counts, keys always do, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
from array import array
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.caller_sound import is_ear
from ccengine.config.tenant import SPEECH_COMMAND
from ccengine.core.ids import ClientId
from ccengine.ivr.speech_engine import Rendering, render
from ccengine.phone.sounds import Samples, Silence
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

CLIENT = "clients/nour/client.yaml"
FLOW = "clients/nour/flows/closed-line.yaml"
NUMBER = "600300: {flow: closed-line,"
SPOKEN = """start: menu
steps:
  menu:
    menu: main-menu
    digits: {1: bill, 2: fault}
    no_input: bye
    attempts: 10
    seconds: 4
    speech: {en: {1: [billing, my bill], 2: [technical support]}}
  bill: {play: closed, next: menu}
  fault: {play: greeting, next: menu}
  bye: {hang_up: normal}
"""
PROMPTS = ("clients/nour/prompts/en/prompts.yaml", "greeting: ", "closure: Closed.\ngreeting: ")
"""A number in English needs all its prompts in it."""
MENU, BILL, FAULT = "main-menu", "closed", "greeting"
ANSWER_SECONDS = 3.0  #: from the end of a phrase to what it leads to
BACK_SECONDS = 15.0  #: of the recogniser, with the five that it waits


def now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def listening(
    stage: Stage, outcome: CallOutcome = CallOutcome.ENDED_IN_FLOW
) -> AsyncIterator[Caller]:
    """Have somebody at the menu, who is silent."""
    system = stage.system
    flow = (system.settings.tenant_folder / FLOW).read_text()
    number = (CLIENT, NUMBER, f"{NUMBER} language: en,")
    async with configured(system, (FLOW, flow, SPOKEN), number, PROMPTS), stage:
        caller = await stage.caller("600300", outcome, sound=Silence())
        await hears(stage, caller, MENU, caller.call.timeline.answered or 0.0)
        await until_seen("somebody listens", lambda: ears(system))
        yield caller
        await caller.hangs_up()


async def ears(system: System) -> list[str]:
    """Name the channels by which callers are listened to."""
    return [one["id"] for one in await system.ari("GET", "channels") if is_ear(one["id"])]


async def is_empty(system: System) -> bool:
    """Tell whether no channel is left."""
    return not await system.ari("GET", "channels")


async def hears(stage: Stage, caller: Caller, name: str, since: float) -> float:
    """Wait for a prompt's beginning; when it was."""
    file = stage.system.prompt(ClientId("nour"), name, "en")
    return await caller.hears(file, since=since, beginning=0.8)


async def says(caller: Caller, text: str, voice: str = "en-us") -> float:
    """Say something; the instant at which it was said."""
    samples = array("h", render(Rendering(SPEECH_COMMAND, voice, 150, text)))
    caller.call.play(Samples.linear(samples))
    await asyncio.sleep(len(samples) / 8_000)
    return now()


async def goes(stage: Stage, caller: Caller, text: str, to: str) -> None:
    """Say something, be where it leads, and at the menu again."""
    said = await says(caller, text)
    heard = await hears(stage, caller, to, said)
    assert heard - said < ANSWER_SECONDS
    await hears(stage, caller, MENU, heard)


@pytest.mark.timeout(180)
async def test_what_is_said_counts_and_what_is_not_understood_is_no_harm(stage: Stage) -> None:
    async with listening(stage) as caller:
        await goes(stage, caller, "billing", BILL)
        await goes(stage, caller, "technical support", FAULT)
        said = await says(caller, "what time is it")
        await hears(stage, caller, MENU, said)  # nobody has understood: the next attempt
        pressed = now()
        await caller.presses("2")
        await hears(stage, caller, MENU, await hears(stage, caller, FAULT, pressed))
        assert len(await ears(stage.system)) == 2


@pytest.mark.timeout(180)
async def test_keys_work_while_the_recogniser_is_dead_and_it_comes_back(stage: Stage) -> None:
    async with listening(stage) as caller:
        engine = stage.system.engine
        first = await engine.recogniser()
        assert first is not None
        await engine.kill_process(first)
        pressed = now()
        await caller.presses("1", by="info")
        await hears(stage, caller, MENU, await hears(stage, caller, BILL, pressed))

        async def is_back() -> bool:
            return await engine.recogniser() not in (None, first)

        await until_seen("another recogniser", is_back, seconds=BACK_SECONDS)
        await goes(stage, caller, "technical support", FAULT)


@pytest.mark.timeout(180)
async def test_an_engine_that_is_killed_leaves_no_ear_behind(stage: Stage) -> None:
    async with listening(stage) as caller:
        before = await ears(stage.system)
        assert len(before) == 2
        killed = now()
        await stage.system.kill_engine()
        await hears(stage, caller, MENU, killed + 0.5)

        async def are_others() -> bool:
            found = await ears(stage.system)
            return len(found) == 2 and not set(found) & set(before)

        await until_seen("only the next engine listens", are_others)
        bridges = [one["id"] for one in await stage.system.ari("GET", "bridges")]
        assert len([one for one in bridges if is_ear(one)]) == 1
        await goes(stage, caller, "billing", BILL)


@pytest.mark.timeout(180)
async def test_an_ear_ends_with_its_caller_where_no_engine_comes_back(stage: Stage) -> None:
    async with listening(stage, CallOutcome.LOST) as caller:
        await stage.system.engine.kill_for_good()
        try:
            await caller.hangs_up()
            # The empty bridge is left to the next engine, as all bridges are.
            await until_seen("no channel is left", lambda: is_empty(stage.system))
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
