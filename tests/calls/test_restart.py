from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.events import ConversationStarted, OfferAccepted
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake


async def test_killed_in_the_menu_the_step_starts_again(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    played = len(center.asterisk.played)
    await center.restart(away_seconds=0.5)
    await center.until(lambda: len(center.asterisk.played) > played)
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    assert len(center.ended()) == 1
    center.assert_nothing_left()


async def test_killed_while_callers_wait_they_keep_their_places(center: CenterOnFake) -> None:
    first = center.caller("node1-1-1")
    await asyncio.sleep(1)
    second = center.caller("node1-1-2")
    await asyncio.sleep(1)
    await center.restart(away_seconds=3)
    await center.log_in("taras", answers_after=1.0)
    await center.until(lambda: center.asterisk.hears(first).startswith("talk"))
    assert center.asterisk.hears(second).startswith("music")
    center.asterisk.hang_up(first)
    await center.until(lambda: center.asterisk.hears(second).startswith("talk"))
    center.asterisk.hang_up(second)
    await center.until(lambda: len(center.ended()) == 2)
    center.assert_nothing_left()


async def test_killed_while_the_phone_rings_the_ringing_goes_on(center: CenterOnFake) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    await center.restart(away_seconds=1)
    assert center.leg("olena") == leg
    center.asterisk.pick_up(leg)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{leg}")
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_an_offer_answered_while_the_engine_is_away_becomes_a_talk(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    await center.kill()
    center.asterisk.pick_up(leg)
    await asyncio.sleep(3)
    await center.start()
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{leg}")
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_an_answer_that_the_engine_died_before_reading_becomes_a_talk(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    center.asterisk.pick_up(leg)
    await center.kill()
    assert not center.journal.events(OfferAccepted)
    await center.start()
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{leg}")
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_killed_while_talking_the_talk_and_its_recording_go_on(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await asyncio.sleep(1)
    await center.restart(away_seconds=3)
    assert center.asterisk.hears(caller) == "talk:node1-1-1.1"
    (recording,) = center.asterisk.manager.monitors
    assert recording.ended_at is None
    (call,) = center.engine.center.calls.values()
    assert call.state is CallState.TALKING
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    assert len(center.ended()) == 1
    center.assert_nothing_left()


async def test_a_talk_that_ended_while_the_engine_was_away_ends_once(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await center.kill()
    center.asterisk.hang_up(caller)
    await asyncio.sleep(1)
    await center.start()
    await center.until(lambda: center.ended())
    await asyncio.sleep(1)
    assert len(center.ended()) == 1
    center.assert_nothing_left()


async def test_an_agent_who_left_while_the_engine_was_away_frees_the_caller(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await center.kill()
    center.asterisk.hang_up("node1-1-1.1")
    await asyncio.sleep(1)
    await center.start()
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_killed_in_wrap_up_the_wrap_up_ends_in_time(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is AgentState.WRAP_UP)
    await center.restart(away_seconds=1)
    assert center.agent("olena").state is AgentState.WRAP_UP
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE, seconds=5)
    center.assert_nothing_left()


async def test_a_caller_in_the_fallback_is_taken_when_the_engine_is_back(
    center: CenterOnFake,
) -> None:
    await center.kill()
    caller = center.caller()
    await asyncio.sleep(2)
    await center.start()
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_caller_sent_to_the_fallback_keeps_the_place_and_comes_back(
    center: CenterOnFake,
) -> None:
    first = center.caller("node1-1-1")
    await asyncio.sleep(1)
    second = center.caller("node1-1-2")
    await asyncio.sleep(1)
    center.asterisk.stray(first)
    await center.until(lambda: center.engine.center.waiting() == ["node1-1-2"])
    await center.until(lambda: center.engine.center.waiting() == ["node1-1-1", "node1-1-2"])
    for channel in (first, second):
        center.asterisk.hang_up(channel)
    await center.until(lambda: len(center.ended()) == 2)
    center.assert_nothing_left()


async def test_who_hangs_up_in_the_fallback_has_ended(center: CenterOnFake) -> None:
    caller = center.caller()
    await asyncio.sleep(1)
    center.asterisk.stray(caller)
    await asyncio.sleep(1)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended(), seconds=5)
    assert center.ended()[0].cause == "hung up in the fallback"
    center.assert_nothing_left()


async def test_a_caller_who_left_as_the_agent_answered_leaves_them_free_after_a_restart(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    center.asterisk.pick_up(leg)
    await center.until(lambda: center.journal.events(OfferAccepted))
    await center.kill()
    center.asterisk.hang_up(caller)
    await center.start()
    await center.until(lambda: center.ended())
    await center.until(lambda: not center.asterisk.channels_left())
    assert center.agent("olena").state in (AgentState.AVAILABLE, AgentState.WRAP_UP)
    center.assert_nothing_left()
