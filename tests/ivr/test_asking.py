"""Steps that ask and tell: three ways, what is learned, what is forgotten, what routing gets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.ids import ClientId, SkillId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.data import CallData
from ccengine.ivr.flow import Flow
from ccengine.ivr.lookups import FAILED, NOTHING, Answer, Question, Result
from ccengine.ivr.outcomes import Enqueue, HangUp, HangUpCause
from ccengine.ivr.runner import Place, run_flow
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.submit import SubmitStep
from ccengine.ivr.walks import WalkingCaller, explore
from ccengine.lookup.picking import picked
from ccengine.lookup.table import TableSource
from tests.config.tenants import DEMO
from tests.ivr.scripted_caller import ScriptedCaller
from tests.ivr.test_steps import context as plain_context
from tests.ivr.test_walks import context as walking_context

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.data import Value
    from ccengine.ivr.step import Step

LOOK = LookupStep(
    lookup="order",
    give={"number": "{order}"},
    into={"status": "state", "sum": "total"},
    found="found",
    none="none",
    otherwise="otherwise",
)
FOUND = Answer(Result.FOUND, {"state": "sent", "total": Decimal(12), "more": "x"})


class Asked:
    """Answers, and takes note of what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.questions: list[Question] = []

    async def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        return self.answer


def context(answer: Answer = FAILED, **values: Value) -> tuple[FlowContext, Asked]:
    asked = Asked(answer)
    data = CallData({"caller": lambda: "380441"})
    data.put(values)
    return replace(plain_context(ScriptedCaller()), data=data, lookup=asked), asked


@pytest.mark.parametrize(
    ("answer", "way"), [(FOUND, "found"), (NOTHING, "none"), (FAILED, "otherwise")]
)
async def test_there_are_three_ways(answer: Answer, way: str) -> None:
    here, asked = context(answer, order="4711")
    assert await LOOK.run(here) == way
    (question,) = asked.questions
    assert question.name == "order"
    assert question.values == {"number": "4711", "caller": "380441"}


async def test_only_what_is_wanted_is_learned() -> None:
    here, _ = context(FOUND, order="4711")
    await LOOK.run(here)
    assert (here.data["status"], here.data["sum"]) == ("sent", Decimal(12))
    assert "more" not in here.data


@pytest.mark.parametrize("answer", [NOTHING, FAILED, Answer(Result.FOUND, {"total": Decimal(1)})])
async def test_what_an_earlier_lookup_found_is_not_taken_for_this_one(answer: Answer) -> None:
    here, _ = context(answer, order="4711", status="of another order")
    await LOOK.run(here)
    assert "status" not in here.data


async def test_secrets_are_named_and_answers_may_be_secret() -> None:
    here, asked = context(FOUND)
    here.data.put({"order": "9753"}, secret=True)
    await replace(LOOK, secret=True).run(here)
    assert asked.questions[0].secret == {"number"}
    assert here.data.is_secret("status")


async def test_a_submission_goes_one_way_where_it_is_kept_and_another_where_not() -> None:
    step = SubmitStep(submit="cancel", give={"number": "no. {order}"}, next="on", otherwise="off")
    here, _ = context(order="4711")
    kept: list[Question] = []

    def keep(question: Question) -> bool:
        kept.append(question)
        return True

    assert await step.run(here) == "off"  # there is nobody to take it
    assert await step.run(replace(here, submit=keep)) == "on"
    assert kept[0].values["number"] == "no. 4711"


@pytest.mark.parametrize(
    ("level", "priority", "skills"),
    [
        (Decimal(7), 7, {"english": 7}),
        ("7", 7, {"english": 7}),
        (Decimal("7.5"), 3, {"english": 2}),
        ("soon", 3, {"english": 2}),
        (Decimal(900), 900, {"english": 2}),
        (Decimal(10**9), 3, {"english": 2}),
        (Decimal("1e30"), 3, {"english": 2}),
        ("NaN", 3, {"english": 2}),
    ],
)
async def test_what_was_found_is_a_priority_and_a_need(
    level: Value, priority: int, skills: dict[SkillId, int]
) -> None:
    step = EnqueueStep(
        enqueue="vip",
        priority=3,
        priority_from="level",
        skills={SkillId("english"): 2},
        skills_from={SkillId("english"): "level"},
    )
    here, _ = context(level=level)
    outcome = await step.run(here)
    assert (outcome.priority, outcome.skills) == (priority, skills)
    here, _ = context()
    assert (await step.run(here)).priority == 3


def test_walks_take_all_three_ways() -> None:
    steps: dict[str, Step] = {
        "look": LOOK,
        "found": SubmitStep(submit="cancel", next="vip", otherwise="billing"),
        "vip": EnqueueStep(enqueue="vip"),
        "billing": EnqueueStep(enqueue="billing"),
        "none": HangUpStep(hang_up=HangUpCause.BUSY),
        "otherwise": HangUpStep(hang_up=HangUpCause.NORMAL),
    }
    flow = Flow(name="main", start="look", steps=steps)
    ends = {
        walk.places[-1].step
        for walk in explore(flow, {"main": flow}, lambda caller: walking_context(_walker(caller)))
    }
    assert ends == {"vip", "billing", "none", "otherwise"}


def _walker(caller: WalkingCaller) -> WalkingCaller:
    caller.language = "uk"
    return caller


async def test_a_secret_that_a_lookup_found_is_looked_up_again_after_a_restart() -> None:
    steps: dict[str, Any] = {
        "look": replace(LOOK, secret=True, found="check"),
        "check": CollectStep(collect=("menu",), into="pin", next="show", no_input="show"),
        "show": SubmitStep(submit="x", give={"a": "{status}"}, next="none", otherwise="none"),
        "none": HangUpStep(hang_up=HangUpCause.BUSY),
        "otherwise": HangUpStep(hang_up=HangUpCause.NORMAL),
    }
    flow = Flow(name="main", start="look", steps=steps)
    here, asked = context(FOUND)
    entered: list[str] = []
    outcome = await run_flow(
        flow, here, start=Place("main", "show"), entered=lambda at: entered.append(at.step)
    )
    assert entered == ["show", "none"]  # and what lies between is not done again
    assert len(asked.questions) == 1
    assert outcome == HangUp(HangUpCause.BUSY)


@pytest.mark.parametrize(
    ("caller", "outcome"),
    [
        ("+380440000666", HangUp(HangUpCause.BUSY)),
        ("380671110001", "dnipro/vip"),
        ("380501234567", "dnipro/billing"),
        ("", "dnipro/billing"),
    ],
)
async def test_the_demo_knows_blocked_callers_and_vips(caller: str, outcome: object) -> None:
    configuration = load_configuration(DEMO)
    assert configuration.tenant is not None
    client = configuration.tenant.clients[ClientId("dnipro")]
    source = TableSource(client.lookup_files.tables["callers"], "caller")

    async def ask(question: Question) -> Answer:
        found = picked(await source.ask(question.values), {})
        return NOTHING if found is None else Answer(Result.FOUND, found)

    here = replace(
        plain_context(ScriptedCaller()),
        client=client.id,
        data=CallData({"caller": lambda: caller}),
        lookup=ask,
    )
    flow = configuration.flow(client.id, "known-callers")
    ended = await run_flow(flow, here, entered=lambda _: None)
    if isinstance(ended, Enqueue):
        assert ended.queue == outcome
        assert ended.priority == (20 if "vip" in ended.queue else None)
    else:
        assert ended == outcome
