from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from ccengine.config.hours import Hours, Span
from ccengine.config.tenant import Voice
from ccengine.config.timetable import Timetable
from ccengine.core.ids import AgentId, ClientId, QueueId, SkillId
from ccengine.core.states import Kind
from ccengine.ivr.context import FlowContext
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import Enqueue, HangUp, HangUpCause, Outcome
from ccengine.ivr.prompts import Prompts, RecordedPrompt, SpokenPrompt
from ccengine.ivr.runner import STEPS_AT_MOST, Place, run_flow
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.hours import HoursStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.play import PlayStep
from tests.ivr.scripted_caller import ScriptedCaller

CLIENT = ClientId("nour")
NAMES = ("menu", "sorry", "bye")
PROMPTS = Prompts(
    {
        CLIENT: {
            "ar": {name: RecordedPrompt(Path(f"{name}.wav"), "ar", name) for name in NAMES},
            "en": {"menu": SpokenPrompt("Hello", "en", Voice(voice="en-gb"))},
        }
    }
)
MENU = MenuStep(menu=("menu",), digits={"1": "sales"}, no_input="silent", bad_input="lost")


def sound(name: str) -> str:
    return f"sound:/var/lib/ccengine/sounds/ar/{name}"


def context(
    caller: ScriptedCaller,
    now: datetime = datetime(2026, 12, 21, tzinfo=UTC),
    began: float | None = None,
) -> FlowContext:
    monday = Hours(week={"mon": (Span(0, 12 * 60),)})
    return FlowContext(
        client=CLIENT,
        caller=caller,
        prompts=PROMPTS,
        hours={"day": Timetable(hours=monday, zone="UTC")},
        now=lambda: now,
        began=began,
    )


async def test_a_digit_leads_on() -> None:
    assert await MENU.run(context(ScriptedCaller(["1"]))) == "sales"


async def test_a_digit_over_the_prompt_is_not_waited_for() -> None:
    caller = ScriptedCaller(["1"], over_the_prompt=True)
    assert await MENU.run(context(caller)) == "sales"
    assert caller.waited == []


async def test_who_presses_nothing_hears_the_menu_as_often_as_it_says() -> None:
    caller = ScriptedCaller([])
    assert await MENU.run(context(caller)) == "silent"
    assert caller.heard == [sound("menu")] * 3
    assert caller.waited == [5.0] * 3


async def test_who_presses_wrong_keys_only_goes_another_way() -> None:
    assert await MENU.run(context(ScriptedCaller(["9", "9", "9"]))) == "lost"


async def test_a_wrong_key_is_answered_before_the_menu_comes_again() -> None:
    caller = ScriptedCaller(["9", None, "1"])
    menu = MenuStep(menu=("menu",), digits={"1": "sales"}, no_input="x", bad_input_prompt="sorry")
    assert await menu.run(context(caller)) == "sales"
    assert caller.heard == [sound("menu"), sound("sorry"), sound("menu"), sound("menu")]


async def test_without_a_way_for_wrong_keys_they_go_the_silent_way() -> None:
    menu = MenuStep(menu=("menu",), digits={"1": "sales"}, no_input="silent", attempts=1)
    assert await menu.run(context(ScriptedCaller(["9"]))) == "silent"


async def test_play_goes_on_after_its_prompts() -> None:
    caller = ScriptedCaller(["1"], over_the_prompt=True)
    assert await PlayStep(play=("bye", "menu"), next="end").run(context(caller)) == "end"
    assert caller.heard == [sound("bye"), sound("menu")]
    assert caller.keys == ["1"]  # kept for the next menu


async def test_a_prompt_may_be_in_a_fixed_language() -> None:
    caller = ScriptedCaller([])
    await PlayStep(play=("en/menu",), next="end").run(context(caller))
    assert caller.heard == [PROMPTS.media(CLIENT, "menu", "en")]


HOURS = HoursStep(hours="day", open="open", closed="closed")


@pytest.mark.parametrize(("hour", "expected"), [(11, "open"), (12, "closed")])
async def test_hours_lead_by_the_moment(hour: int, expected: str) -> None:
    moment = datetime(2026, 12, 21, hour, tzinfo=UTC)
    assert await HOURS.run(context(ScriptedCaller(), moment)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(-1.0, "open"), (0.0, "closed")])
async def test_a_call_is_judged_once_for_when_it_came(seconds: float, expected: str) -> None:
    closes = datetime(2026, 12, 21, 12, tzinfo=UTC)
    for later in range(0, 600, 60):
        moment = closes + timedelta(seconds=later)
        flow = context(ScriptedCaller(), moment, began=closes.timestamp() + seconds)
        assert await HOURS.run(flow) == expected


async def outcome(
    flow: Flow, *keys: str | None, start: str | None = None
) -> tuple[Outcome, list[str]]:
    entered: list[str] = []
    result = await run_flow(
        flow,
        context(ScriptedCaller(list(keys))),
        start=None if start is None else Place("main", start),
        entered=lambda at: entered.append(f"{at.flow}/{at.step}"),
    )
    return result, entered


FLOW = Flow(
    name="main",
    start="menu",
    steps={
        "menu": MENU,
        "sales": EnqueueStep(enqueue="sales", priority=3),
        "silent": PlayStep(play=("bye",), next="end"),
        "lost": PlayStep(play=("sorry",), next="menu"),
        "end": HangUpStep(hang_up=HangUpCause.BUSY),
    },
)


async def test_a_flow_ends_in_the_clients_queue() -> None:
    result, entered = await outcome(FLOW, "1")
    assert result == Enqueue(QueueId("nour/sales"), 3)
    assert entered == ["main/menu", "main/sales"]


async def test_a_flow_says_what_the_caller_needs() -> None:
    needs = {"skills": {"loans": 4}, "preferred": {"english": 2}, "agents": ["bob", "anna"]}
    raw = {"enqueue": "sales", **needs, "kind": "callback"}
    step = TypeAdapter(EnqueueStep).validate_python(raw)
    found = await step.run(context(ScriptedCaller()))
    assert found == Enqueue(
        QueueId("nour/sales"),
        skills={SkillId("loans"): 4},
        preferred={SkillId("english"): 2},
        agents=(AgentId("bob"), AgentId("anna")),
        kind=Kind.CALLBACK,
    )


async def test_agents_with_scores_come_before_those_without() -> None:
    raw = {"enqueue": "sales", "agents": ["bob", "anna"], "scores": {"anna": 10, "carl": 90}}
    found = await TypeAdapter(EnqueueStep).validate_python(raw).run(context(ScriptedCaller()))
    assert found.agents == ("carl", "anna", "bob")
    assert found.scores == {"anna": 10, "carl": 90}


async def test_a_flow_ends_by_hanging_up() -> None:
    result, entered = await outcome(FLOW)
    assert result == HangUp(HangUpCause.BUSY)
    assert entered == ["main/menu", "main/silent", "main/end"]


async def test_a_call_is_taken_up_again_where_it_was() -> None:
    result, entered = await outcome(FLOW, start="silent")
    assert entered == ["main/silent", "main/end"]
    assert result == HangUp(HangUpCause.BUSY)


async def test_a_step_that_is_no_more_means_the_beginning() -> None:
    _, entered = await outcome(FLOW, "1", start="gone")
    assert entered[0] == "main/menu"


async def test_a_line_that_sends_digits_for_ever_does_not_stay_for_ever() -> None:
    result, entered = await outcome(FLOW, *("9" * (3 * STEPS_AT_MOST)))
    assert result == HangUp(HangUpCause.NORMAL)
    assert len(entered) == STEPS_AT_MOST
