"""Supervisors who coach: who may, what they follow, who hears whom on the fake Asterisk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.decode import decode_bridge, decode_channel
from ccengine.asterisk.ari.events import ChannelEnteredBridge
from ccengine.calls.card_taking import CardTaking
from ccengine.calls.coaching.audibility import Direction, Hears, Setup, Snoop, heard
from ccengine.calls.coaching.line import CoachLine
from ccengine.calls.keys import Action, CardWish, Keyed, RecordWish
from ccengine.config.consents import ConsentSettings
from ccengine.core.coaching import AGENT_LEFT, NOT_LED
from ccengine.core.events import (
    CallHandedOver,
    CallQueued,
    CallTakenOver,
    CardEntryStarted,
    CoachingEnded,
    CoachingStarted,
    CoachLeaked,
    CoachMode,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
    ConsentAnswer,
    ConsentAsked,
    ConsentKind,
    ConsentRefused,
    RecordingStarted,
)
from ccengine.core.ids import CoachingId
from ccengine.core.queues import OnDemand
from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from tests.calls.test_cards import PAYMENT, PayDesk
from tests.fakes.asterisk_model import FakeBridge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.coaching.routing import Step
    from tests.calls.center_on_fake import CenterOnFake

TARAS = "PJSIP/phone-204"


@pytest.fixture
async def house(center: CenterOnFake) -> CenterOnFake:
    """Olena leads; taras serves alone; omar may be consulted."""
    await center.log_in("olena", "taras", "omar")
    center.set_queue(skills={"english": 7, "technical": 9})
    return center


def hearing(center: CenterOnFake) -> frozenset[Hears]:
    """Who hears whom in the fake Asterisk."""
    world = center.asterisk.world
    bridges = {one.id: frozenset(one.channel_ids) for one in world.bridges.values()}
    snoops = frozenset(
        Snoop(one.id, one.snoops_at, Direction(one.directions[0]), Direction(one.directions[1]))
        for one in world.channels.values()
        if one.snoops_at
    )
    return heard(Setup(bridges, snoops))


def hears(center: CenterOnFake, listener: str, voice: str) -> bool:
    return Hears(listener, voice) in hearing(center)


async def coach(center: CenterOnFake, phone: str = "203", whom: str = "204") -> str:
    """Dial the code; the channel's id."""
    channel = center.asterisk.feature_code(phone, "coach", whom)
    await asyncio.sleep(0.05)
    return channel


async def talk(center: CenterOnFake, call: str = "node1-1-1") -> tuple[str, str]:
    """A caller talks with taras: the two channels."""
    caller = center.caller(call)
    await center.until(lambda: center.asterisk.ringing(TARAS))
    leg = center.leg("taras")
    center.asterisk.pick_up(leg)
    await center.until(lambda: center.agent("taras").call and is_talking(center, call))
    return caller, leg


def is_talking(center: CenterOnFake, call: str) -> bool:
    known = center.engine.center.calls.get(call)
    return known is not None and known.state is CallState.TALKING


async def routed(center: CenterOnFake, mode: CoachMode, count: int = 1) -> CoachRouted:
    """Wait until that was set up so often; the last of it."""

    def told() -> list[CoachRouted]:
        return [one for one in center.journal.events(CoachRouted) if one.mode is mode]

    await center.until(lambda: len(told()) >= count)
    return told()[-1]


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


async def takes_over(house: CenterOnFake) -> tuple[str, str, str]:
    """A coach takes over while Asterisk answers late: caller, agent's leg and coach's channel."""
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.delay_requests(0.02)
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: house.journal.events(CallTakenOver))
    return caller, leg, own


async def test_an_agent_who_hangs_up_as_they_are_taken_over_costs_nobody_the_caller(
    house: CenterOnFake,
) -> None:
    caller, leg, own = await takes_over(house)
    house.asterisk.hang_up(leg)
    await asyncio.sleep(3)
    assert is_talking(house, "node1-1-1")
    assert hears(house, caller, own)


async def test_an_agent_who_hung_up_just_before_the_core_gave_their_caller_to_the_coach(
    house: CenterOnFake,
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    control = house.sessions.talks.controls["node1-1-1"]
    control.note_wish(Keyed(Action.TRANSFER, "999"))  # "refused" is said for some seconds
    await asyncio.sleep(0.1)
    house.asterisk.dial_digit(own, "7")
    await asyncio.sleep(0.1)
    house.asterisk.hang_up(leg)
    await house.until(lambda: house.journal.events(CallTakenOver))
    await asyncio.sleep(3)
    assert hears(house, caller, own)


async def test_a_coach_who_hangs_up_as_they_take_over_leaves_nobody_talking_unknown(
    house: CenterOnFake,
) -> None:
    caller, leg, own = await takes_over(house)
    house.asterisk.hang_up(own)
    await asyncio.sleep(5)
    assert not house.engine.center.calls
    assert not hears(house, caller, leg), "the core has the agent in wrap-up"


async def test_a_coach_who_is_gone_before_they_have_the_caller_leaves_them_to_the_agent(
    house: CenterOnFake,
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.delay_requests(0.2)
    house.asterisk.dial_digit(own, "7")
    await asyncio.sleep(0.1)
    house.asterisk.hang_up(own)
    await asyncio.sleep(5)
    assert not house.journal.events(CallTakenOver)
    assert is_talking(house, "node1-1-1")
    assert hears(house, caller, leg)


async def test_an_engine_killed_as_a_coach_takes_over_leaves_them_the_caller(
    house: CenterOnFake,
) -> None:
    caller, leg, own = await takes_over(house)
    await house.restart()
    await asyncio.sleep(1)
    assert hears(house, caller, own)
    assert leg not in house.asterisk.channels_left()


async def test_what_an_agent_asked_for_before_they_were_taken_over_is_not_done_to_the_coach(
    house: CenterOnFake,
) -> None:
    house.wiring.payments = PayDesk()
    house.set_client(payment=PAYMENT)
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    control = house.sessions.talks.controls["node1-1-1"]
    control.note_wish(Keyed(Action.TRANSFER, "999"))  # "refused" is said for some seconds
    await asyncio.sleep(0.1)
    control.note_wish(CardWish(by="taras"))
    control.note_wish(Keyed(Action.HOLD))
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: house.journal.events(CallTakenOver))
    await asyncio.sleep(10)
    assert not house.journal.events(CardEntryStarted)
    assert house.engine.center.calls["node1-1-1"].held is None
    assert hears(house, own, caller)
    assert leg not in house.asterisk.channels_left()


async def test_a_card_that_was_about_to_begin_gives_way_to_who_takes_over(
    house: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wish is taken, and the core has not heard of it yet."""
    house.wiring.payments = PayDesk()
    house.set_client(payment=PAYMENT)
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    begins = asyncio.Event()
    run = CardTaking.run

    async def run_late(taking: CardTaking) -> None:
        begins.set()
        await asyncio.sleep(0.5)
        await run(taking)

    monkeypatch.setattr(CardTaking, "run", run_late)
    house.sessions.talks.controls["node1-1-1"].note_wish(CardWish(by="taras"))
    await begins.wait()
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: house.journal.events(CallTakenOver))
    await asyncio.sleep(10)
    assert not house.journal.events(CardEntryStarted)
    assert hears(house, own, caller)
    assert leg not in house.asterisk.channels_left()


async def asked_in_a_talk(house: CenterOnFake) -> tuple[str, str, str, RecordWish]:
    """Somebody wants a talk recorded whose caller has to agree, and somebody coaches in it."""
    house.set_queue(recorded=OnDemand.ON_DEMAND)
    house.set_client(consent=ConsentSettings(places={"UA": ConsentKind.CONSENT}))
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    wish = RecordWish(by="taras", refused=asyncio.get_running_loop().create_future())
    return caller, leg, own, wish


async def test_who_takes_over_a_caller_who_is_asked_has_them_at_once(house: CenterOnFake) -> None:
    caller, leg, own, wish = await asked_in_a_talk(house)
    house.sessions.talks.controls["node1-1-1"].note_wish(wish)
    await house.until(lambda: house.journal.events(ConsentAsked))
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: hears(house, own, caller), seconds=3)
    assert wish.refused.result() == "the recording cannot be changed now"
    [refused] = house.journal.events(ConsentRefused)
    assert refused.answer is ConsentAnswer.TAKEN_OVER
    call = house.engine.center.calls["node1-1-1"]
    assert (call.agent, call.asked, call.consent) == ("olena", None, None)
    await asyncio.sleep(10)
    assert is_talking(house, "node1-1-1")
    assert hears(house, own, caller)
    assert leg not in house.asterisk.channels_left()
    assert not house.journal.events(RecordingStarted)


async def test_nobody_waits_for_what_was_asked_for_before_a_take_over(house: CenterOnFake) -> None:
    caller, _leg, own, wish = await asked_in_a_talk(house)
    control = house.sessions.talks.controls["node1-1-1"]
    control.note_wish(Keyed(Action.TRANSFER, "999"))  # "refused" is said for some seconds
    await asyncio.sleep(0.1)
    control.note_wish(wish)
    house.asterisk.dial_digit(own, "7")
    await house.until(lambda: wish.refused.done())
    await house.until(lambda: hears(house, own, caller))
    assert not house.journal.events(ConsentAsked)


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


async def test_an_earlier_engines_snoop_that_is_on_its_way_out_is_nobody_who_hears_the_coach(
    house: CenterOnFake,
) -> None:
    await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    house.asterisk.dial_digit(own, "5")
    await routed(house, CoachMode.WHISPER)
    house.asterisk.delay_hang_ups(0.3)
    await house.restart(away_seconds=2)
    await routed(house, CoachMode.WHISPER, 2)
    house.asterisk.dial_digit(own, "4")
    await routed(house, CoachMode.MONITOR, 2)
    assert house.journal.events(CoachLeaked) == []
    assert house.journal.events(CoachingEnded) == []


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


@pytest.mark.parametrize("mode", [CoachMode.MONITOR, CoachMode.WHISPER])
async def test_a_coach_whom_somebody_puts_among_the_callers_is_out_at_once(
    house: CenterOnFake, mode: CoachMode
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    if mode is CoachMode.WHISPER:
        house.asterisk.dial_digit(own, "5")
        await routed(house, mode)
    world = house.asterisk.world
    world.enter_bridge(world.channels[own], world.bridges[world.channels[leg].bridge_id])
    assert hears(house, caller, own)
    await house.until(lambda: house.journal.events(CoachLeaked))
    await house.until(lambda: not hears(house, caller, own))
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert not leak.planned
    assert f"{caller} hears {own}" in leak.reason
    assert house.sessions.coaching.leaks == 1
    assert hears(house, caller, leg)


async def test_a_coach_who_is_back_before_anybody_has_looked_is_told_of_all_the_same(
    house: CenterOnFake,
) -> None:
    caller, leg = await talk(house)
    own = await coach(house)
    await routed(house, CoachMode.MONITOR)
    world = house.asterisk.world
    room = world.bridges[world.channels[own].bridge_id]
    world.enter_bridge(world.channels[own], world.bridges[world.channels[leg].bridge_id])
    world.enter_bridge(world.channels[own], room)
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert f"{caller} hears {own}" in leak.reason
    assert hears(house, caller, leg)


async def test_a_coach_who_waits_and_is_put_among_people_is_out_at_once(
    house: CenterOnFake,
) -> None:
    own = await coach(house)
    caller = house.caller("node1-1-1", number="600102")
    await asyncio.sleep(0.05)
    world = house.asterisk.world
    strange = FakeBridge("strange", "", "mixing", world.now())
    world.bridges[strange.id] = strange
    world.enter_bridge(world.channels[caller], strange)
    world.enter_bridge(world.channels[own], strange)
    await house.until(lambda: house.journal.events(CoachingEnded))
    (leak,) = house.journal.events(CoachLeaked)
    assert f"{caller} hears {own}" in leak.reason
    assert not hears(house, caller, own)


async def test_a_coach_on_the_way_by_our_own_request_is_nowhere_strange(
    house: CenterOnFake,
) -> None:
    """The word of it may come when the coach has another mode already."""
    own = await coach(house)
    router, world = house.wiring.router, house.asterisk.world
    line = CoachLine(router, CoachingId("coaching-1"), router.channel(own), {})
    bridge = FakeBridge("talk", "", "mixing", world.now(), channel_ids=["caller", own])
    move = ChannelEnteredBridge(
        bridge=decode_bridge(bridge.as_json()),
        channel=decode_channel(world.channels[own].as_json()),
    )
    assert line.put_astray(move) == Setup({"talk": frozenset({"caller", own})})
    line.expect("talk")
    assert line.put_astray(move) is None
    assert line.put_astray(move) is not None, "once for each request"
