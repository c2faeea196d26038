"""What a flow learns and does, on a whole engine: also over its death, and to the flow's limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    CallQueued,
    FlowDataSet,
    FlowStepEntered,
    LanguageChosen,
    MessageAsked,
)
from ccengine.core.ids import AgentId, ClientId, SkillId
from ccengine.ivr.flow import Flow
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.play import PlayStep
from ccengine.ivr.steps.record import RecordStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.steps.voicemail import VoicemailStep
from tests.calls.in_flows import (
    ASK,
    END,
    KNOWN,
    LOOK,
    MENU,
    STEPS,
    ends,
    entered,
    flow,
    is_at,
    queued,
)

if TYPE_CHECKING:
    from ccengine.ivr.step import Step
    from tests.calls.center_on_fake import CenterOnFake


async def test_what_was_typed_outlives_the_engine(center: CenterOnFake) -> None:
    center.set_flows(flow(STEPS))
    caller = center.caller()
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "4711#")
    await is_at(center, "menu")
    await center.restart(away_seconds=2)
    await center.until(lambda: entered(center) == ["vip/ask", "vip/menu", "vip/menu"])
    center.asterisk.dial_digit(caller, "1")
    assert (await queued(center)).priority == 9
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_secret_is_in_no_journal_and_asked_for_again(center: CenterOnFake) -> None:
    ask = CollectStep(
        collect=("greeting",), into="order", next="menu", no_input="end", secret=True, most=4
    )
    center.set_flows(flow({**STEPS, "ask": ask}))
    caller = center.caller()
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "4711")
    await is_at(center, "menu")
    await center.restart()
    await center.until(lambda: entered(center) == ["vip/ask", "vip/menu", "vip/menu"])
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: entered(center)[-1] == "vip/look")
    center.asterisk.dial_digits(caller, "4711")
    assert (await queued(center)).priority == 9
    assert not center.journal.events(FlowDataSet)
    assert "4711" not in center.story()
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_keys_are_counted_and_which_they_were_is_kept_nowhere(center: CenterOnFake) -> None:
    center.set_flows(flow(STEPS))
    caller = center.caller()
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "9753#")
    await is_at(center, "menu")
    center.asterisk.dial_digit(caller, "1")
    await ends(center)
    steps = center.journal.events(FlowStepEntered)
    assert [one.keys for one in steps if isinstance(one, FlowStepEntered)] == [0, 5, 1, 0]
    learned = [step for step in center.journal.steps if isinstance(step.event, FlowDataSet)]
    told = "\n".join(str(step) for step in center.journal.steps if step not in learned)
    assert "9753" not in told


CALLING: dict[str, Step] = {
    "count": SetStep(set={"order": "4711", "other": "mine"}, next="check"),
    "check": CallStep(call="check", give={"number": "{order}"}, into={"result": "good"}, next="on"),
    "on": BranchStep(branch="result", equals={"yes 4711": "known"}, otherwise="end"),
    "known": KNOWN,
    "end": END,
}
CALLED: dict[str, Step] = {
    "wait": MenuStep(menu=("main-menu",), digits={"1": "say"}, no_input="no"),
    "say": SetStep(set={"other": "yes {number}"}, next="back"),
    "back": GiveBackStep(give_back={"good": "{other}"}),
    "no": GiveBackStep(give_back={}),
}


async def test_a_flow_that_is_called_goes_on_after_a_restart_and_gives_back(
    center: CenterOnFake,
) -> None:
    center.set_flows(flow(CALLING), flow(CALLED, "check", parameters=("number",)))
    caller = center.caller()
    await center.until(lambda: "check/wait" in entered(center))
    await center.restart(away_seconds=1)
    await center.until(lambda: entered(center).count("check/wait") == 2)
    center.asterisk.dial_digit(caller, "1")
    assert (await queued(center)).priority == 9
    (call,) = center.engine.center.calls.values()
    assert dict(call.data) == {"order": "t:4711", "other": "t:mine", "result": "t:yes 4711"}
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_flow_ends_in_its_time_and_takes_its_own_way_out(center: CenterOnFake) -> None:
    rounds: dict[str, Step] = {
        "menu": MenuStep(menu=("main-menu",), digits={"1": "menu"}, no_input="menu"),
        "known": KNOWN,
    }
    center.set_flows(flow(rounds, total_minutes=0.5, otherwise="known"))
    began = asyncio.get_running_loop().time()
    caller = center.caller()
    assert (await queued(center)).priority == 9
    assert asyncio.get_running_loop().time() - began == pytest.approx(30, abs=0.5)
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_the_time_goes_on_while_the_engine_is_away(center: CenterOnFake) -> None:
    rounds: dict[str, Step] = {
        "menu": MenuStep(menu=("main-menu",), digits={"1": "menu"}, no_input="menu")
    }
    center.set_flows(flow(rounds, total_minutes=0.5))
    began = asyncio.get_running_loop().time()
    center.caller()
    await is_at(center, "menu")
    await center.restart(away_seconds=20)
    await ends(center)
    assert asyncio.get_running_loop().time() - began == pytest.approx(31, abs=1)  # and an apology
    assert center.ended()[0].cause == "flow ended: normal"


async def test_a_prompt_that_plays_for_ever_is_cut(center: CenterOnFake) -> None:
    center.set_flows(
        flow({"say": PlayStep(play=("greeting",), next="end"), "end": END}, total_minutes=0.5)
    )
    center.asterisk.media_seconds[
        center.configuration.prompts.media("dnipro", "greeting", "uk")
    ] = 1e6
    began = asyncio.get_running_loop().time()
    center.caller()
    await ends(center)
    assert asyncio.get_running_loop().time() - began < 35


@pytest.mark.parametrize("has_others", [True, False])
async def test_whose_queue_a_reload_has_taken_waits_in_the_usual_one_or_is_let_go(
    center: CenterOnFake, *, has_others: bool
) -> None:
    center.set_flows(flow({**STEPS, "known": EnqueueStep(enqueue="gone")}))
    caller = center.caller()
    await is_at(center, "ask")
    if not has_others:
        center.set_client(queues={})
    center.asterisk.dial_digits(caller, "4711#1")
    await center.until(lambda: center.journal.events(CallQueued) or center.ended())
    if has_others:
        assert (await queued(center)).queue == "dnipro/billing"
        center.asterisk.hang_up(caller)
    await ends(center)
    assert center.ended()[0].cause == ("caller hung up" if has_others else "no such queue")
    sorry = center.configuration.prompts.phrase(ClientId("dnipro"), "sorry", "uk")
    assert ([media for _, media in center.asterisk.played][-1] == sorry) is not has_others


class Broken:
    async def run(self, _context: object) -> str:
        message = "a bug of somebody's"
        raise ValueError(message)


async def test_a_step_that_fails_costs_the_caller_nothing_but_the_step(
    center: CenterOnFake,
) -> None:
    center.set_flows(flow({"bad": Broken(), "known": KNOWN}, otherwise="known"))  # type: ignore[dict-item]
    caller = center.caller()
    assert (await queued(center)).priority == 9
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_language_chosen_once_holds(center: CenterOnFake) -> None:
    choose = LanguageStep(
        language=("greeting",),
        digits={"2": "en"},
        next="vip",
        skills={"en": {SkillId("english"): 3}},
    )
    center.set_flows(flow({"choose": choose, "vip": EnqueueStep(enqueue="billing")}))
    caller = center.caller()
    await is_at(center, "choose")
    center.asterisk.dial_digit(caller, "2")
    assert (await queued(center)).skills == {SkillId("english"): 3}
    assert [one.language for one in center.journal.events(LanguageChosen)] == ["en"]
    await center.restart()
    (call,) = center.engine.center.calls.values()
    assert call.language == "en"
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_what_is_heard_after_the_choice_is_in_that_language(center: CenterOnFake) -> None:
    choose = LanguageStep(language=("main-menu",), digits={"2": "en"}, next="say")
    say = PlayStep(play=("main-menu",), next="end")
    center.set_flows(flow({"choose": choose, "say": say, "end": END}))
    caller = center.caller()
    await is_at(center, "choose")
    center.asterisk.dial_digit(caller, "2")
    await ends(center)
    prompts = center.configuration.prompts
    heard = [media for _, media in center.asterisk.played]
    assert heard == [prompts.media("dnipro", "main-menu", language) for language in ("uk", "en")]


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (TransferStep(transfer="380441112233"), ("partner", "380441112233")),
        (VoicemailStep(voicemail="vip"), ("fallback", "voicemail")),
    ],
)
async def test_a_flow_sends_a_caller_into_the_dialplan(
    center: CenterOnFake, step: Step, place: tuple[str, str]
) -> None:
    center.set_flows(flow({"out": step}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.channel(caller).dialplan == place)
    asked = [one.queue for one in center.journal.events(MessageAsked)]
    assert asked == (["dnipro/vip"] if place[0] == "fallback" else [])
    await asyncio.sleep(1)
    await center.restart(away_seconds=1)
    center.asterisk.hang_up(caller)
    await center.until(center.ended)
    assert len(center.ended()) == 1


WAITING: dict[str, Step] = {
    "ask": ASK,
    "menu": MENU,
    "language": LanguageStep(language=("greeting",), digits={"1": "en"}, next="end"),
    "record": RecordStep(record=("greeting",), into="order", next="end"),
    "say": PlayStep(play=("greeting",), next="end"),
    "known": KNOWN,
    "look": LOOK,
    "end": END,
}


@pytest.mark.parametrize("step", list(WAITING)[:5])
@pytest.mark.parametrize("after", [0.0, 0.4, 0.9])
async def test_who_hangs_up_in_a_step_leaves_nothing_behind(
    center: CenterOnFake, step: str, after: float
) -> None:
    center.set_flows(Flow(name="vip", start=step, steps=WAITING))
    caller = center.caller()
    await is_at(center, step)
    await asyncio.sleep(after)
    center.asterisk.hang_up(caller)
    await ends(center)
    assert not center.journal.events(CallQueued)


async def test_what_is_to_be_shown_reaches_the_agents_desk_over_a_restart(
    center: CenterOnFake,
) -> None:
    known = EnqueueStep(enqueue="vip", priority=9, show={"Order": "no. {order}"})
    center.set_flows(flow({**STEPS, "known": known}))
    caller = center.caller()
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "4711#1")
    await queued(center)
    await center.restart()
    (call,) = center.engine.center.calls.values()
    assert dict(call.shown_data) == {"Order": "no. 4711"}
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_an_agent_is_called_for_whoever_comes_through(center: CenterOnFake) -> None:
    center.set_flows(flow(STEPS))
    await center.log_in("taras", answers_after=1.0)
    caller = center.caller()
    await is_at(center, "ask")
    center.asterisk.dial_digits(caller, "4711#1")
    await center.until(lambda: center.agent("taras").state.value == "on_call")
    assert center.agent(AgentId("taras")).call == "node1-1-1"
    center.asterisk.hang_up(caller)
    await ends(center)
