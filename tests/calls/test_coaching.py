"""Supervisors who coach: who may, what they follow, who hears whom on the fake Asterisk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.coaching.line import CoachLine
from ccengine.core.coaching import AGENT_LEFT, NOT_LED
from ccengine.core.events import (
    CallHandedOver,
    CallQueued,
    CallTakenOver,
    CoachingEnded,
    CoachingStarted,
    CoachMode,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
)
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.coaching.routing import Step
    from tests.calls.center_on_fake import CenterOnFake

from tests.calls.coached import coach, hears, routed, talk


async def test_each_mode_and_each_change(house: CenterOnFake) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    told = await routed(house, CoachMode.MONITOR)
    assert (told.hears, told.heard_by) == (("agent", "customer"), ())
    assert house.agent("olena").barred == "coaches"
    for key, mode in (("5", CoachMode.WHISPER), ("6", CoachMode.BARGE), ("5", CoachMode.WHISPER)):
        before = len([one for one in house.journal.events(CoachRouted) if one.mode is mode])
        house.asterisk.dial_digit(own, key)
        told = await routed(house, mode, before + 1)
        assert hears(house, own, caller)
        assert hears(house, own, leg)
        assert hears(house, leg, own)
        assert hears(house, caller, own) == (mode is CoachMode.BARGE)
        assert ("customer" in told.heard_by) == (mode is CoachMode.BARGE)
    house.asterisk.dial_digit(own, "4")
    await routed(house, CoachMode.MONITOR, 2)
    assert not hears(house, leg, own)
    house.asterisk.hang_up(own)
    await house.until(lambda: house.journal.events(CoachingEnded))
    assert not house.agent("olena").barred
    assert hears(house, caller, leg), "leaving touches no call"
    house.asterisk.hang_up(caller)
    await house.until(lambda: not house.engine.center.calls)
    await asyncio.sleep(1)
    house.assert_nothing_left()


async def test_from_call_to_call_and_meanwhile_they_hear_that_they_wait(
    house: CenterOnFake,
) -> None:
    own = await coach(house)
    await house.until(lambda: house.said_on(own) == [Confirmation.COACH_WAITS])
    await house.until(lambda: house.asterisk.channel(own).music == "default")
    house.asterisk.dial_digit(own, "5")  # for the calls to come
    for number in (1, 2):
        caller, leg = await talk(house, f"node1-1-{number}")
        told = await routed(house, CoachMode.WHISPER, number)
        assert told.call == f"node1-1-{number}"
        assert house.asterisk.channel(own).music == ""
        assert hears(house, leg, own)
        assert not hears(house, caller, own)
        house.asterisk.hang_up(caller)
        waits = [Confirmation.COACH_WAITS] * (number + 1)
        await house.until(lambda all_=waits: house.said_on(own) == all_)
        await house.until(lambda: house.agent("taras").state is AgentState.AVAILABLE)
    house.asterisk.hang_up(own)
    await house.until(lambda: house.journal.events(CoachingEnded))


async def test_who_may_not_is_told_why(house: CenterOnFake) -> None:
    async def said(phone: str, whom: str) -> list[str]:
        channel = await coach(house, phone, whom)
        await house.until(lambda: channel not in house.asterisk.channels_left())
        return house.said_on(channel)

    assert await said("204", "203") == [Confirmation.COACH_NOT_TEAM]
    assert await said("202", "204") == [Confirmation.COACH_NOT_TEAM]
    assert await said("203", "203") == [Confirmation.COACH_NOT_TEAM]
    assert await said("203", "999") == [Confirmation.UNKNOWN_EXTENSION]
    assert await said("201", "204") == [Confirmation.NOT_LOGGED_IN]
    house.sessions.ensure_agent("taras")
    channel = house.asterisk.feature_code("204", "logout")
    await house.until(lambda: channel not in house.asterisk.channels_left())
    assert await said("203", "204") == [Confirmation.COACH_AGENT_AWAY]
    assert not house.journal.events(CoachingStarted)
    house.assert_nothing_left()


async def test_no_call_of_another_client_is_heard_and_it_is_said(house: CenterOnFake) -> None:
    tenant = house.configuration.tenant
    assert tenant is not None
    agents = tenant.settings.agents
    house.set_tenant(agents={**agents, "olena": replace(agents["olena"], clients=("nour",))})
    caller, leg = await talk(house)
    own = await coach(house)
    await house.until(lambda: house.said_on(own) == [Confirmation.COACH_OTHER_CLIENT])
    await asyncio.sleep(1)
    assert house.asterisk.channel(own).music == ""
    assert not hears(house, own, caller)
    assert not hears(house, own, leg)
    assert not house.journal.events(CoachRouted)


async def test_one_speaks_at_a_time_and_several_listen(house: CenterOnFake) -> None:
    tenant = house.configuration.tenant
    assert tenant is not None
    teams = tenant.settings.teams
    desk = replace(teams["dnipro-desk"], supervisors=("olena", "omar"))
    house.set_tenant(teams={**teams, "dnipro-desk": desk})
    caller, leg = await talk(house)
    first, second = await coach(house), await coach(house, "202")
    await routed(house, CoachMode.MONITOR, 2)
    house.asterisk.dial_digit(first, "5")
    await routed(house, CoachMode.WHISPER)
    house.asterisk.dial_digit(second, "5")
    await house.until(lambda: house.said_on(second)[-1:] == [Confirmation.COACH_ONE_VOICE])
    await asyncio.sleep(1.5)
    assert hears(house, second, caller), "they listen on"
    assert not hears(house, second, first)
    assert not hears(house, leg, second)
    house.asterisk.dial_digit(first, "6")
    told = await routed(house, CoachMode.BARGE)
    assert set(told.heard_by) == {"agent", "customer", "omar"}
    assert hears(house, second, first)
    assert len(house.journal.events(CoachModeChanged)) == 2


async def test_a_coach_goes_along_into_a_consult_and_back(house: CenterOnFake) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.dial_digit(own, "6")
    await routed(house, CoachMode.BARGE)
    for key in "*3202#":
        house.asterisk.dial_digit(leg, key)
    await house.until(lambda: house.asterisk.ringing("PJSIP/phone-202"))
    other = house.leg("omar")
    house.asterisk.pick_up(other)
    await house.until(lambda: hears(house, other, own))
    assert not hears(house, caller, own)
    house.asterisk.dial_digit(own, "5")
    await house.until(lambda: not hears(house, other, own) and hears(house, leg, own))
    for key in "*4":
        house.asterisk.dial_digit(leg, key)
    await house.until(lambda: hears(house, caller, other) and hears(house, own, other))
    assert not hears(house, caller, own)
    assert not hears(house, other, own)
    house.asterisk.hang_up(leg)  # hands the caller over
    await house.until(lambda: house.journal.events(CallHandedOver))
    await house.until(lambda: house.journal.events(CoachParted))
    assert hears(house, caller, other)
    assert not hears(house, own, caller)


async def test_to_take_over(house: CenterOnFake) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: hears(house, caller, own))
    await house.until(lambda: leg not in house.asterisk.channels_left())
    assert house.agent("olena").state is AgentState.ON_CALL
    assert house.agent("taras").state is AgentState.WRAP_UP
    assert not house.engine.center.coachings
    (event,) = house.journal.events(CallTakenOver)
    assert (event.agent, event.to_agent) == ("taras", "olena")
    house.engine.center.check_invariants()
    await house.restart()
    await asyncio.sleep(1)
    assert hears(house, caller, own)
    house.asterisk.hang_up(own)
    await house.until(lambda: house.agent("olena").state is AgentState.WRAP_UP)
    await house.until(lambda: not house.engine.center.calls)
    await asyncio.sleep(1)
    house.assert_nothing_left()


async def test_a_reload_without_whom_somebody_coaches_ends_it_and_stops_nobody(
    house: CenterOnFake,
) -> None:
    own = await coach(house)
    await house.until(lambda: house.said_on(own) == [Confirmation.COACH_WAITS])
    tenant = house.configuration.tenant
    assert tenant is not None
    agents = {name: one for name, one in tenant.settings.agents.items() if name != "taras"}
    house.set_tenant(agents=agents)
    await house.until(lambda: house.journal.events(CoachingEnded))
    (ended,) = house.journal.events(CoachingEnded)
    assert ended.reason == AGENT_LEFT
    await house.until(lambda: own not in house.asterisk.channels_left())
    assert house.said_on(own)[-1] == Confirmation.COACH_AGENT_AWAY
    house.caller()
    await house.until(lambda: house.journal.events(CallQueued), seconds=5)


async def test_who_leads_the_team_no_more_is_out_of_the_call(house: CenterOnFake) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    without_supervisors(house)
    await house.until(lambda: own not in house.asterisk.channels_left())
    assert house.said_on(own)[-1] == Confirmation.COACH_NOT_TEAM
    (ended,) = house.journal.events(CoachingEnded)
    assert ended.reason == NOT_LED
    assert hears(house, caller, leg)


async def test_an_end_that_an_engine_was_asked_for_is_brought_about_by_the_next(
    house: CenterOnFake,
) -> None:
    await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    without_supervisors(house)
    await house.restart()
    await house.until(lambda: house.journal.events(CoachingEnded))
    await house.until(lambda: own not in house.asterisk.channels_left())


def without_supervisors(house: CenterOnFake) -> None:
    tenant = house.configuration.tenant
    assert tenant is not None
    desk = replace(tenant.settings.teams["dnipro-desk"], supervisors=())
    house.set_tenant(teams={**tenant.settings.teams, "dnipro-desk": desk})


async def test_a_coach_who_could_not_be_seated_is_seated_later_though_nobody_moves(
    house: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, tries = CoachLine.carry_out, 0

    async def fail_at_first(line: CoachLine, steps: Sequence[Step]) -> bool:
        nonlocal tries
        tries += 1
        return tries > 6 and await carry_out(line, steps)

    monkeypatch.setattr(CoachLine, "carry_out", fail_at_first)
    await talk(house)
    await coach(house)
    await routed(house, CoachMode.MONITOR)


@pytest.mark.parametrize("key", ["4", "5", "6"])
async def test_another_engine_takes_a_coach_up(house: CenterOnFake, key: str) -> None:
    mode = {"4": CoachMode.MONITOR, "5": CoachMode.WHISPER, "6": CoachMode.BARGE}[key]
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.dial_digit(own, key)
    told = await routed(house, mode)
    await house.restart(away_seconds=2)
    await routed(house, mode, len([one for one in [told] if one]) + 1)
    assert hears(house, own, caller)
    assert hears(house, caller, own) == (key == "6")
    assert hears(house, leg, own) == (key != "4")
    snoops = [one for one in house.asterisk.world.channels.values() if one.snoops_at]
    assert len(snoops) == (0 if key == "6" else 1)
    house.asterisk.hang_up(own)
    house.asterisk.hang_up(caller)
    await house.until(lambda: not house.engine.center.calls)
    await asyncio.sleep(1)
    house.assert_nothing_left()


async def test_a_coach_who_hung_up_while_there_was_no_engine(house: CenterOnFake) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    await house.kill()
    house.asterisk.hang_up(own)
    await house.start()
    await house.until(lambda: house.journal.events(CoachingEnded))
    await asyncio.sleep(1)
    assert hears(house, caller, leg)
    assert not [one for one in house.asterisk.world.channels.values() if one.snoops_at]
    assert not house.agent("olena").barred
