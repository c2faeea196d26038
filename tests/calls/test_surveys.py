"""Callers who are asked how it was when the agent has hung up, and those who are not."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.clients import Staff
from ccengine.core.events import CallEnded, SurveyAnswered, SurveyAsked, SurveyLow
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.states import AgentState, CallState
from ccengine.core.surveys import Survey, is_drawn
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.steps.survey import SurveyStep
from tests.calls.in_flows import END, ends, entered, flow, write_wav

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

ASK = SurveyStep(survey=("main-menu",), comment=("greeting",), next="end", no_input="end")
SURVEY = flow({"ask": ASK, "end": END}, "survey")


async def talks(center: CenterOnFake, keys: str = "", *, asks: Any = SURVEY, **rules: Any) -> str:
    """Bring a caller of dnipro/vip, who types these keys before, and olena together."""
    center.set_queue(survey=Survey(flow="survey", owner="Rania Haddad", **rules))
    center.set_flows(asks)
    await center.log_in("olena", answers_after=0.5)
    caller = center.caller()
    if keys:
        await center.until(lambda: entered(center))
        center.asterisk.dial_digits(caller, keys)
    await center.until(lambda: center.agent("olena").state is AgentState.ON_CALL)
    await center.until(
        lambda: [one.state for one in center.engine.center.calls.values()] == [CallState.TALKING]
    )
    return caller


def asked(center: CenterOnFake) -> list[tuple[str, str, str]]:
    found = center.journal.events(SurveyAsked)
    return [(one.call, one.queue, one.agent) for one in found if isinstance(one, SurveyAsked)]


def agent_hangs_up(center: CenterOnFake) -> None:
    (call,) = center.engine.center.calls.values()
    assert call.offer is not None
    center.asterisk.hang_up(call.offer)


def answers(center: CenterOnFake) -> list[SurveyAnswered]:
    found = center.journal.events(SurveyAnswered)
    return [one for one in found if isinstance(one, SurveyAnswered)]


async def test_who_is_drawn_is_asked_when_the_agent_has_hung_up(center: CenterOnFake) -> None:
    caller = await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    assert center.agent("olena").state is AgentState.WRAP_UP  # as free as without a survey
    center.asterisk.dial_digit(caller, "9")
    center.asterisk.dial_digit(caller, "2")
    await ends(center)
    first, last = answers(center)
    assert asked(center) == [("node1-1-1", "dnipro/vip", "olena")]
    told = (last.call, last.queue, last.agent, last.score)
    assert told == ("node1-1-1", "dnipro/vip", "olena", 2)
    assert (first.score, first.comment) == (2, "")
    assert last.comment.endswith(".wav")
    assert center.journal.events(SurveyLow) == [
        SurveyLow(
            call=last.call, queue=QueueId("dnipro/vip"), agent=AgentId("olena"), score=2,
            owner="Rania Haddad",
        )
    ]  # fmt: skip
    (ended,) = center.journal.events(CallEnded)
    assert isinstance(ended, CallEnded)
    assert ended.cause == "agent hung up"


@pytest.mark.parametrize("why", ["hangs up first", "is not drawn"])
async def test_who_hangs_up_first_or_is_not_drawn_is_not_asked(
    center: CenterOnFake, why: str
) -> None:
    caller = await talks(center, percent=0.0 if why == "is not drawn" else 100.0)
    if why == "is not drawn":
        agent_hangs_up(center)
    else:
        center.asterisk.hang_up(caller)
    await ends(center)
    assert "survey/ask" not in entered(center)
    assert asked(center) == []


WISH = MenuStep(menu=("greeting",), digits={"1": "yes", "2": "no"}, no_input="line", attempts=1)
BEFORE = flow(
    {
        "wish": WISH,
        "yes": SetStep(set={"wish": "yes"}, next="line"),
        "no": SetStep(set={"wish": "no"}, next="line"),
        "line": EnqueueStep(enqueue="vip"),
    }
)


@pytest.mark.parametrize(("key", "is_asked"), [("1", True), ("2", False), ("9", False)])
async def test_who_says_before_that_they_may_be_asked_is_and_nobody_else(
    center: CenterOnFake, key: str, *, is_asked: bool
) -> None:
    center.set_flows(BEFORE)
    caller = await talks(center, key, opt_in="wish")
    agent_hangs_up(center)
    if is_asked:
        await center.until(lambda: "survey/ask" in entered(center))
        center.asterisk.hang_up(caller)
    await ends(center)
    assert bool(asked(center)) is is_asked


async def test_who_is_asked_first_whether_they_want_to_may_say_no(center: CenterOnFake) -> None:
    first = MenuStep(menu=("greeting",), digits={"1": "ask", "2": "end"}, no_input="end")
    await talks(center, asks=flow({"want": first, "ask": ASK, "end": END}, "survey"))
    caller = next(iter(center.engine.center.calls.values())).channel
    agent_hangs_up(center)
    await center.until(lambda: "survey/want" in entered(center))
    center.asterisk.dial_digit(caller, "2")
    await ends(center)
    assert "survey/ask" not in entered(center)
    assert (len(asked(center)), answers(center)) == (1, [])


async def test_the_language_chosen_before_holds(center: CenterOnFake) -> None:
    choose = LanguageStep(language=("greeting",), digits={"1": "en"}, next="line")
    center.set_flows(flow({"choose": choose, "line": EnqueueStep(enqueue="vip")}))
    caller = await talks(center, "1")
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    await center.until(lambda: center.asterisk.playing(caller))
    prompts = center.configuration.prompts
    client = center.wiring.configuration.tenant.route("600201").client  # type: ignore[union-attr]
    assert center.asterisk.playing(caller) == [prompts.media(client, "main-menu", "en")]
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_it_is_in_the_language_of_the_queue_they_went_to(center: CenterOnFake) -> None:
    center.set_queue(language="en")
    caller = await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    await center.until(lambda: center.asterisk.playing(caller))
    prompts = center.configuration.prompts
    client = center.wiring.configuration.tenant.route("600201").client  # type: ignore[union-attr]
    assert center.asterisk.playing(caller) == [prompts.media(client, "main-menu", "en")]
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_the_time_in_line_is_that_before_the_answer(center: CenterOnFake) -> None:
    caller = await talks(center)
    long = BranchStep(branch="queue_wait", at_least={Decimal(5): "ask"}, otherwise="end")
    center.set_flows(flow({"long": long, "ask": ASK, "end": END}, "survey"))
    await asyncio.sleep(100)
    agent_hangs_up(center)
    await ends(center)
    assert entered(center)[-2:] == ["survey/long", "survey/end"]
    assert caller


async def test_what_was_typed_for_the_agent_is_no_score(center: CenterOnFake) -> None:
    caller = await talks(center)
    center.asterisk.dial_digits(caller, "15")
    await asyncio.sleep(1)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    await asyncio.sleep(1)
    assert answers(center) == []
    center.asterisk.hang_up(caller)
    await ends(center)


@pytest.mark.parametrize("by", ["hold", "logout", "phone lost", "not ready"])
async def test_no_way_of_ending_a_talk_spares_an_agent_the_survey(
    center: CenterOnFake, by: str
) -> None:
    caller = await talks(center)
    (call,) = center.engine.center.calls.values()
    leg = call.offer
    assert leg is not None
    match by:
        case "hold":
            center.asterisk.dial_digits(leg, "*1")
            await center.until(lambda: center.asterisk.hears(caller) == "music:default")
        case "logout" | "not ready":
            code = "logout" if by == "logout" else "not_ready"
            center.asterisk.feature_code("203", code, "")
            await asyncio.sleep(1)
        case _:
            center.asterisk.phone_unregisters("PJSIP/phone-203")
            await asyncio.sleep(1)
    center.asterisk.hang_up(leg)
    await center.until(lambda: "survey/ask" in entered(center))
    assert asked(center) == [("node1-1-1", "dnipro/vip", "olena")]
    await center.until(lambda: center.asterisk.playing(caller))
    assert not center.asterisk.channel(caller).music  # of a hold: the prompt takes its place
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_of_the_clients_own_staff_nobody_is_asked(center: CenterOnFake) -> None:
    caller = await talks(center)
    center.set_client(staff={"91": Staff(name="Shop", number="+380447778899")})
    center.asterisk.phone_rings("Local/380447778899@partner-leg/n")
    (call,) = center.engine.center.calls.values()
    assert call.offer is not None
    center.asterisk.dial_digits(call.offer, "*291#")
    await center.until(lambda: center.asterisk.ringing("Local/380447778899@partner-leg/n"))
    staff = center.asterisk.ringing("Local/380447778899@partner-leg/n")
    assert staff is not None
    center.asterisk.pick_up(staff)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{staff}")
    center.asterisk.hang_up(staff)
    await ends(center)
    assert asked(center) == []
    assert "survey/ask" not in entered(center)


async def test_the_agent_talks_with_the_next_caller_meanwhile(center: CenterOnFake) -> None:
    caller = await talks(center)
    center.set_queue(wrap_up_seconds=0.0)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    other = center.caller("node1-1-2", caller="380449999999")
    await center.until(lambda: center.asterisk.hears(other).startswith("talk:"))
    assert "survey/ask" in entered(center)
    center.asterisk.dial_digit(caller, "4")
    await center.until(lambda: answers(center))
    assert [one.agent for one in answers(center)] == ["olena"]
    for channel in (caller, other):
        center.asterisk.hang_up(channel)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_who_says_nothing_or_hangs_up_meanwhile_has_given_no_answer(
    center: CenterOnFake,
) -> None:
    caller = await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    center.asterisk.hang_up(caller)
    await ends(center)
    assert answers(center) == []


async def test_a_score_counts_also_if_they_hang_up_over_the_comment(center: CenterOnFake) -> None:
    caller = await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    center.asterisk.dial_digit(caller, "5")
    await center.until(lambda: answers(center))
    center.asterisk.hang_up(caller)
    await ends(center)
    assert [(one.score, one.comment) for one in answers(center)] == [(5, "")]
    assert not center.journal.events(SurveyLow)


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_comment_that_ends_with_the_call_is_kept_if_anything_was_said(
    center: CenterOnFake, *, says: bool, is_told: bool
) -> None:
    """Whichever is told first: the recording's end, or the call's, after which nobody listens."""
    caller = await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: any("/comments/" in name for name in center.asterisk.recordings))
    (name,) = [one for one in center.asterisk.recordings if "/comments/" in one]
    await asyncio.sleep(5)
    if not is_told:
        del center.asterisk.recordings[name]
    write_wav(center, name, seconds=5, level=3000 if says else 100)
    center.asterisk.hang_up(caller)
    await ends(center)
    kept = [(1, "")] + [(1, f"{name}.wav")] * says
    assert [(one.score, one.comment) for one in answers(center)] == kept
    assert len(center.journal.events(SurveyLow)) == 1  # told once


async def test_an_engine_that_is_killed_meanwhile_lets_them_go(center: CenterOnFake) -> None:
    await talks(center)
    agent_hangs_up(center)
    await center.until(lambda: "survey/ask" in entered(center))
    await center.restart()
    await ends(center)
    assert center.agent("olena").state in (AgentState.WRAP_UP, AgentState.AVAILABLE)


@pytest.mark.parametrize("percent", [0, 1, 20, 50, 99, 100])
def test_so_many_are_drawn_and_the_same_each_time(percent: float) -> None:
    calls = [CallId(f"node1-1760000000-{number}") for number in range(20_000)]
    drawn = {call for call in calls if is_drawn(call, percent)}
    assert abs(len(drawn) / 200 - percent) < 1.2
    assert drawn == {call for call in calls if is_drawn(call, percent)}
    assert drawn <= {call for call in calls if is_drawn(call, min(100, percent + 10))}
