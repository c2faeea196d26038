"""Real callers whose flow asks a program that is well, down, slow, talks rubbish, never stops."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.waits import until
from tests.lookup.crm import MEGABYTE, Crm, running_crm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

FLOW = "clients/dnipro/flows/vip.yaml"
WAS = "start: vip\nsteps:\n"
DEADLINE = 1.5
SLACK = 1.0  #: of sound: what is heard is read every so often, and a prompt has to begin
BEGINNING = 0.6  #: seconds of a prompt that tell it from all others
SOURCES = """submissions:
  cancel: {http: {url: "CRM/cancel/{number}", method: POST}}
lookups:
  customer: {http: {url: "CRM/customers/{caller}"}, retries: 0, breaker: {failures: 2, seconds: 6}}
"""
ASKS = """start: menu
steps:
  menu: {menu: main-menu, digits: {1: look, 2: cancel}, no_input: bye}
  look: {lookup: customer, into: {who: name, level: level}, found: vip, none: bye, otherwise: sorry}
  sorry: {play: closed, next: bye}
  cancel: {submit: cancel, give: {number: "4711"}, next: told, otherwise: sorry}
  told: {play: greeting, next: bye}
  bye: {hang_up: normal}
"""


@asynccontextmanager
async def asking(stage: Stage) -> AsyncIterator[Crm]:
    async with running_crm() as crm:
        written = SOURCES.replace("CRM", crm.url)
        async with configured(stage.system, (DNIPRO, "lookups:\n", written), (FLOW, WAS, ASKS)):
            yield crm


def prompt(stage: Stage, name: str) -> Path:
    return stage.system.prompt(ClientId("dnipro"), name, "uk")


async def presses(stage: Stage, key: str, outcome: CallOutcome) -> tuple[Caller, float]:
    """Call, wait for the menu, press a key; the caller, and when they did."""
    caller = await stage.caller("600201", outcome)
    await caller.hears(prompt(stage, "main-menu"), beginning=BEGINNING)
    pressed = asyncio.get_running_loop().time()
    await caller.presses(key)
    return caller, pressed


async def logged(stage: Stage, caller: Caller) -> dict[str, object]:
    """Wait for what the engine's log says of a call's one lookup."""

    def found() -> list[dict[str, object]]:
        text = stage.system.paths.engine_log.read_bytes()
        lines = [json.loads(line) for line in text.splitlines() if b"lookup_done" in line]
        return [one for one in lines if one.get("call_id") == str(caller.call_id)]

    (line,) = await until("the lookup's line", found)
    return line


@pytest.mark.timeout(120)
async def test_who_is_known_waits_in_the_queue_with_their_name_shown(stage: Stage) -> None:
    async with asking(stage) as crm, stage:
        crm.says(b'{"name": "Oksana", "level": 7}')
        caller, _ = await presses(stage, "1", CallOutcome.ABANDONED)
        await caller.becomes(CallState.WAITING)
        assert len(crm.asked) == 1
        await caller.hangs_up()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", ["slow", "rubbish", "ten megabytes", "down"])
async def test_a_bad_program_costs_the_caller_no_more_than_the_deadline(
    stage: Stage, how: str
) -> None:
    async with asking(stage) as crm, stage:
        match how:
            case "slow":
                crm.says(b"{}", after=5.0)
            case "rubbish":
                crm.says(b"<html>busy</html>")
            case "ten megabytes":
                crm.says(b'"' + b"x" * 10 * MEGABYTE + b'"')
            case _:
                await crm.end()
        caller, pressed = await presses(stage, "1", CallOutcome.ENDED_IN_FLOW)
        heard = await caller.hears(prompt(stage, "closed"), since=pressed, beginning=BEGINNING)
        assert heard - pressed < DEADLINE + SLACK
        line = await logged(stage, caller)
        assert line["result"] == "failed"
        await caller.hangs_up()


@pytest.mark.timeout(180)
async def test_the_breaker_opens_and_closes(stage: Stage) -> None:
    async with asking(stage) as crm, stage:
        await crm.end()
        said = []
        for _ in range(3):
            caller, pressed = await presses(stage, "1", CallOutcome.ENDED_IN_FLOW)
            await caller.hears(prompt(stage, "closed"), since=pressed, beginning=BEGINNING)
            await caller.hangs_up()
            line = await logged(stage, caller)
            said.append((line["breaker"], line["tries"]))
        assert said == [("closed", 1), ("open", 1), ("open", 0)]
        await crm.begin()
        crm.says(b'{"name": "Oksana", "level": 7}')
        await asyncio.sleep(6)
        caller, _ = await presses(stage, "1", CallOutcome.ABANDONED)
        await caller.becomes(CallState.WAITING)
        line = await logged(stage, caller)
        assert (line["breaker"], line["result"]) == ("closed", "found")
        await caller.hangs_up()


@pytest.mark.timeout(180)
async def test_what_was_submitted_outlives_a_kill_of_the_engine(stage: Stage) -> None:
    async with asking(stage) as crm, stage:
        await crm.end()
        caller, pressed = await presses(stage, "2", CallOutcome.ENDED_IN_FLOW)
        await caller.hears(prompt(stage, "greeting"), since=pressed, beginning=BEGINNING)
        await stage.system.kill_engine()
        crm.says(b"")
        await crm.begin()
        await until("it is carried out", lambda: crm.asked, seconds=60)
        keys = {one.headers["Idempotency-Key"] for one in crm.asked}
        assert keys == {f"{caller.call_id}.vip.cancel.2"}
        assert {one.path for one in crm.asked} == {"/cancel/4711"}
