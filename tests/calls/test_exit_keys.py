"""Keys that lead out of the line, whenever they are pressed. In virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    CallEnded,
    ConversationStarted,
    ExitChosen,
    Party,
    Reached,
)
from ccengine.core.ids import QueueId
from ccengine.core.queues import (
    KeyExit,
)
from ccengine.core.states import CallState
from tests.calls.in_line import Line, over, told

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

VOICEMAIL = KeyExit(voicemail=True)
TECHNICAL = KeyExit(queue=QueueId("dnipro/technical"))


@pytest.mark.parametrize("hundredths", [1, 15, 29, 30, 31, 40, 100, 129, 131, 150, 900, 3050])
async def test_a_key_leads_to_voicemail_whenever_it_is_pressed(
    center: CenterOnFake, hundredths: int
) -> None:
    """Before the music, at a prompt's start, in it, at its end, in the music."""
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    center.asterisk.delay_requests(0.01)
    caller = line.caller()
    await asyncio.sleep(hundredths / 100)
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.channel(caller).dialplan[0] == "fallback", 1.0)
    assert center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    await center.until(lambda: not center.asterisk.channel(caller).in_stasis)
    assert not center.asterisk.channel(caller).music
    (chosen,) = center.journal.events(ExitChosen)
    assert isinstance(chosen, ExitChosen)
    assert (chosen.key, chosen.to) == ("1", VOICEMAIL.overflow)
    center.asterisk.channel(caller).variables["CC_REACHED"] = str(Reached.MESSAGE)
    center.asterisk.hang_up(caller)
    await over(center)
    (end,) = center.journal.events(CallEnded)
    assert isinstance(end, CallEnded)
    assert (end.by, end.reached) == (Party.CALLER, Reached.MESSAGE)


async def test_of_each_key_the_caller_is_told_behind_the_announcement(
    center: CenterOnFake,
) -> None:
    keys = {"1": VOICEMAIL, "2": KeyExit(flow="main", prompt="press-two"), "3": TECHNICAL}
    line = Line(center, announcements=told(), keys=keys)
    caller = line.caller()
    await asyncio.sleep(5)
    assert line.said(caller) == ["queue-next", "queue-leave-message-1", "press-two"]
    await over(center, caller)


async def test_other_keys_change_nothing_and_cut_nothing(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    line.lasts(4.0, "queue-next")
    caller = line.caller()
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, "29*#")
    await asyncio.sleep(2)
    assert center.asterisk.hears(caller).endswith("queue-next")
    await asyncio.sleep(10)
    assert center.asterisk.hears(caller) == "music:default"
    assert not center.journal.events(ExitChosen)
    await over(center, caller)


async def test_a_key_typed_for_the_menu_before_leads_nowhere_in_the_queue(
    center: CenterOnFake,
) -> None:
    center.set_queue("billing", keys={"1": VOICEMAIL})
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    center.asterisk.dial_digits(caller, "11")
    await asyncio.sleep(5)
    (call,) = center.engine.center.calls.values()
    assert (call.queue, call.state) == ("dnipro/billing", CallState.WAITING)
    await over(center, caller)


async def test_a_key_leads_to_another_queue_where_the_place_is_kept_and_told(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told(), keys={"2": TECHNICAL})
    often = told(gap_seconds=1.0)
    elsewhere = {"announcements": often, "music": "nour", "language": "en", "keys": {}}
    center.set_queue("technical", **elsewhere)
    first, second = line.caller(1), line.caller(2)
    await asyncio.sleep(10)
    center.asterisk.dial_digit(second, "2")
    await asyncio.sleep(1.5)
    assert center.asterisk.hears(second) == "music:nour"
    center.asterisk.dial_digit(first, "2")
    await asyncio.sleep(3)
    waiting = center.engine.center.waiting(center.engine.clock.now())
    assert waiting == ["node1-1-1", "node1-1-2"]
    heard = ["uk/queue-ahead-1", "en/queue-next", "en/queue-ahead-1"]
    assert [one.what for one in line.heard(second)] == heard
    await center.log_in("taras", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.asterisk.hears(first).startswith("talk:")
    await asyncio.sleep(20)
    assert [one.what for one in line.heard(second)] == [*heard, "en/queue-next"]
    await over(center, first, second)


async def test_a_key_leads_to_a_flow_and_back_into_a_queue(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(), keys={"*": KeyExit(flow="main")})
    caller = line.caller()
    await asyncio.sleep(0.5)
    center.asterisk.dial_digit(caller, "*")
    await center.until(lambda: center.asterisk.hears(caller).endswith("uk/greeting"), 2.0)
    center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(0.2)
    (call,) = center.engine.center.calls.values()
    assert (call.queue, call.state) == ("dnipro/billing", CallState.WAITING)
    await over(center, caller)


async def test_while_a_phone_rings_a_key_still_leads_out_and_the_phone_stops(
    center: CenterOnFake,
) -> None:
    line = Line(center, keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.channel(caller).dialplan[0] == "fallback", 1.0)
    await center.until(lambda: not center.asterisk.ringing("PJSIP/phone-203"))
    assert center.agent("olena").state == "available"
    await over(center, caller)


@pytest.mark.parametrize("key_first", [True, False])
@pytest.mark.parametrize("delay", [0.0, 0.01])
async def test_a_key_at_the_instant_of_the_answer_leads_to_one_of_both(
    center: CenterOnFake, delay: float, *, key_first: bool
) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await asyncio.sleep(0.5)
    center.asterisk.delay_requests(delay)
    leg = center.leg("olena")
    if key_first:
        center.asterisk.dial_digit(caller, "1")
        center.asterisk.pick_up(leg)
    else:
        center.asterisk.pick_up(leg)
        center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(1)
    talks = bool(center.journal.events(ConversationStarted))
    left = center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    assert talks is not left, center.story()
    assert talks or key_first
    assert (leg in center.asterisk.channels_left()) is talks
    await over(center, caller)


async def test_the_agent_may_answer_while_the_caller_is_on_the_way_to_voicemail(
    center: CenterOnFake,
) -> None:
    line = Line(center, keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    center.asterisk.delay_requests(0.05)
    center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(0.02)
    center.asterisk.pick_up(leg)
    await asyncio.sleep(2)
    assert center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    assert leg not in center.asterisk.channels_left()
    assert center.agent("olena").state == "available"
    await over(center, caller)


@pytest.mark.parametrize("milliseconds", [0, 5, 10, 15, 20, 30, 50])
async def test_whoever_hangs_up_after_a_key_leaves_nothing_behind(
    center: CenterOnFake, milliseconds: int
) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL, "2": TECHNICAL})
    center.asterisk.delay_requests(0.01)
    callers = [line.caller(1), line.caller(2)]
    await asyncio.sleep(0.6)
    for caller, key in zip(callers, "12", strict=True):
        center.asterisk.dial_digit(caller, key)
    await asyncio.sleep(milliseconds / 1000)
    await over(center, *callers)
