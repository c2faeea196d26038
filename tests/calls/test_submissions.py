"""A flow submits something: once for each pass of a step, whatever becomes of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.config.lookup_sources import HttpMethod, HttpRequest, Submission
from ccengine.core.events import CallQueued, FlowStepEntered, SubmissionMade
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.submit import SubmitStep
from tests.calls.in_flows import END, ends, flow, is_at

if TYPE_CHECKING:
    from ccengine.ivr.flow import Flow
    from ccengine.ivr.step import Step
    from tests.calls.center_on_fake import CenterOnFake

CANCEL = Submission(http=HttpRequest(url="https://crm.example/cancel", method=HttpMethod.POST))
STEPS: dict[str, Step] = {
    "menu": MenuStep(menu=("main-menu",), digits={"1": "cancel", "2": "done"}, no_input="end"),
    "cancel": SubmitStep(
        submit="cancel-order", give={"number": "47{called}"}, next="again", otherwise="sorry"
    ),
    "again": MenuStep(menu=("main-menu",), digits={"1": "cancel", "2": "done"}, no_input="end"),
    "done": EnqueueStep(enqueue="vip"),
    "sorry": EnqueueStep(enqueue="billing"),
    "end": END,
}


def made(center: CenterOnFake) -> list[SubmissionMade]:
    found = center.journal.events(SubmissionMade)
    return [one for one in found if isinstance(one, SubmissionMade)]


def begin(center: CenterOnFake, *flows: Flow, **settings: Any) -> str:
    center.set_client(submissions=settings.get("submissions", {"cancel-order": CANCEL}))
    center.set_flows(*(flows or (flow(STEPS),)))
    return center.caller()


async def test_each_pass_has_a_key_of_its_own_and_its_values(center: CenterOnFake) -> None:
    caller = begin(center)
    await is_at(center, "menu")
    center.asterisk.dial_digit(caller, "1")
    await is_at(center, "again")
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: len(made(center)) == 2)
    first, second = made(center)
    assert first.key == "node1-1-1.vip.cancel.2"
    assert second.key == "node1-1-1.vip.cancel.4"
    assert first.values["number"] == "t:47600201"
    assert first.values["caller"] == "t:380441234567"
    await ends(center)


async def test_an_engine_that_is_killed_at_the_step_submits_it_once(center: CenterOnFake) -> None:
    caller = begin(center)
    await is_at(center, "menu")
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: made(center))
    # The kill came before the step behind it was written.
    steps = center.journal.steps
    cut = next(at for at, step in enumerate(steps) if isinstance(step.event, SubmissionMade))
    await center.kill()
    del steps[cut + 1 :]
    await center.start()
    await center.until(lambda: [one.step for one in entered(center)][-1] == "again")
    assert [one.step for one in entered(center)] == ["menu", "cancel", "cancel", "again"]
    assert len(made(center)) == 1
    await ends(center)


async def test_what_is_no_more_there_is_not_promised(center: CenterOnFake) -> None:
    caller = begin(center, submissions={})
    await is_at(center, "menu")
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.journal.events(CallQueued))
    (queued,) = center.journal.events(CallQueued)
    assert isinstance(queued, CallQueued)
    assert queued.queue == "dnipro/billing"
    assert made(center) == []
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_secret_is_never_submitted(center: CenterOnFake) -> None:
    ask = CollectStep(
        collect=("greeting",), into="pin", next="cancel", no_input="end", secret=True, most=4
    )
    cancel = SubmitStep(
        submit="cancel-order", give={"number": "{pin}"}, next="done", otherwise="sorry"
    )
    steps: dict[str, Step] = {"ask": ask, **STEPS, "cancel": cancel}
    del steps["menu"], steps["again"]
    caller = begin(center, flow(steps))
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "9753")
    await center.until(lambda: center.journal.events(CallQueued))
    assert made(center) == []
    assert "9753" not in center.story()
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_what_lies_behind_a_secret_is_not_done_again_when_it_is_asked_for_again(
    center: CenterOnFake,
) -> None:
    ask = CollectStep(
        collect=("greeting",), into="pin", next="cancel", no_input="end", secret=True, most=4
    )
    steps: dict[str, Step] = {
        "ask": ask,
        **STEPS,
        "again": MenuStep(menu=("main-menu",), digits={"1": "check"}, no_input="end"),
        "check": BranchStep(branch="pin", equals={"9753": "done"}, otherwise="end"),
    }
    del steps["menu"]
    caller = begin(center, flow(steps))
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "9753")
    await is_at(center, "again")
    await center.restart()
    await center.until(lambda: [one.step for one in entered(center)].count("again") == 2)
    center.asterisk.dial_digit(caller, "1")
    await is_at(center, "check")
    await center.restart()  # also of an engine that was asking again
    await center.until(lambda: [one.step for one in entered(center)].count("check") == 2)
    center.asterisk.dial_digits(caller, "9753")
    await center.until(lambda: center.journal.events(CallQueued))
    assert len(made(center)) == 1
    assert "9753" not in center.story()
    center.asterisk.hang_up(caller)
    await ends(center)


def entered(center: CenterOnFake) -> list[FlowStepEntered]:
    found = center.journal.events(FlowStepEntered)
    return [one for one in found if isinstance(one, FlowStepEntered)]
