"""Phones that cannot be rung, and calls that agents make by themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriTimeout
from ccengine.calls.phones import SECOND_QUALIFY_SECONDS, phone_of
from ccengine.core.events import (
    AgentLoggedIn,
    ConversationStarted,
    Miss,
    OfferDeclined,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
)
from ccengine.core.states import AgentState
from tests.fakes.asterisk_model import FakePhone

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake

OLENA, TARAS = "PJSIP/phone-203", "PJSIP/phone-204"
ELSEWHERE = "sip:phone@192.0.2.7:5070"


async def finish(center: CenterOnFake, caller: str) -> None:
    """The caller hangs up, and nothing is left."""
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await center.until(lambda: not center.asterisk.channels_left())
    center.assert_nothing_left()


async def olena_before_taras(center: CenterOnFake) -> None:
    """Olena's phone rings first, Taras answers his."""
    await center.log_in("olena")
    await asyncio.sleep(1)
    await center.log_in("taras", answers_after=1.0)


async def rings_at_olena_before_taras(center: CenterOnFake) -> str:
    """Return a caller for whom Olena's phone rings; Taras would answer his."""
    await olena_before_taras(center)
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    return caller


# Registrations


async def test_a_phone_that_unregisters_is_passed_over_within_a_second_and_is_back_when_it_is(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    center.asterisk.phone_unregisters(OLENA)
    await center.until(lambda: center.agent("olena").phone_lost, seconds=1.0)
    assert center.agent("olena").state is AgentState.AVAILABLE
    caller = center.caller()
    await asyncio.sleep(5)
    assert center.asterisk.ringing(OLENA) is None
    center.asterisk.phone_registers(OLENA)
    await center.until(lambda: center.asterisk.ringing(OLENA), seconds=0.1)
    await finish(center, caller)


async def test_what_rings_at_a_phone_that_unregisters_is_offered_on_within_a_second(
    center: CenterOnFake,
) -> None:
    caller = await rings_at_olena_before_taras(center)
    center.asterisk.phone_unregisters(OLENA)
    await center.until(lambda: center.asterisk.ringing(TARAS), seconds=1.0)
    assert center.asterisk.ringing(OLENA) is None
    assert center.agent("olena").misses == 0
    await center.until(lambda: center.journal.events(ConversationStarted))
    await finish(center, caller)


async def test_a_phone_without_power_is_lost_after_two_missed_qualifies(
    center: CenterOnFake,
) -> None:
    caller = await rings_at_olena_before_taras(center)
    center.asterisk.phone_misses_a_qualify(OLENA)
    await asyncio.sleep(SECOND_QUALIFY_SECONDS - 0.5)
    assert center.asterisk.ringing(OLENA)
    await center.until(lambda: center.asterisk.ringing(TARAS), seconds=1.5)
    assert center.agent("olena").phone_lost
    await center.until(lambda: center.journal.events(ConversationStarted))
    await finish(center, caller)


async def test_one_missed_qualify_takes_no_call_away(center: CenterOnFake) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    center.asterisk.phone_misses_a_qualify(OLENA)
    await asyncio.sleep(SECOND_QUALIFY_SECONDS - 1)
    center.asterisk.phone_registers(OLENA)
    await asyncio.sleep(5)
    assert center.asterisk.ringing(OLENA)
    assert not center.journal.events(PhoneLost)
    await finish(center, caller)


async def test_an_offer_to_a_phone_in_doubt_costs_its_agent_nothing(center: CenterOnFake) -> None:
    await olena_before_taras(center)
    center.asterisk.phone_misses_a_qualify(OLENA)  # from now on Asterisk refuses to ring it
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted), seconds=2.0)
    (declined,) = center.journal.events(OfferDeclined)
    assert declined.how is Miss.UNREACHABLE
    assert center.agent("olena").phone_lost
    assert center.agent("olena").state is AgentState.AVAILABLE
    center.asterisk.phone_registers(OLENA)
    await center.until(lambda: not center.agent("olena").phone_lost, seconds=0.1)
    await finish(center, caller)


async def test_with_a_second_registration_the_phone_is_still_there(center: CenterOnFake) -> None:
    await center.log_in("olena")
    center.asterisk.phone_registers(OLENA, ELSEWHERE)
    center.asterisk.phone_unregisters(OLENA)
    await asyncio.sleep(3)
    assert not center.agent("olena").phone_lost
    center.asterisk.phone_unregisters(OLENA, ELSEWHERE)
    await center.until(lambda: center.agent("olena").phone_lost, seconds=1.0)


async def test_a_phone_that_starts_anew_loses_nothing(center: CenterOnFake) -> None:
    await center.log_in("olena")
    for old, new in (("sip:phone@192.0.2.1:5060", ELSEWHERE),):
        center.asterisk.phone_unregisters(OLENA, old)
        await asyncio.sleep(0.05)
        center.asterisk.phone_registers(OLENA, new)
    await asyncio.sleep(3)
    assert not center.journal.events(PhoneLost)


async def test_who_logs_in_at_a_phone_out_of_reach_is_not_rung(center: CenterOnFake) -> None:
    center.asterisk.phone_unreachable(OLENA)
    center.sessions.ensure_agent("olena")
    assert not center.engine.post(AgentLoggedIn(agent="olena", phone="203"))
    await center.until(lambda: center.agent("olena").phone_lost, seconds=0.1)


async def test_the_phone_that_was_left_has_no_say_in_the_agents_new_one(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    center.asterisk.phone_dials("203", "380441112233")
    center.asterisk.phone_unregisters(OLENA)
    await center.until(lambda: center.agent("olena").phone_lost, seconds=1.0)
    center.asterisk.phone_rings("PJSIP/phone-205")
    assert not center.engine.post(AgentLoggedIn(agent="olena", phone="205"))
    await asyncio.sleep(1)
    assert center.agent("olena").may_be_offered
    center.asterisk.phone_registers(OLENA)
    assert center.agent("olena").may_be_offered


async def test_a_restart_finds_what_phones_have_done_meanwhile(center: CenterOnFake) -> None:
    await center.log_in("olena", "taras")
    center.asterisk.phone_unregisters(TARAS)
    await center.until(lambda: center.agent("taras").phone_lost)
    await center.kill()
    center.asterisk.phone_registers(TARAS)
    center.asterisk.phone_unregisters(OLENA)
    own = center.asterisk.phone_dials("204", "380441112233")
    await center.start()
    assert center.agent("olena").phone_lost
    assert not center.agent("taras").phone_lost
    assert center.agent("taras").own_calls == (own,)
    center.asterisk.hang_up(own)
    await center.until(lambda: center.agent("taras").may_be_offered)


# Their own calls


async def test_a_call_of_ones_own_blocks_offers_until_it_ends(center: CenterOnFake) -> None:
    await center.log_in("olena")
    own = center.asterisk.phone_dials("203", "380441112233")
    caller = center.caller()
    await asyncio.sleep(5)
    assert center.asterisk.ringing(OLENA) is None
    assert center.agent("olena").own_calls == (own,)
    center.asterisk.hang_up(own)
    await center.until(lambda: center.asterisk.ringing(OLENA), seconds=0.1)
    assert [type(event) for event in center.journal.events(OwnCallStarted, OwnCallEnded)] == [
        OwnCallStarted,
        OwnCallEnded,
    ]
    await finish(center, caller)


async def test_feature_codes_and_our_own_legs_are_not_calls_of_the_agents(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    center.asterisk.phone_dials("203", "*73")
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert not center.journal.events(OwnCallStarted)
    center.asterisk.hang_up("own.1")
    await finish(center, caller)


async def test_a_call_begun_before_the_log_in_blocks_offers_too(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(OLENA)
    own = center.asterisk.phone_dials("203", "380441112233")
    await center.log_in("olena")
    await center.until(lambda: center.agent("olena").own_calls == (own,))
    center.asterisk.hang_up(own)
    await center.until(lambda: center.agent("olena").may_be_offered)


async def test_a_second_call_of_ones_own_blocks_as_long_as_either(center: CenterOnFake) -> None:
    await center.log_in("olena")
    first = center.asterisk.phone_dials("203", "380441112233")
    second = center.asterisk.phone_dials("203", "380441112244")
    center.asterisk.hang_up(first)
    await asyncio.sleep(1)
    assert center.agent("olena").own_calls == (second,)
    center.asterisk.hang_up(second)
    await center.until(lambda: center.agent("olena").may_be_offered)


# What becomes of an offer


@pytest.mark.parametrize(
    ("cause", "how"),
    [
        (17, Miss.BUSY),
        (18, Miss.UNREACHABLE),
        (19, Miss.NO_ANSWER),
        (20, Miss.UNREACHABLE),
        (21, Miss.DECLINED),
        (27, Miss.UNREACHABLE),
        (34, Miss.FAILED),
        (38, Miss.FAILED),
    ],
)
async def test_how_an_offer_came_to_nothing_is_told_apart(
    center: CenterOnFake, cause: int, how: Miss
) -> None:
    await center.log_in("olena")
    center.asterisk.phone_declines(OLENA, 0.5, cause)
    caller = center.caller()
    await center.until(lambda: center.journal.events(OfferDeclined))
    assert center.journal.events(OfferDeclined)[0].how is how
    expected = AgentState.AVAILABLE if how is Miss.UNREACHABLE else AgentState.NOT_READY
    assert center.agent("olena").state is expected
    center.asterisk.phone_unreachable(OLENA)
    await finish(center, caller)


async def test_asterisk_out_of_something_is_not_held_for_a_phone_out_of_reach(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    center.asterisk.fail_next("POST", "channels", 500, "Allocation failed")
    caller = center.caller()
    await center.until(lambda: center.journal.events(OfferDeclined))
    assert center.journal.events(OfferDeclined)[0].how is Miss.FAILED
    assert not center.agent("olena").phone_lost
    await finish(center, caller)


async def test_a_phone_that_cannot_be_asked_for_is_listened_to_at_the_next_chance(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, broken = center.asterisk.request, True

    async def slow(request: Request) -> Response:
        if broken and request.path.startswith("endpoints/PJSIP/"):
            message = "no answer in time"
            raise AriTimeout(message)
        return await answer(request)

    monkeypatch.setattr(center.asterisk, "request", slow)
    center.asterisk.world.phones[OLENA] = FakePhone("rings", contacts=[])
    center.sessions.ensure_agent("olena")
    assert not center.engine.post(AgentLoggedIn(agent="olena", phone="203"))
    await asyncio.sleep(1)
    assert not center.agent("olena").phone_lost
    broken = False
    center.asterisk.drop_connection()
    await center.until(lambda: center.agent("olena").phone_lost)
    center.asterisk.phone_registers(OLENA)
    await center.until(lambda: center.journal.events(PhoneFound))


def test_phones_are_known_by_their_names() -> None:
    assert phone_of("PJSIP/phone-203-0000001a") == "203"
    assert phone_of("phone-203") == "203"
    for name in ("PJSIP/trunk-00000001", "Local/203@x-00;1", "phone-", "PJSIP/phone-x-1", ""):
        assert phone_of(name) is None
