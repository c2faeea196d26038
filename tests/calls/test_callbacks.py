"""Callbacks that ring the agent first: asked for by key, made in turn, tried again, given up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    CallbackAsked,
    CallbackDialed,
    CallbackFailed,
    ConversationStarted,
    Party,
)
from ccengine.core.states import AgentState, CallState
from ccengine.core.work_items import Failure, Mode
from tests.calls.customers import (
    CALL,
    CALLER,
    NUMBER,
    TYPED,
    asks,
    calls_back,
    customer_answers,
    customer_fails,
    item,
    leg,
    press,
    said,
)

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake


DIGITS = ("нуль", "один", "два", "три", "чотири", "п'ять", "шість", "сім", "вісім", "дев'ять")


async def is_over(center: CenterOnFake, name: str, cause: str, by: Party = Party.ENGINE) -> None:
    await center.until(lambda: any(end.call == name for end in center.ended()), seconds=9000)
    (end,) = (end for end in center.ended() if end.call == name)
    assert (end.by, end.cause) == (by, cause), center.story()


async def test_the_place_is_kept_by_a_key_and_the_call_ends_by_itself(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    name = await asks(center, "11")
    await asyncio.sleep(16)  # the whole number is read back
    await press(center, CALLER, "1")
    (asked,) = center.journal.events(CallbackAsked)
    assert isinstance(asked, CallbackAsked)
    assert (asked.to, asked.queue) == ("+380441234567", "dnipro/vip")
    await is_over(center, CALL, "callback")
    assert item(center, name).state is CallState.WAITING
    spoken = said(center, CALLER)
    assert spoken[-1].startswith("Дякуємо")
    assert "".join(str(DIGITS.index(text)) for text in spoken if text in DIGITS) == NUMBER
    assert center.asterisk.channels_left() == []


async def test_the_offer_takes_the_musics_place_which_comes_back(center: CenterOnFake) -> None:
    calls_back(center)
    await asks(center, "1")
    await asyncio.sleep(2)
    assert center.asterisk.hears(CALLER) not in ("", "music:default"), "the offer"
    await asyncio.sleep(60)  # no key is pressed
    assert center.asterisk.hears(CALLER) == "music:default"


async def test_at_its_turn_the_agent_is_rung_and_then_the_customer(center: CenterOnFake) -> None:
    calls_back(center)
    name = await asks(center)
    customer_answers(center)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    agent = center.asterisk.world.channels
    (rung,) = [one.id for one in agent.values() if one.endpoint == "PJSIP/phone-203"]
    assert said(center, rung)[:2] == ["Callback for", "Dnipro Energy, vip"]
    customer = leg(center)
    assert customer is not None
    variables = center.asterisk.channel(customer).variables
    assert (variables["CC_CLIENT"], variables["CC_AGENT"]) == ("dnipro", "olena")
    assert center.asterisk.hears(customer) == f"talk:{rung}"
    assert len(center.asterisk.manager.of(customer)) == 1
    center.asterisk.hang_up(customer)
    await is_over(center, name, "caller hung up", Party.CALLER)
    await center.until(lambda: center.agent("olena").state is AgentState.WRAP_UP)
    await asyncio.sleep(6)
    center.assert_nothing_left()


async def test_a_callback_is_served_before_who_came_later(center: CenterOnFake) -> None:
    calls_back(center)
    name = await asks(center)
    center.caller("node1-1-2", caller="380442222222")
    customer_answers(center)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    (first,) = center.journal.events(ConversationStarted)
    assert getattr(first, "call", "") == name
    customer = leg(center)
    assert customer is not None
    center.asterisk.hang_up(customer)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    center.asterisk.hang_up("node1-1.2")
    await asyncio.sleep(7)
    center.assert_nothing_left()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("12#", "Це не повний"),
        ("0044207946#", "Це не повний"),
        ("00442079460958#", "Ми не можемо дзвонити на номери цієї"),
        ("0900212345#", "Ми не можемо дзвонити на такі"),
        ("112#", "Ми не можемо дзвонити на номери екстрених"),
        ("600201#", "Це наш власний"),
        ("201#", "Це наш власний"),
        ("0440000000#", "Це наш власний"),
        ("#", "Це не повний"),
        ("99999999999999999999999#", "Це не повний"),
    ],
)
async def test_a_number_that_is_not_called_is_said_so_and_nothing_is_dialed(
    center: CenterOnFake, typed: str, told: str
) -> None:
    calls_back(center)
    await asks(center, "12")
    await press(center, CALLER, typed)
    await asyncio.sleep(0.5)
    assert any(text.startswith(told) for text in said(center, CALLER)), said(center, CALLER)
    assert not center.journal.events(CallbackAsked)
    await press(center, CALLER, "2")  # and they may try again
    await press(center, CALLER, f"{TYPED}#1")
    (asked,) = center.journal.events(CallbackAsked)
    assert getattr(asked, "to", "") == "+380441112233"
    assert not center.journal.events(CallbackDialed)


async def test_who_presses_nothing_more_stays_in_the_line(center: CenterOnFake) -> None:
    calls_back(center)
    await asks(center, "1")
    await asyncio.sleep(20)
    assert center.asterisk.hears(CALLER) == "music:default"
    assert not center.journal.events(CallbackAsked)
    await press(center, CALLER, "1")
    await press(center, CALLER, "11")
    assert center.journal.events(CallbackAsked)


@pytest.mark.parametrize("keys", ["1", "11", "12"])
async def test_an_agent_who_answers_cuts_the_offer(center: CenterOnFake, keys: str) -> None:
    calls_back(center)
    await asks(center, keys)
    await center.log_in("olena", answers_after=0.1)
    await center.until(lambda: center.journal.events(ConversationStarted), seconds=0.6)
    assert center.asterisk.hears(CALLER).startswith("talk:")
    await asyncio.sleep(30)
    assert center.asterisk.hears(CALLER).startswith("talk:")
    assert not center.journal.events(CallbackAsked)
    center.asterisk.hang_up(CALLER)
    await asyncio.sleep(7)
    center.assert_nothing_left()


@pytest.mark.parametrize("milliseconds", [0, 200, 700, 1300, 1600, 2300])
async def test_whenever_the_caller_hangs_up_nothing_is_left_but_perhaps_the_item(
    center: CenterOnFake, milliseconds: int
) -> None:
    calls_back(center)
    center.caller()
    await asyncio.sleep(1.0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(press(center, CALLER, "111") if milliseconds > 1400 else asyncio.sleep(0))
        await asyncio.sleep(milliseconds / 1000)
        if CALLER in center.asterisk.world.channels:
            center.asterisk.hang_up(CALLER)
    await center.until(lambda: center.ended())
    assert center.asterisk.channels_left() == []
    assert len(center.ended()) == 1
    asked = bool(center.journal.events(CallbackAsked))
    assert len(center.engine.center.calls) == asked


@pytest.mark.parametrize(
    ("cause", "failure"),
    [(17, Failure.BUSY), (19, Failure.NO_ANSWER), (21, Failure.REFUSED), (34, Failure.FAILED)],
)
async def test_who_is_not_reached_is_tried_again_and_then_given_up(
    center: CenterOnFake, cause: int, failure: Failure
) -> None:
    calls_back(center, attempts=2)
    name = await asks(center)
    customer_fails(center, cause)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(CallbackFailed))
    (failed,) = center.journal.events(CallbackFailed)
    assert getattr(failed, "how", None) is failure
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    assert item(center, name).state is CallState.POSTPONED
    await is_over(center, name, "not reached")
    assert len(center.journal.events(CallbackDialed)) == 2
    await asyncio.sleep(5)
    center.assert_nothing_left()
    assert center.agent("olena").state is AgentState.AVAILABLE


@pytest.mark.parametrize("cause", [1, 29])
async def test_a_number_that_cannot_be_dialed_is_given_up_at_once(
    center: CenterOnFake, cause: int
) -> None:
    calls_back(center, attempts=3)
    name = await asks(center)
    customer_fails(center, cause)
    await center.log_in("olena", answers_after=1.0)
    await is_over(center, name, "not reached")
    assert len(center.journal.events(CallbackDialed)) == 1
    await asyncio.sleep(5)
    center.assert_nothing_left()


async def test_the_agent_hangs_up_while_the_customer_is_rung(center: CenterOnFake) -> None:
    calls_back(center)
    name = await asks(center)
    customer_answers(center, after=100.0)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: leg(center))
    (rung,) = (c.id for c in center.asterisk.world.channels.values() if "phone-203" in c.name)
    center.asterisk.hang_up(rung)
    await center.until(lambda: leg(center) is None, seconds=1.0)
    assert item(center, name).state is CallState.WAITING
    assert center.agent("olena").state is AgentState.NOT_READY
    center.engine.center.check_invariants()


async def test_agent_and_customer_at_the_same_moment_the_customer_is_not_lost(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    name = await asks(center)
    customer_answers(center, after=100.0)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: leg(center))
    (rung,) = (c.id for c in center.asterisk.world.channels.values() if "phone-203" in c.name)
    center.asterisk.pick_up(leg(center) or "")
    center.asterisk.hang_up(rung)
    await asyncio.sleep(2)
    customer = leg(center)
    if customer is not None:  # then they wait, with music, for the next agent
        assert item(center, name).state is CallState.WAITING, center.story()
        assert center.asterisk.hears(customer).startswith("music:")
        await center.log_in("taras", answers_after=1.0)
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(customer)
        await asyncio.sleep(7)
        center.assert_nothing_left()


async def test_the_same_number_waits_once(center: CenterOnFake) -> None:
    calls_back(center)
    name = await asks(center)
    await asks(center, call="node1-1-2")
    await asyncio.sleep(3)
    assert list(center.engine.center.calls) == [name]


@pytest.mark.parametrize("when", ["waiting", "ringing", "dialing", "answered", "talking", "later"])
async def test_killed_at_any_point_it_goes_on_and_nobody_is_dialed_twice(
    center: CenterOnFake, when: str
) -> None:
    calls_back(center, attempts=2)
    name = await asks(center)
    await asyncio.sleep(2)
    customer_answers(center, after=3.0)
    if when == "later":
        customer_fails(center, 17)
    if when != "waiting":
        await center.log_in("olena", answers_after=1.0)
        seconds = {"ringing": 0.5, "dialing": 2.5, "answered": 4.02, "talking": 6.0, "later": 4.0}
        await asyncio.sleep(seconds[when])
    customer_answers(center, after=3.0)
    await center.restart(away_seconds=0.3)
    if when == "waiting":
        await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted), seconds=100)
    customer = leg(center)
    assert customer is not None, center.story()
    dialed = len(center.journal.events(CallbackDialed))
    assert dialed == (2 if when == "later" else 1), center.story()
    center.asterisk.hang_up(customer)
    await is_over(center, name, "caller hung up", Party.CALLER)
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_a_customer_who_was_rung_when_asterisk_died_is_tried_again(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    name = await asks(center)
    customer_answers(center, after=100.0)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: leg(center))
    await center.kill()
    for channel in list(center.asterisk.world.channels):
        center.asterisk.hang_up(channel)
    customer_answers(center, after=1.0)
    await center.start()
    assert item(center, name).state is CallState.WAITING
    center.engine.center.check_invariants()
    await center.log_in("taras", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted), seconds=60)
    assert len(center.journal.events(CallbackDialed)) == 2


@pytest.mark.parametrize("mode", Mode)
async def test_an_attempt_is_in_the_journal_before_anything_is_dialed(
    center: CenterOnFake, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls_back(center, mode=mode)
    customer_answers(center)
    known: list[list[str]] = []
    ask = center.asterisk.request

    async def request(asked: Request) -> Response:
        if "callback-leg" in asked.query.get("endpoint", ""):
            told = center.journal.events(CallbackDialed)
            known.append([getattr(event, "leg", "") for event in told])
            assert asked.query["channelId"] in known[-1]
        return await ask(asked)

    monkeypatch.setattr(center.asterisk, "request", request)
    await asks(center)
    await center.log_in("olena", answers_after=0.5)
    await center.until(lambda: known)
    assert known == [[f"{CALL}-cb.c1"]]


async def test_killed_while_asterisk_is_slow_to_dial_nobody_is_dialed_twice(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    name = await asks(center)
    customer_answers(center, after=3.0)
    await asyncio.sleep(2)
    await center.log_in("olena", answers_after=0.5)
    await asyncio.sleep(0.45)
    center.asterisk.delay_requests(0.2)
    await center.until(lambda: center.journal.events(CallbackDialed))
    await center.kill()
    center.asterisk.delay_requests(0.0)
    await center.start()
    assert len(center.journal.events(CallbackDialed)) == 1
    legs = [c for c in center.asterisk.world.channels.values() if "callback-leg" in c.endpoint]
    assert len(legs) <= 1
    await center.until(lambda: item(center, name).state is not CallState.CONNECTING, seconds=90)
    center.engine.center.check_invariants()
