"""Coaches who take a caller over from their agent, on the fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.card_taking import CardTaking
from ccengine.calls.keys import Action, CardWish, Keyed, RecordWish
from ccengine.config.consents import ConsentSettings
from ccengine.core.events import (
    CallTakenOver,
    CardEntryStarted,
    CoachMode,
    ConsentAnswer,
    ConsentAsked,
    ConsentKind,
    ConsentRefused,
    RecordingStarted,
)
from ccengine.core.queues import OnDemand
from tests.calls.card_desk import PAYMENT, PayDesk

if TYPE_CHECKING:
    import pytest

    from tests.calls.center_on_fake import CenterOnFake

from tests.calls.coached import coach, hears, is_talking, routed, talk


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
