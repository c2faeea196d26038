"""Callers whose phones say strange things of them: text to all who see it, and they are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import AgentState, CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other
from tests.e2e.test_api import api

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

NAMES = (
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE calls;-- 😀",
    '${SHELL(id)} "$[1+1]" \\\\ %0d%0aX: y',
    "\N{RIGHT-TO-LEFT OVERRIDE}محمد" + "x" * 200,
)
HARMLESS = frozenset(" .-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,")


@pytest.mark.timeout(120)
async def test_a_strange_name_is_harmless_wherever_it_is_seen(stage: Stage) -> None:
    async with stage:
        boss = await api(stage, "strange", "--role", "supervisor", "--client", "dnipro")
        olena = await stage.agent("olena")
        for name in NAMES:
            caller = await stage.caller("600201", caller_name=name)
            rung = await olena.rings()
            assert set(rung.caller.name) <= HARMLESS, rung.caller.name
            await hear_each_other(caller, olena, await rung.answer(tone_hz=olena.tone_hz))
            call = caller.call_id
            for path in (f"/calls/{call}", f"/calls/{call}/story", "/live-calls", "/agents"):
                status, told = await boss.ask("GET", path)
                assert status == 200
                assert not [word for word in ("<", "alert", "DROP", "SHELL") if word in str(told)]
            await caller.hangs_up()
            record = await caller.record()
            assert record["caller"] == caller.shown
            await olena.becomes(AgentState.WRAP_UP)
            await olena.goes_ready()
        written = stage.system.paths.queue_log.read_text(errors="strict")
        assert not [name for name in NAMES if name in written]
        assert all(line.count("|") >= 4 for line in written.splitlines())


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("%3Cscript%3E", ""),
        ("12ab34", ""),
        ("0044%20123%2045", ""),
        ("1234&5678", ""),
        ("1" * 60, ""),
        ("+%2B380", ""),
    ],
)
async def test_a_number_that_is_none_is_not_taken_for_one(
    stage: Stage, said: str, known: str
) -> None:
    async with stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED, shown=known, caller_id=said)
        await caller.becomes(CallState.WAITING)
        await caller.hangs_up()
        assert (await caller.record())["caller"] == known
