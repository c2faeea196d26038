"""Callers whom the agent has left are asked how it was: heard, typed and spoken on real lines."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ccengine.config.secrets import api_token
from ccengine.core.events import SurveyLow
from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.phone.frequencies import tone_windows_of
from tests.e2e.people import hear_each_other
from tests.e2e.test_api import Api
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

pytestmark = pytest.mark.timeout(120)

NOUR = ClientId("nour")
TECHNICAL = "nour/technical"
KPIS = {"by": "queue", "figures": "survey_asked,survey_answered,survey score mean v1"}


async def left_by(agent: Agent, stage: Stage, *, on_hold: bool = False) -> Caller:
    """Have somebody choose English, agree to be asked, talk with the agent, and be left by them."""
    caller = await stage.caller("600101")
    await caller.hears(stage.system.prompt(NOUR, "choose", "ar"), beginning=0.8, within=20)
    await caller.presses("221")
    talk = await agent.answers(seconds=30)
    await hear_each_other(caller, agent, talk)
    if on_hold:
        await talk.send_digits("*1")
        await caller.hears_music()
    await talk.hang_up()
    return caller


async def opinions(api: Api) -> tuple[int, int, int]:
    """Return how many callers were asked and answered, and the sum of their scores."""
    status, told = await api.ask("GET", "/kpis", params=KPIS)
    assert status == 200, told
    lines = [line["figures"] for line in told["lines"] if line["labels"]["queue"] == TECHNICAL]
    found = {one["name"]: one for line in lines for one in line}
    if not found:
        return 0, 0, 0
    asked, answered = (int(found[name]["value"]) for name in ("survey_asked", "survey_answered"))
    return asked, answered, found["survey score mean v1"]["numerator"]


async def test_a_score_and_a_comment_are_in_record_figures_and_events(stage: Stage) -> None:
    prompt = partial(stage.system.prompt, NOUR)
    async with stage:
        api = Api(stage, api_token(stage.system.paths))
        asked, answered, scores = await opinions(api)
        omar = await stage.agent("omar")
        caller = await left_by(omar, stage)
        since = await caller.hears(prompt("survey-ask", "en"), since=now(), beginning=1.5)

        other = await stage.caller("600100")  # whom the agent talks with meanwhile
        await other.presses("2")
        await omar.goes_ready()
        await hear_each_other(other, omar, await omar.answers())
        assert caller.states[-1] is CallState.IN_FLOW

        await caller.presses("2")
        await caller.hears(prompt("survey-comment", "en"), since=since, beginning=1.0)
        await caller.presses("1")  # over the prompt; then the tone
        await asyncio.sleep(3)
        since = now()
        await caller.presses("#")
        await caller.hears(prompt("survey-thanks", "en"), since=since, beginning=1.0)
        await caller.call.ended(timeout_seconds=10)
        await other.hangs_up()

        record = await caller.record()
        assert (record["survey_score"], record["agent"], record["queue"]) == (2, "omar", TECHNICAL)
        call, file = record["call"], stage.system.paths.recordings / record["survey_comment"]
        heard = tone_windows_of(file, caller.tone_hz)
        assert len(heard) >= 10
        assert sum(heard) / len(heard) > 0.6, heard
        status, shown = await stage.system.call_by_api(call)
        assert (status, shown["survey_score"]) == (200, 2)
        assert await api.ask("GET", f"/calls/{call}/comment") == (200, file.read_bytes())
        _, told = await api.ask("GET", f"/calls/{call}/story")
        lines = [line["text"] for line in told["lines"]]
        assert {"gave 2 of 5, and said why", "Rania Haddad is told of the low score"} <= {*lines}
        rows = stage.system.ledger.rows[call]
        low = [row.what for row in rows if isinstance(row.what, SurveyLow)]
        assert [(one.owner, one.agent, one.score) for one in low] == [("Rania Haddad", "omar", 2)]

        async def is_counted() -> bool:
            return await opinions(api) == (asked + 1, answered + 1, scores + 2)

        await until_seen("the answer is in the figures", is_counted)


async def test_who_hangs_up_in_the_survey_leaves_nothing_but_what_they_said(stage: Stage) -> None:
    prompt = partial(stage.system.prompt, NOUR)
    async with stage:
        omar = await stage.agent("omar")
        silent = await left_by(omar, stage)
        await silent.hears(prompt("survey-ask", "en"), since=now(), beginning=1.5)
        await silent.hangs_up()
        await omar.goes_ready()
        record = await silent.record()
        assert record["survey_asked_at"]
        assert (record["survey_score"], record["survey_comment"]) == (None, None)

        speaker = await left_by(omar, stage, on_hold=True)
        since = await speaker.hears(prompt("survey-ask", "en"), since=now(), beginning=1.5)
        await speaker.presses("5")
        await speaker.hears(prompt("survey-comment", "en"), since=since, beginning=1.0)
        await speaker.presses("1")
        await asyncio.sleep(3)
        await speaker.hangs_up()
        record = await speaker.record()
        assert record["survey_score"] == 5
        file = stage.system.paths.recordings / record["survey_comment"]
        heard = tone_windows_of(file, speaker.tone_hz)
        assert sum(heard) >= 10


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()
