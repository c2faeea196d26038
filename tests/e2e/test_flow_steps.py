"""Steps of flows with real callers: values over a kill of the engine, a recorded comment, time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.phone.frequencies import tone_windows_of
from ccengine.phone.sounds import Silence
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured
from tests.e2e.waits import until
from tests.sizes import FULL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.stage import Stage

FLOW = "clients/dnipro/flows/vip.yaml"
WAS = "start: vip\nsteps:\n"
BYE = "  bye: {hang_up: normal}\n"
ORDER = f"""start: ask
steps:
  ask: {{collect: greeting, into: order, next: menu, no_input: bye, most: 4}}
  menu: {{menu: main-menu, digits: {{1: look}}, no_input: bye}}
  look: {{branch: order, equals: {{"4711": vip}}, otherwise: bye}}
{BYE}"""
COMMENT = f"""start: say
steps:
  say: {{record: greeting, into: file, seconds_into: long, next: look, nothing: bye}}
  look: {{branch: long, at_least: {{2: vip}}, otherwise: bye}}
{BYE}"""
SILENT = f"""start: say
steps:
  say: {{record: greeting, into: file, silence_seconds: 3, next: bye, nothing: again}}
  again:
    record: main-menu
    into: file
    seconds_into: long
    silence_seconds: 2
    next: look
    nothing: bye
  look: {{branch: long, at_least: {{1: vip}}, otherwise: bye}}
{BYE}"""
ENDLESS = """start: ask
total_minutes: 0.5
otherwise: vip
steps:
  ask:
    collect: greeting
    into: order
    most: 1
    attempts: 1
    total_seconds: 5
    next: ask
    no_input: vip
"""


def prompt(stage: Stage, name: str) -> Path:
    return stage.system.prompt(ClientId("dnipro"), name, "uk")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("by", ["rtp", "info"] if FULL else ["info"])
async def test_what_was_typed_outlives_the_engine(stage: Stage, by: Literal["rtp", "info"]) -> None:
    async with configured(stage.system, (FLOW, WAS, ORDER)), stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        await caller.hears(prompt(stage, "greeting"), beginning=0.6)
        await caller.presses("4711", by=by)
        await caller.hears(prompt(stage, "main-menu"), beginning=0.6)
        killed = asyncio.get_running_loop().time()
        await stage.system.kill_engine()
        await caller.hears(prompt(stage, "main-menu"), since=killed + 0.5, beginning=0.6)
        await caller.presses("1", by=by)
        await caller.becomes(CallState.WAITING)
        await caller.hangs_up()


@pytest.mark.timeout(120)
async def test_a_comment_is_recorded_with_its_sound(stage: Stage) -> None:
    async with configured(stage.system, (FLOW, WAS, COMMENT)), stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        await caller.hears(prompt(stage, "greeting"), within=20)
        await asyncio.sleep(4)  # the tone of asking, then the caller's own
        await caller.presses("#")
        call = await caller.becomes(CallState.WAITING)
        await caller.hangs_up()
        folder = stage.system.paths.recordings / "demo/dnipro/comments"
        (file,) = await until("the comment is there", lambda: list(folder.rglob(f"{call}-*.wav")))
        told = tone_windows_of(file, caller.tone_hz)
        assert 10 <= len(told) <= 30  # two to six seconds
        assert sum(told) >= 0.9 * len(told)


@pytest.mark.timeout(120)
async def test_who_says_nothing_leaves_no_comment_nor_does_a_dead_engine(stage: Stage) -> None:
    async with configured(stage.system, (FLOW, WAS, SILENT)), stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        caller.call.play(Silence())
        await caller.hears(prompt(stage, "greeting"), within=20)
        since = asyncio.get_running_loop().time()
        # 3 seconds of silence end it, and were nobody's message.
        asked = await caller.hears(prompt(stage, "main-menu"), since=since, within=20)
        assert asked - since < 6
        caller.call.play_tone(caller.tone_hz)
        await asyncio.sleep(1.5)  # the second recording goes on for as long as the tone does
        killed = asyncio.get_running_loop().time()
        await stage.system.kill_engine()
        await caller.hears(prompt(stage, "main-menu"), since=killed + 0.5, within=20)
        await asyncio.sleep(2.5)
        caller.call.play(Silence())
        call = await caller.becomes(CallState.WAITING)
        await caller.hangs_up()
        folder = stage.system.paths.recordings / "demo/dnipro/comments"
        first, said = sorted(folder.rglob(f"{call}-*.wav"))
        assert sum(tone_windows_of(first, caller.tone_hz)) == 0
        told = tone_windows_of(said, caller.tone_hz)
        assert 4 <= sum(told) <= 16, "of the second engine's recording only"


@pytest.mark.timeout(120)
async def test_who_types_for_ever_is_let_through_when_the_time_is_up(stage: Stage) -> None:
    async with configured(stage.system, (FLOW, WAS, ENDLESS)), stage:
        began = asyncio.get_running_loop().time()
        caller = await stage.caller("600201", CallOutcome.ABANDONED)
        typing = asyncio.get_running_loop().time() + 28
        while asyncio.get_running_loop().time() < typing:
            await caller.presses("5")
            await asyncio.sleep(0.4)
        await caller.becomes(CallState.WAITING, seconds=10)
        assert 29 <= asyncio.get_running_loop().time() - began <= 34
        await caller.hangs_up()
