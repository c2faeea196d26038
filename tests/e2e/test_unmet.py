"""A caller whom no engine took leaves one record: when they came, when they left, and how.

Without an engine nothing sees these calls but the dialplan. That each has exactly one end in the
journal and one record is looked at after each test (stage.py).
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.calls.unmet import FAMILY, LOOK_SECONDS
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

FALLBACK_LIMIT = os.environ.get("CCENGINE_FALLBACK_LIMIT", "120")
RACES = {"small": 30, "full": 200}
LATEST_SECONDS = 0.006  # from the answer to the caller's BYE: by then the engine has the call
FOUND_SECONDS = LOOK_SECONDS + 10
GIVEN_UP_SECONDS = 45.0
CLOCK_SECONDS = 1.5


@asynccontextmanager
async def no_engine(stage: Stage, *, limit_seconds: int | None = None) -> AsyncIterator[None]:
    """Keep the engine away, and callers in the fallback for no longer than so many seconds."""
    tell = stage.system.tell_asterisk
    await stage.system.engine.stop()
    try:
        if limit_seconds is not None:
            await tell(f"dialplan set global FALLBACK_LIMIT {limit_seconds}")
        yield
    finally:
        await tell(f"dialplan set global FALLBACK_LIMIT {FALLBACK_LIMIT}")
        await stage.system.engine.start()
    await stage.system.engine_is_back()


@asynccontextmanager
async def slow_after_the_answer(stage: Stage) -> AsyncIterator[None]:
    """Make the milliseconds between answer and Stasis long enough to hang up in."""
    shown = await stage.system.tell_asterisk("dialplan show s@inbound")
    (answer,) = re.findall(r"(\d+)\. Answer\(", shown)
    step = f"s,{int(answer) + 1},Wait,3"
    await stage.system.tell_asterisk(f"dialplan add extension {step} into inbound replace")
    try:
        yield
    finally:
        await stage.system.tell_asterisk("module reload pbx_config.so")


async def notes_left(stage: Stage) -> list[str]:
    """Return what is still noted in Asterisk."""
    shown = await stage.system.tell_asterisk(f"database show {FAMILY}")
    return [line for line in shown.splitlines() if line.startswith(f"/{FAMILY}/")]


async def noted(stage: Stage, calls: int) -> None:
    """Wait until the dialplan has noted so many calls."""

    async def are_there() -> bool:
        return len(await notes_left(stage)) == calls

    await until_seen("notes", are_there)


async def found(stage: Stage, caller: Caller, arrived: float, ended: float) -> dict[str, Any]:
    """Wait for the call's record; check it, the API's answer and that nothing is still noted."""
    call = await caller.becomes(CallState.ENDED, seconds=FOUND_SECONDS)
    record = await caller.record()
    status, told = await stage.system.call_by_api(call)
    assert status == 200
    for known in (record, told):
        assert (known["call"], known["number"]) == (call, "600201")
        assert (known["tenant"], known["client"]) == ("demo", "dnipro")
    assert record["caller"] == caller.shown
    assert record["arrived_at"] == pytest.approx(arrived, abs=CLOCK_SECONDS)
    assert record["ended_at"] == pytest.approx(ended, abs=CLOCK_SECONDS)
    assert not await notes_left(stage)
    return record


@pytest.mark.timeout(180)
async def test_who_hangs_up_at_the_instant_of_the_answer_leaves_one_record(stage: Stage) -> None:
    races = RACES[stage.system.size]
    missed = (CallOutcome.MISSED, CallOutcome.ENDED_IN_FLOW, CallOutcome.ABANDONED)
    async with stage:
        for number in range(races):
            caller = await stage.caller("600201", *missed)
            await asyncio.sleep(LATEST_SECONDS * number / (races - 1))
            await caller.hangs_up()
        for caller in stage.callers:
            await caller.becomes(CallState.ENDED, seconds=FOUND_SECONDS)


async def test_who_hangs_up_between_answer_and_engine_is_found(stage: Stage) -> None:
    async with stage:
        async with slow_after_the_answer(stage):
            arrived = time.time()  # noqa: TID251
            caller = await stage.caller("600201", CallOutcome.MISSED)
            await caller.hangs_up()
            # The engine that is there may take the note before anybody else sees it.
            await caller.becomes(CallState.ENDED, seconds=FOUND_SECONDS)
        record = await found(stage, caller, arrived, arrived)
        assert record["cause"] == "hung up before the engine took it"


async def test_who_hangs_up_in_the_fallback_is_found_by_the_next_engine(stage: Stage) -> None:
    async with stage:
        async with no_engine(stage):
            arrived = time.time()  # noqa: TID251 - what a clock on the wall says
            caller = await stage.caller("600201", CallOutcome.MISSED)
            await caller.hears(await stage.system.prompt_of_image("please-wait", "uk"))
            await caller.hangs_up()
            ended = time.time()  # noqa: TID251
            brief = await stage.caller("600201", CallOutcome.MISSED)
            await brief.hangs_up()
            await noted(stage, 2)
        record = await found(stage, caller, arrived, ended)
        assert (record["ended_by"], record["cause"]) == ("caller", "hung up in the fallback")
        # Killed or not, asked twice or not: what was told is not told again.
        await stage.system.kill_engine()
        await asyncio.sleep(1.0)
        assert caller.states == [CallState.ENDED]


@pytest.mark.timeout(120)
async def test_who_leaves_a_message_without_an_engine_is_found_with_it(stage: Stage) -> None:
    async with stage:
        async with no_engine(stage, limit_seconds=0):
            arrived = time.time()  # noqa: TID251
            caller = await stage.caller("600201", CallOutcome.MESSAGE)
            spoken = await stage.system.prompt_of_image("voicemail", "uk")
            heard = await caller.hears(spoken, within=GIVEN_UP_SECONDS)
            assert heard
            await asyncio.sleep(4.0)  # the beep, and words after it
            await caller.hangs_up()
            ended = time.time()  # noqa: TID251
            await noted(stage, 1)
        record = await found(stage, caller, arrived, ended)
        assert record["cause"] == "left a message"
        folder = stage.system.paths.recordings / "demo" / "dnipro" / "voicemail"
        assert [file.stem for file in folder.rglob(f"{record['call']}.wav")] == [record["call"]]


@pytest.mark.timeout(120)
async def test_who_talks_to_an_emergency_phone_is_found_with_that(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena", logged_in=False)
        async with no_engine(stage, limit_seconds=0):
            arrived = time.time()  # noqa: TID251
            caller = await stage.caller("600201", CallOutcome.EMERGENCY)
            talk = await olena.answers(seconds=GIVEN_UP_SECONDS)
            await asyncio.sleep(1.0)
            await talk.hang_up()
            await caller.call.ended(timeout_seconds=5)
            ended = time.time()  # noqa: TID251
            await noted(stage, 1)
        record = await found(stage, caller, arrived, ended)
        assert (record["ended_by"], record["cause"]) == ("agent", "answered by an emergency phone")
