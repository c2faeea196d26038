"""Callbacks that ring the customer first, shortly before their turn; merging and reclaiming."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.config.hours import Hours
from ccengine.core.events import (
    CallbackAnswered,
    CallbackAsked,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
    ConversationStarted,
    PlaceReclaimed,
)
from ccengine.core.ids import queue_id
from ccengine.core.queues import KeyExit
from ccengine.core.states import AgentState, CallState, Kind
from ccengine.core.work_items import Failure, Mode
from tests.calls.center_on_fake import DNIPRO
from tests.calls.customers import (
    CALL,
    CALLER,
    NUMBER,
    OUTBOUND,
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
    from tests.calls.center_on_fake import CenterOnFake


async def dialed(center: CenterOnFake) -> str:
    """Wait until the customer is here; their channel."""
    await center.until(lambda: (found := leg(center)) and center.asterisk.channel(found).in_stasis)
    found = leg(center)
    assert found is not None
    return found


async def busy_agent(center: CenterOnFake) -> str:
    """Have olena talk with somebody; the caller's channel."""
    await center.log_in("olena", answers_after=0.5)
    caller = center.caller("node1-1-9", caller="380449999999")
    await center.until(lambda: center.journal.events(ConversationStarted))
    return caller


async def test_the_customer_is_dialed_presses_a_key_and_is_served_first(
    center: CenterOnFake,
) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    talking = await busy_agent(center)
    customer_answers(center)
    name = await asks(center)
    center.caller("node1-1-2", caller="380442222222")
    customer = await dialed(center)
    await press(center, customer, "1")
    assert said(center, customer)[0].startswith("Ви просили передзвонити")
    assert center.journal.events(CallbackConfirmed)
    await asyncio.sleep(2)
    assert center.asterisk.hears(customer) == "music:default"
    center.asterisk.hang_up(talking)
    await center.until(lambda: item(center, name).state is CallState.TALKING)
    assert center.asterisk.hears(customer).startswith("talk:")
    center.asterisk.hang_up(customer)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 3)
    center.asterisk.hang_up("node1-1.2")
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_the_customer_is_spoken_to_in_the_language_of_their_queue(
    center: CenterOnFake,
) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    center.set_queue(language="en")
    await busy_agent(center)
    customer_answers(center)
    await asks(center)
    customer = await dialed(center)
    await press(center, customer, "1")
    assert said(center, customer)[0].startswith("You asked us to call you back")


KEYS = {
    "1": KeyExit(callback=True),
    "2": KeyExit(queue=queue_id(DNIPRO, "billing")),
    "3": KeyExit(voicemail=True),
}


async def live(center: CenterOnFake) -> str:
    """A customer who was dialed waits; their channel."""
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    center.set_queue(keys=KEYS)
    await busy_agent(center)
    customer_answers(center)
    await asks(center)
    customer = await dialed(center)
    await press(center, customer, "1")
    await center.until(lambda: center.journal.events(CallbackConfirmed))
    await asyncio.sleep(1)
    return customer


async def test_the_keys_of_the_queue_are_the_customers_too_to_another_queue(
    center: CenterOnFake,
) -> None:
    customer = await live(center)
    await press(center, customer, "2")
    assert item(center).queue == "dnipro/billing"
    assert center.asterisk.hears(customer) != "silence"
    center.asterisk.hang_up(customer)
    await center.until(lambda: any(end.call == f"{CALL}-cb" for end in center.ended()))


async def test_to_voicemail(center: CenterOnFake) -> None:
    customer = await live(center)
    await press(center, customer, "3")
    channel = center.asterisk.channel(customer)
    await center.until(lambda: channel.dialplan == ("fallback", "voicemail"))
    assert channel.variables["CC_NUMBER"] == "600201"
    channel.variables["CC_REACHED"] = "message"
    center.asterisk.hang_up(customer)
    await center.until(lambda: any(end.call == f"{CALL}-cb" for end in center.ended()))
    (end,) = [end for end in center.ended() if end.call == f"{CALL}-cb"]
    assert end.reached == "message"


async def test_to_be_called_back_another_time(center: CenterOnFake) -> None:
    customer = await live(center)
    await press(center, customer, "1")
    await press(center, customer, "11")
    await center.until(lambda: len(center.journal.events(CallbackAsked)) == 2)
    await center.until(lambda: customer not in center.asterisk.channels_left())
    assert item(center, f"{CALL}-cb-cb").kind is Kind.CALLBACK


async def test_who_presses_no_key_is_a_machine_and_is_tried_again(center: CenterOnFake) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST, attempts=1)
    await busy_agent(center)
    customer_answers(center)
    name = await asks(center)
    await center.until(lambda: center.journal.events(CallbackFailed))
    (failed,) = center.journal.events(CallbackFailed)
    assert getattr(failed, "how", None) is Failure.NOBODY
    assert not center.journal.events(CallbackConfirmed)
    await center.until(lambda: any(end.call == name for end in center.ended()))


async def test_who_hangs_up_before_the_key_is_tried_again(center: CenterOnFake) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST, attempts=2)
    await busy_agent(center)
    customer_answers(center)
    await asks(center)
    center.asterisk.hang_up(await dialed(center))
    await center.until(lambda: len(center.journal.events(CallbackDialed)) == 2, seconds=1000)
    (failed, *_) = center.journal.events(CallbackFailed)
    assert getattr(failed, "how", None) is Failure.HUNG_UP


async def test_who_hangs_up_while_waiting_again_has_left(center: CenterOnFake) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    talking = await busy_agent(center)
    customer_answers(center)
    name = await asks(center)
    customer = await dialed(center)
    await press(center, customer, "1")
    center.asterisk.hang_up(customer)
    await center.until(lambda: any(end.call == name for end in center.ended()))
    center.asterisk.hang_up(talking)
    await asyncio.sleep(7)
    center.assert_nothing_left()
    assert center.agent("olena").state is AgentState.AVAILABLE


@pytest.mark.parametrize("when", [0.5, 1.99, 2.01, 2.3, 3.5])
async def test_killed_while_the_customer_is_dialed_it_goes_on(
    center: CenterOnFake, when: float
) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    await busy_agent(center)
    customer_answers(center, after=2.0)
    name = await asks(center)
    await center.until(lambda: leg(center))
    await asyncio.sleep(when)
    await center.restart(away_seconds=0.0)
    customer = await dialed(center)
    await press(center, customer, "1")
    assert center.journal.events(CallbackConfirmed)
    assert len(center.journal.events(CallbackDialed)) == 1
    assert item(center, name).state is CallState.WAITING
    await center.restart(away_seconds=0.5)
    assert item(center, name).state is CallState.WAITING
    await asyncio.sleep(1)
    assert center.asterisk.hears(customer) == "music:default"


async def test_a_busy_customer_is_dialed_again_after_the_gap(center: CenterOnFake) -> None:
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    await busy_agent(center)
    customer_fails(center, 17)
    await asks(center)
    await center.until(lambda: center.journal.events(CallbackFailed))
    await asyncio.sleep(15)
    assert len(center.journal.events(CallbackDialed)) == 1
    await asyncio.sleep(10)
    assert len(center.journal.events(CallbackDialed)) == 2


async def test_who_calls_again_is_served_at_the_callbacks_place_and_it_is_over(
    center: CenterOnFake,
) -> None:
    calls_back(center)
    name = await asks(center)
    center.caller("node1-1-2", caller="380442222222")
    again = center.caller("node1-1-3")
    await asyncio.sleep(1)
    assert center.engine.center.waiting() == ["node1-1-3", "node1-1-2"]
    await center.log_in("olena", answers_after=0.5)
    await center.until(lambda: center.journal.events(ConversationStarted))
    (end,) = (end for end in center.ended() if end.call == name)
    assert end.cause == "merged with node1-1-3"
    assert center.asterisk.hears(again).startswith("talk:")
    assert not center.journal.events(CallbackDialed)


async def test_a_shared_number_is_nobodys(center: CenterOnFake) -> None:
    calls_back(center)
    center.set_client(shared_numbers=("+380441234567",))
    name = await asks(center)
    center.caller("node1-1-3")
    await asyncio.sleep(1)
    assert center.engine.center.waiting() == [name, "node1-1-3"]


@pytest.mark.parametrize("key", ["1", "5", ""])
async def test_the_old_place_is_given_back_after_a_key(center: CenterOnFake, key: str) -> None:
    center.set_client(country="UA", outbound=OUTBOUND)
    center.set_queue(reclaim_seconds=60.0)
    center.caller()
    await asyncio.sleep(1)
    center.caller("node1-1-2", caller="380442222222")
    center.asterisk.hang_up(CALLER)
    await asyncio.sleep(5)
    again = center.caller("node1-1-3")
    await asyncio.sleep(0.5)
    assert said(center, again)[0].startswith("Ви щойно чекали")
    await press(center, again, key)
    await asyncio.sleep(8)
    assert bool(center.journal.events(PlaceReclaimed)) == (key == "1")
    first = "node1-1-3" if key == "1" else "node1-1-2"
    assert center.engine.center.waiting()[0] == first
    assert center.asterisk.hears(again) == "music:default"


@pytest.mark.parametrize("caller", ["", "380442222222"])
async def test_nobody_else_is_offered_the_place(center: CenterOnFake, caller: str) -> None:
    center.set_client(country="UA", outbound=OUTBOUND)
    center.set_queue(reclaim_seconds=60.0)
    center.caller(caller="" if not caller else NUMBER)
    await asyncio.sleep(1)
    center.asterisk.hang_up(CALLER)
    await asyncio.sleep(5)
    again = center.caller("node1-1-3", caller=caller)
    await asyncio.sleep(2)
    assert said(center, again) == []


async def test_the_offer_of_the_old_place_is_cut_by_an_agent(center: CenterOnFake) -> None:
    center.set_client(country="UA", outbound=OUTBOUND)
    center.set_queue(reclaim_seconds=60.0)
    center.caller()
    await asyncio.sleep(1)
    center.asterisk.hang_up(CALLER)
    await asyncio.sleep(1)
    again = center.caller("node1-1-3")
    await asyncio.sleep(0.2)
    await center.log_in("olena", answers_after=0.1)
    await center.until(lambda: center.journal.events(ConversationStarted), seconds=0.6)
    assert center.asterisk.hears(again).startswith("talk:")


async def test_outside_of_the_hours_nobody_is_dialed(center: CenterOnFake) -> None:
    calls_back(center)
    center.set_queue(callback=None)
    calls_back(center, hours="never")
    center.set_client(hours={"never": Hours(zone="UTC", week={"mon-sun": ()})})
    await asks(center)
    await center.log_in("olena", answers_after=0.5)
    await asyncio.sleep(1000)
    assert center.journal.events(CallbackAsked)
    assert not center.journal.events(CallbackDialed)
    assert center.engine.center.calls[item(center).id].state is CallState.POSTPONED
    assert CALL not in center.engine.center.calls


async def answered_by_nobody(center: CenterOnFake) -> str:
    """No engine runs any more when the customer answers; their channel."""
    calls_back(center, mode=Mode.CUSTOMER_FIRST)
    await busy_agent(center)
    customer_answers(center)
    await asks(center)
    await center.until(lambda: leg(center))
    customer = leg(center)
    assert customer is not None
    await center.kill()
    await asyncio.sleep(6)
    return customer


async def test_who_answers_while_an_engine_restarts_is_taken_by_the_next(
    center: CenterOnFake,
) -> None:
    customer = await answered_by_nobody(center)
    await center.start()
    await center.until(lambda: center.journal.events(CallbackAnswered))
    await press(center, customer, "1")
    await center.until(lambda: center.journal.events(CallbackConfirmed))
    assert len(center.journal.events(CallbackDialed)) == 1
    center.asterisk.hang_up(customer)


@pytest.mark.parametrize("gives_up", [False, True])
async def test_who_answers_and_finds_no_engine_is_noted_and_called_again(
    center: CenterOnFake, *, gives_up: bool
) -> None:
    customer = await answered_by_nobody(center)
    if gives_up:
        center.asterisk.hang_up(customer)
    await asyncio.sleep(30)
    assert customer not in center.asterisk.channels_left()
    await center.start()
    await center.until(lambda: center.journal.events(CallbackFailed))
    (failed,) = center.journal.events(CallbackFailed)
    assert getattr(failed, "how", None) is Failure.UNMET
    assert not center.asterisk.world.database["cc-called"]
    await center.until(lambda: len(center.journal.events(CallbackDialed)) == 2, seconds=90)
    await press(center, await dialed(center), "1")
    assert center.journal.events(CallbackConfirmed)


async def test_the_half_of_a_customers_leg_that_dials_is_nobodys_orphan(
    center: CenterOnFake,
) -> None:
    customer = await live(center)
    world = center.asterisk.world
    half = replace(world.channels[customer], id=f"{customer};2", in_stasis=False, endpoint="")
    world.channels[half.id] = half
    await center.restart(away_seconds=1.0)
    await asyncio.sleep(1)
    assert half.id in center.asterisk.channels_left()
    assert item(center).state is CallState.WAITING
