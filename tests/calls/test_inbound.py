from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.transport import Response
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentWentNotReady,
    AgentWentReady,
    CallArrived,
    CallEnded,
    CallQueued,
    ConversationStarted,
    Miss,
    OfferDeclined,
    Party,
    RecordingStarted,
)
from ccengine.core.states import AgentState, CallState
from ccengine.storage.errors import JournalFailed
from tests.fakes.asterisk_manager import RECORDINGS

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request
    from tests.calls.center_on_fake import CenterOnFake


async def test_a_caller_talks_to_the_agent_who_answers(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=2.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(RecordingStarted))
    assert center.asterisk.hears(caller) == "talk:node1-1-1.1"
    assert center.asterisk.hears("node1-1-1.1") == f"talk:{caller}"
    (recording,) = center.asterisk.manager.monitors
    assert recording.channel == caller
    assert recording.file.startswith(f"{RECORDINGS}/demo/dnipro/")
    assert recording.file.endswith("/node1-1-1.raw")
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    assert [(end.by, end.cause) for end in center.ended()] == [(Party.CALLER, "caller hung up")]
    assert center.agent("olena").state is AgentState.WRAP_UP
    center.assert_nothing_left()
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)


async def test_the_agent_hangs_up_and_the_caller_is_let_go(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up("node1-1-1.1")
    await center.until(lambda: center.ended())
    assert center.ended()[0].by is Party.AGENT
    center.assert_nothing_left()


async def test_an_answer_at_once_takes_five_requests_and_one_action_for_the_recording(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=0.05)
    await asyncio.sleep(1)
    center.asterisk.mark()
    caller = center.caller()
    await center.until(lambda: center.journal.events(RecordingStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await asyncio.sleep(1)
    told = [f"{request.method} {request.path}" for request in center.asterisk.requests_since_mark()]
    assert len(told) == 5, told
    assert [action for action, _ in center.asterisk.manager.asked] == ["MixMonitor"]
    assert told[0] == "POST channels"


async def test_music_plays_while_nobody_is_ready_and_stops_before_the_talk(
    center: CenterOnFake,
) -> None:
    caller = center.caller()
    await center.until(lambda: center.asterisk.hears(caller) == "music:default")
    await center.log_in("taras", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.asterisk.channel(caller).music == ""
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_digit_over_the_prompt_leads_to_the_agent_with_the_skill(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", "omar", "taras", "amira")
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.pick_up(center.leg("olena"))
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_out_of_hours_is_said_and_hung_up(center: CenterOnFake) -> None:
    caller = center.caller(number="600300")
    await center.until(lambda: center.ended())
    assert center.ended()[0].by is Party.ENGINE
    assert any(channel == caller for channel, _ in center.asterisk.played)
    center.assert_nothing_left()


async def test_an_unanswered_offer_goes_to_the_next_agent_and_the_caller_stays_first(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    await asyncio.sleep(1)
    await center.log_in("taras")
    first = center.caller("node1-1-1")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.agent("olena").state is AgentState.NOT_READY
    second = center.caller("node1-1-2")
    center.asterisk.pick_up(center.leg("taras"))
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.asterisk.hears(first) == "talk:node1-1-1.2"
    for channel in (first, second):
        center.asterisk.hang_up(channel)
    await center.until(lambda: len(center.ended()) == 2)
    center.assert_nothing_left()


async def test_an_unreachable_phone_does_not_hold_the_caller_up(center: CenterOnFake) -> None:
    await center.log_in("olena")
    center.asterisk.phone_unreachable("PJSIP/phone-203")  # and nobody has told us
    await asyncio.sleep(1)
    await center.log_in("taras", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert [event.how for event in center.journal.events(OfferDeclined)] == [Miss.UNREACHABLE]
    assert center.agent("olena").state is AgentState.AVAILABLE  # it was not their doing
    assert center.agent("olena").phone_lost
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


@pytest.mark.parametrize("milliseconds", [0, 100, 299, 301, 400, 900, 999, 1000, 1001, 1500])
@pytest.mark.parametrize("number", ["600200", "600201"])
async def test_whenever_the_caller_hangs_up_nothing_is_left(
    center: CenterOnFake, number: str, milliseconds: int
) -> None:
    await center.log_in("olena", answers_after=1.0)
    await asyncio.sleep(0.5)
    caller = center.caller(number=number)
    await asyncio.sleep(milliseconds / 1000)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    await asyncio.sleep(1)
    assert len(center.ended()) == 1
    center.assert_nothing_left()


async def test_an_agent_lost_before_the_bridge_costs_the_caller_no_place(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await center.log_in("taras", answers_after=1.0)
    center.asterisk.delay_requests(0.05)
    leg = center.leg("olena")
    center.asterisk.pick_up(leg)
    center.asterisk.hang_up(leg)
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.agent("olena").state is AgentState.NOT_READY
    assert center.agent("taras").state is AgentState.ON_CALL
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_dropped_connection_suspends_offers_and_loses_nobody(center: CenterOnFake) -> None:
    caller = center.caller()
    await asyncio.sleep(1)
    center.asterisk.drop_connection(stay_down=True)
    await center.until(lambda: not center.switchboard.connected)
    await center.log_in("olena", answers_after=1.0)
    await asyncio.sleep(5)
    assert center.asterisk.ringing("PJSIP/phone-203") is None
    center.asterisk.restore()
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_hang_up_during_a_dropped_connection_is_noticed(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.drop_connection(stay_down=True)
    await center.until(lambda: not center.switchboard.connected)
    center.asterisk.hang_up(caller)
    center.asterisk.restore()
    await center.until(lambda: center.ended())
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    center.assert_nothing_left()


async def test_call_states_are_left_in_order(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    (call,) = center.engine.center.calls.values()
    assert call.state is CallState.TALKING


async def test_a_caller_gone_before_the_phone_was_rung_costs_the_agent_nothing(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    post = center.engine.post
    post(
        CallArrived(
            call="node1-1-0", tenant="demo", client="dnipro", number="600201", caller="",
            channel="node1-1.0", node="node1", arrived_at=0.0,
        )
    )  # fmt: skip
    post(CallQueued(call="node1-1-0", queue="dnipro/vip"))
    post(CallEnded(call="node1-1-0", by=Party.CALLER, cause="hung up"))
    caller = center.caller("node1-1-1")
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: len(center.ended()) == 2)
    center.assert_nothing_left()


def legs_at_each_ring(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch, part: str
) -> list[list[str]]:
    """Note, whenever a phone is to be rung, which channels there are with this in their names."""
    found: list[list[str]] = []
    send = center.asterisk.request

    async def watch(request: Request) -> Response:
        if request.method == "POST" and request.path == "channels":
            found.append([name for name in center.asterisk.channels_left() if part in name])
        return await send(request)

    monkeypatch.setattr(center.asterisk, "request", watch)
    return found


async def test_a_phone_is_rung_only_when_its_last_leg_is_gone(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await center.log_in("olena")
    overlaps = legs_at_each_ring(center, monkeypatch, "-1-")
    first, second = center.caller("node1-1-1"), center.caller("node1-1-2")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.hang_up(first)
    await center.until(lambda: len(overlaps) == 2)
    assert overlaps == [[], []]
    center.asterisk.hang_up(second)
    await center.until(lambda: len(center.ended()) == 2)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_a_phone_that_changes_hands_is_rung_only_when_its_last_leg_is_gone(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await center.log_in("olena")
    overlaps = legs_at_each_ring(center, monkeypatch, "-1-1.")
    caller = center.caller("node1-1-1")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    assert not center.engine.post(AgentLoggedOut(agent="olena"))
    center.sessions.ensure_agent("taras")
    assert not center.engine.post(AgentLoggedIn(agent="taras", phone="203"))
    await center.until(lambda: len(overlaps) == 2)
    assert overlaps == [[], []]
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_a_phone_whose_last_leg_never_ends_is_not_rung_and_the_caller_goes_on(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await center.log_in("olena")
    first = center.caller("node1-1-1")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    send = center.asterisk.request

    async def deaf(request: Request) -> Response:
        if request.method == "DELETE" and request.path == "channels/node1-1-1.1":
            return Response(204)
        return await send(request)

    monkeypatch.setattr(center.asterisk, "request", deaf)
    center.asterisk.hang_up(first)
    await center.until(lambda: center.ended())
    await center.log_in("taras", answers_after=1.0)
    assert not center.engine.post(AgentWentNotReady(agent="taras", reason="lunch"))
    second = center.caller("node1-1-2")
    await asyncio.sleep(1)
    assert not center.engine.post(AgentWentReady(agent="taras"))
    await center.until(lambda: center.asterisk.hears(second).startswith("talk"), seconds=30)
    assert "node1-1-2.1" not in [one.query.get("channelId") for one in center.asterisk.requests]
    assert center.agent("olena").state is AgentState.NOT_READY


async def test_nothing_is_asked_of_asterisk_that_the_journal_does_not_hold(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    center.asterisk.mark()
    center.journal.full = True
    caller = center.caller()
    await asyncio.sleep(1)
    assert center.asterisk.requests_since_mark() == []
    assert center.engine.failed.done()
    assert center.asterisk.channels_left() == [caller]
    with suppress(JournalFailed):
        center.engine.failed.result()
