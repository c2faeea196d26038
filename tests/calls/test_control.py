"""What agents do with calls, by their phone's buttons and by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    CallHandedOver,
    ConversationStarted,
    HoldEnded,
    HoldStarted,
)
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

CALL = "node1-1-1"
LEG = "node1-1-1.1"


async def talking(center: CenterOnFake) -> str:
    """Olena talks with a caller; taras is there, his phone rings when it is called."""
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await center.log_in("taras")
    center.asterisk.phone_rings("PJSIP/phone-203")
    center.set_queue("vip", extension="801")
    return caller


async def press(center: CenterOnFake, keys: str, leg: str = LEG) -> None:
    center.asterisk.dial_digits(leg, keys)
    await asyncio.sleep(0.5)


def call_of(center: CenterOnFake) -> CallState:
    return center.engine.center.calls[CALL].state


async def over(center: CenterOnFake, *channels: str) -> None:
    """All who are left hang up, and nothing is left over."""
    for channel in channels:
        center.asterisk.hang_up(channel)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_the_phones_own_hold_is_noted(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.asterisk.phone_holds(LEG)
    await center.until(lambda: center.journal.events(HoldStarted))
    assert center.asterisk.hears(caller) == "music:default"
    assert center.engine.center.calls[CALL].held == "phone"
    center.asterisk.phone_holds(LEG, holds=False)
    await center.until(lambda: center.journal.events(HoldEnded))
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_by_keys_the_caller_is_put_aside_with_music_and_taken_back(
    center: CenterOnFake,
) -> None:
    caller = await talking(center)
    await press(center, "*1")
    assert center.asterisk.hears(caller) == "music:default"
    assert center.asterisk.hears(LEG) == "silence"
    await press(center, "*1")
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    assert center.journal.events(HoldStarted)
    assert center.journal.events(HoldEnded)
    await over(center, caller)


@pytest.mark.parametrize("by", ["REFER", "keys"])
async def test_a_caller_is_sent_on_to_a_colleague(center: CenterOnFake, by: str) -> None:
    caller = await talking(center)
    if by == "REFER":
        asked_on = center.asterisk.channel(LEG)
        center.asterisk.phone_refers(LEG, "204")
        await center.until(lambda: LEG not in center.asterisk.channels_left())
        assert asked_on.notified == ["channel_answered"]
    else:
        await press(center, "*2204#")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.agent("olena").state is AgentState.WRAP_UP
    await center.until(lambda: center.asterisk.hears(caller) == "music:default")
    center.asterisk.pick_up(center.leg("taras"))
    await center.until(lambda: center.asterisk.hears(caller) == "talk:node1-1-1.2")
    assert center.agent("taras").state is AgentState.ON_CALL
    await over(center, caller)


async def test_sent_on_to_a_colleague_who_is_not_free_nothing_rings(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.asterisk.phone_refers(LEG, "202")
    await asyncio.sleep(1)
    assert center.asterisk.channel(LEG).reported == ["channel_declined"]
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await press(center, "*2202#")
    await asyncio.sleep(5)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_one_who_does_not_answer_gives_the_caller_back_to_who_sent_them(
    center: CenterOnFake,
) -> None:
    caller = await talking(center)
    center.asterisk.phone_refers(LEG, "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.decline(center.leg("taras"))
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.pick_up(center.leg("olena"))
    await center.until(lambda: center.asterisk.hears(caller) == "talk:node1-1-1.3")
    await over(center, caller)


async def test_a_caller_is_sent_into_a_queue(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.asterisk.phone_refers(LEG, "801")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.pick_up(center.leg("taras"))
    await center.until(lambda: center.asterisk.hears(caller) == "talk:node1-1-1.2")
    (recording,) = center.asterisk.manager.of(caller)
    assert recording.file.endswith(f"/{CALL}.raw")
    assert center.asterisk.manager.monitors == [recording]
    await over(center, caller)


async def test_who_is_asked_may_answer_before_the_caller_is_put_aside(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await center.log_in("taras", answers_after=0.01)
    center.asterisk.delay_requests(0.1)
    center.asterisk.dial_digits(LEG, "*3204#")
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    taras = center.journal.events(ConversationStarted)[-1].bridge.removesuffix(".talk")
    assert center.asterisk.hears(LEG) == f"talk:{taras}"
    assert center.asterisk.hears(taras) == f"talk:{LEG}"
    assert center.asterisk.hears(caller) == "music:default"
    await over(center, caller)


async def consulting(center: CenterOnFake) -> tuple[str, str, str]:
    """Olena asks taras on her phone's second line; the caller is on her phone's hold."""
    caller = await talking(center)
    center.asterisk.phone_holds(LEG)
    second = center.asterisk.phone_calls("203", "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    taras = center.leg("taras")
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(second) == f"talk:{taras}")
    return caller, second, taras


@pytest.mark.parametrize("line", ["first", "second"])
async def test_attended_the_colleague_has_the_caller_and_the_agent_wraps_up(
    center: CenterOnFake, line: str
) -> None:
    caller, second, taras = await consulting(center)
    pair = (LEG, second) if line == "first" else (second, LEG)
    center.asterisk.phone_joins(*pair)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{taras}")
    assert center.asterisk.hears(taras) == f"talk:{caller}"
    await center.until(lambda: center.asterisk.channels_left() == sorted([caller, taras]))
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert center.agent("taras").state is AgentState.ON_CALL
    assert center.agent("taras").call == CALL
    await over(center, taras)
    assert center.agent("taras").state in (AgentState.WRAP_UP, AgentState.AVAILABLE)


@pytest.mark.parametrize("line", ["first", "second"])
async def test_who_is_consulted_hears_music_while_the_second_line_is_on_hold(
    center: CenterOnFake, line: str
) -> None:
    caller, second, taras = await consulting(center)
    for _ in range(2):
        center.asterisk.phone_holds(second)
        await center.until(lambda: center.asterisk.hears(taras) == "music:default")
        center.asterisk.phone_holds(second, holds=False)
        await center.until(lambda: center.asterisk.hears(taras) == f"talk:{second}")
    center.asterisk.phone_holds(second)
    pair = (LEG, second) if line == "first" else (second, LEG)
    center.asterisk.phone_joins(*pair)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{taras}")
    await asyncio.sleep(1)
    assert center.asterisk.hears(taras) == f"talk:{caller}"
    assert not center.asterisk.channel(taras).music
    await over(center, caller)


async def test_attended_before_the_answer_is_sent_on(center: CenterOnFake) -> None:
    caller = await talking(center)
    second = center.asterisk.phone_calls("203", "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.phone_joins(LEG, second)
    await center.until(lambda: LEG not in center.asterisk.channels_left())
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.pick_up(center.leg("taras"))
    await center.until(lambda: center.asterisk.hears(caller) == "talk:node1-1-1.2")
    await over(center, caller)


async def test_by_keys_a_hang_up_hands_over(center: CenterOnFake) -> None:
    caller = await talking(center)
    await press(center, "*3204#")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.asterisk.hears(caller) == "music:default"
    taras = center.leg("taras")
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(LEG) == f"talk:{taras}")
    assert center.asterisk.hears(caller) == "music:default"
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{taras}")
    assert center.journal.events(CallHandedOver)
    await over(center, caller)


async def test_by_keys_one_may_swap_come_back_and_join(center: CenterOnFake) -> None:
    caller = await talking(center)
    await press(center, "*3204#")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    taras = center.leg("taras")
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(LEG) == f"talk:{taras}")
    await press(center, "*5")
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    assert center.asterisk.hears(taras) == "music:default"
    await press(center, "*5")
    assert center.asterisk.hears(LEG) == f"talk:{taras}"
    await press(center, "*4")
    for one in (caller, LEG, taras):
        others = {caller, LEG, taras} - {one}
        assert center.asterisk.hears(one) == f"talk:{','.join(sorted(others))}"
    await press(center, "*6")
    await center.until(lambda: taras not in center.asterisk.channels_left())
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_who_leaves_a_conference_leaves_two_who_talk(center: CenterOnFake) -> None:
    caller = await talking(center)
    await press(center, "*3204#")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    taras = center.leg("taras")
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(LEG) == f"talk:{taras}")
    await press(center, "*4")
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{taras}")
    await center.until(lambda: center.agent("taras").call == CALL)
    await over(center, taras)


async def test_one_who_cannot_be_asked_leaves_the_caller_with_the_agent(
    center: CenterOnFake,
) -> None:
    caller = await talking(center)
    await press(center, "*3204#")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.decline(center.leg("taras"))
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{LEG}", seconds=2)
    await over(center, caller)


async def test_agents_call_each_other(center: CenterOnFake) -> None:
    await center.log_in("olena", "taras")
    line = center.asterisk.phone_calls("203", "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.agent("olena").state is AgentState.ON_CALL
    taras = center.leg("taras")
    rung = center.asterisk.channel(taras)
    assert (rung.caller_name, rung.caller_number) == ("Olena Koval", "203")
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(line) == f"talk:{taras}")
    assert center.agent("taras").state is AgentState.ON_CALL
    await over(center, taras)
    assert center.agent("olena").state is AgentState.AVAILABLE
    assert center.agent("taras").state is AgentState.AVAILABLE


async def test_keys_pressed_while_alone_count_once_and_so_do_those_right_after(
    center: CenterOnFake,
) -> None:
    """In a bridge that lets keys through they would come again as soon as the caller is back."""
    caller = await talking(center)
    await press(center, "*1")
    center.asterisk.mark()
    await press(center, "*1")
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{LEG}")
    put_in = [one for one in center.asterisk.requests_since_mark() if "addChannel" in one.path]
    assert [one.query["channel"] for one in put_in] == [caller]
    await press(center, "*1")
    await center.until(lambda: center.asterisk.hears(caller) == "music:default")
    sent = center.asterisk.world.events_sent
    told = [one["digit"] for one in sent if one["type"] == "ChannelDtmfReceived"]
    assert told == ["*", "1", "*", "1", "*", "1"]
    await over(center, caller)
