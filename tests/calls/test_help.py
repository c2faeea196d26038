"""An agent's call for help, and who hears it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import HelpAnswered, HelpAsked, HelpUnanswered
from ccengine.core.states import AgentState
from tests.calls.test_desk_codes import talk

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

OLENA, TARAS, OMAR = "PJSIP/phone-203", "PJSIP/phone-204", "PJSIP/phone-202"


@pytest.fixture
async def desk(center: CenterOnFake) -> CenterOnFake:
    """Olena asks; taras and omar are her supervisors."""
    assert center.configuration.tenant is not None
    teams = center.configuration.tenant.settings.teams
    named = replace(teams["dnipro-desk"], supervisors=("taras", "omar", "olena"))
    center.set_tenant(teams={**teams, "dnipro-desk": named})
    await center.log_in("olena", "taras", "omar")
    return center


async def ask(center: CenterOnFake) -> list[str]:
    channel = center.asterisk.feature_code("203", "help")
    await center.until(lambda: channel not in center.asterisk.channels_left())
    return center.said_on(channel)


async def test_the_supervisor_who_answers_first_hears_who_asks_and_for_which_queue(
    desk: CenterOnFake,
) -> None:
    desk.set_queue(skills={"ukrainian": 10})  # olena's alone
    await talk(desk)
    assert await ask(desk) == ["help-is-called"]
    await desk.until(lambda: desk.asterisk.ringing(TARAS) and desk.asterisk.ringing(OMAR))
    assert desk.agent("taras").barred == "own call"
    leg = desk.leg("omar")
    desk.asterisk.pick_up(leg)
    await desk.until(lambda: desk.journal.events(HelpAnswered))
    await desk.until(lambda: desk.asterisk.ringing(TARAS) is None)
    await desk.until(lambda: leg not in desk.asterisk.channels_left())
    assert desk.said_on(leg) == ["agent/olena", "needs-help", "queue/dnipro/vip"]
    (answered,) = desk.journal.events(HelpAnswered)
    assert answered == HelpAnswered(agent="olena", supervisor="omar")
    for name in ("taras", "omar"):
        assert desk.agent(name).state is AgentState.AVAILABLE
        assert not desk.agent(name).barred
    assert desk.agent("olena").state is AgentState.ON_CALL
    assert not desk.agent("olena").asks_for_help
    assert not desk.journal.events(HelpUnanswered)


async def test_nobody_answers(desk: CenterOnFake) -> None:
    assert await ask(desk) == ["help-is-called"]
    assert await ask(desk) == ["help-is-called"], "asked again while they ring"
    assert len(desk.journal.events(HelpAsked)) == 1
    await desk.until(lambda: desk.journal.events(HelpUnanswered), 30)
    await desk.until(lambda: not desk.asterisk.channels_left())
    assert not desk.agent("taras").barred
    desk.assert_nothing_left()


async def test_a_supervisor_who_is_rung_for_a_caller_or_talks_is_left_in_peace(
    desk: CenterOnFake,
) -> None:
    desk.set_queue(skills={"english": 7, "technical": 9})  # taras alone
    desk.caller()
    await desk.until(lambda: desk.agent("taras").state is AgentState.OFFERED)
    rung = desk.leg("taras")
    assert await ask(desk) == ["help-is-called"]
    await desk.until(lambda: desk.asterisk.ringing(OMAR))
    assert desk.leg("taras") == rung
    assert desk.agent("taras").state is AgentState.OFFERED


async def test_with_no_supervisor_there_it_is_said_so(center: CenterOnFake) -> None:
    await center.log_in("olena")
    assert await ask(center) == ["nobody-to-help"]
    assert not center.agent("olena").asks_for_help


async def test_a_caller_who_comes_while_a_supervisor_is_told_waits_for_them(
    desk: CenterOnFake,
) -> None:
    desk.set_queue(skills={"english": 7, "technical": 9})  # taras alone
    await ask(desk)
    await desk.until(lambda: desk.asterisk.ringing(TARAS))
    leg = desk.leg("taras")
    desk.caller()
    await asyncio.sleep(1)
    assert desk.agent("taras").state is AgentState.AVAILABLE
    desk.asterisk.decline(leg)
    await desk.until(lambda: desk.agent("taras").state is AgentState.OFFERED)
    assert desk.leg("taras") != leg


async def test_an_engine_that_dies_meanwhile_leaves_no_leg_and_nobody_barred(
    desk: CenterOnFake,
) -> None:
    await ask(desk)
    await desk.until(lambda: desk.asterisk.ringing(TARAS) and desk.asterisk.ringing(OMAR))
    await desk.restart()
    await desk.until(lambda: not desk.asterisk.channels_left())
    await asyncio.sleep(61)
    assert not desk.agent("olena").asks_for_help
    for name in ("taras", "omar"):
        assert not desk.agent(name).barred
    desk.assert_nothing_left()
