"""Without an engine callers are spoken to and kept; when it is back they are taken."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

RETRY_SECONDS = float(os.environ.get("CCENGINE_FALLBACK_RETRY", "5"))
ABSENT_SECONDS = float(os.environ.get("CCENGINE_ENGINE_ABSENT_SECONDS", "30"))
PROMPT_SECONDS = 6.0


async def test_a_caller_without_an_engine_hears_so_and_is_taken_when_it_is_back(
    stage: Stage,
) -> None:
    async with stage:
        amira = await stage.agent("amira")
        await stage.system.engine.stop()
        try:
            caller = await stage.caller("600100")
            sorry = await stage.system.prompt_of_image("please-wait", "ar")
            await caller.hears(sorry)
            await caller.hears_music()
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
        back = asyncio.get_running_loop().time()
        greeting = stage.system.prompt(ClientId("nour"), "greeting", "ar")
        await caller.hears(greeting, since=back, within=RETRY_SECONDS + 5, beginning=0.6)
        await caller.presses("1")
        await hear_each_other(caller, amira, await amira.answers())


async def test_a_feature_code_without_an_engine_is_answered_by_an_excuse(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena", logged_in=False)
        await stage.system.engine.stop()
        try:
            login = await olena.phone.call("*71")
            ended = await login.ended(timeout_seconds=15)
            assert ended.by == "them"
            assert login.heard.first_audio() is not None
        finally:
            await stage.system.engine.start()


@pytest.mark.timeout(180)
async def test_waiting_callers_whose_engine_stays_away_are_told_and_keep_their_places(
    stage: Stage,
) -> None:
    async with stage:
        first = await stage.caller("600201")
        second = await stage.caller("600201", CallOutcome.ABANDONED)
        impatient = await stage.caller("600201", CallOutcome.ABANDONED)
        for caller in (first, second, impatient):
            await caller.becomes(CallState.WAITING)
        await stage.system.engine.stop()
        try:
            sorry = await stage.system.prompt_of_image("please-wait", "uk")
            now = asyncio.get_running_loop().time()
            await first.hears(sorry, since=now, within=ABSENT_SECONDS + PROMPT_SECONDS + 15)
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
        # Still with the fallback, where nothing tells the engine of it.
        await impatient.hangs_up()
        await impatient.becomes(CallState.ENDED)
        for caller in (second, first):
            await caller.becomes(CallState.WAITING, seconds=RETRY_SECONDS + PROMPT_SECONDS)
        olena = await stage.agent("olena")
        await hear_each_other(first, olena, await olena.answers())
        assert second.states[-1] is CallState.WAITING
