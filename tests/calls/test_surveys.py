"""Callers who are asked how it was when the agent has hung up, and those who are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import CallEnded, SurveyAnswered, SurveyLow
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.states import AgentState, CallState
from ccengine.core.surveys import Survey, is_drawn
from ccengine.ivr.steps.survey import SurveyStep
from tests.calls.test_flows import END, ends, entered, flow

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

ASK = SurveyStep(survey=("main-menu",), comment=("greeting",), next="end", no_input="end")
SURVEY = flow({"ask": ASK, "end": END}, "survey")


async def talks(center: CenterOnFake, percent: float = 100.0) -> str:
    """Bring a caller of dnipro/vip and olena together; the caller's channel."""
    center.set_queue(survey=Survey(flow="survey", percent=percent, owner="Rania Haddad"))
    center.set_flows(SURVEY)
    await center.log_in("olena", answers_after=0.5)
    caller = center.caller()
    await center.until(lambda: center.agent("olena").state is AgentState.ON_CALL)
    await center.until(
        lambda: [one.state for one in center.engine.center.calls.values()] == [CallState.TALKING]
    )
    return caller


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


async def test_who_hangs_up_first_or_is_not_drawn_is_not_asked(center: CenterOnFake) -> None:
    caller = await talks(center, percent=0)
    agent_hangs_up(center)
    await ends(center)
    assert "survey/ask" not in entered(center)
    assert caller


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
