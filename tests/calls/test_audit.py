"""Events that never come cost nobody more than a minute; healthy calls are left alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriTimeout
from ccengine.calls.audit import AGAIN_SECONDS, LOOK_SECONDS
from ccengine.core.events import (
    CallArrived,
    CallEnded,
    CallQueued,
    ConversationEnded,
    ConversationStarted,
    Miss,
    OfferDeclined,
    Party,
)
from ccengine.core.queues import Limits, Overflow, Strategy
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake

OLENA, TARAS = "PJSIP/phone-203", "PJSIP/phone-204"
FOUND_SECONDS = LOOK_SECONDS + 3 * AGAIN_SECONDS + 1
ENDS = {"StasisEnd", "ChannelDestroyed", "ChannelHangupRequest"}


async def talk(center: CenterOnFake) -> str:
    """Caller and olena talk; the caller's channel."""
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    return caller


async def over(center: CenterOnFake) -> None:
    """Wait until the call is over, olena is free, and nothing is left."""
    await center.until(lambda: center.ended(), seconds=FOUND_SECONDS)
    center.asterisk.world.swallowed = set()
    await center.until(lambda: not center.asterisk.channels_left())
    await center.until(lambda: center.agent("olena").state is not AgentState.ON_CALL)
    center.assert_nothing_left()
    assert len(center.ended()) == 1


async def test_the_callers_end_was_never_told(center: CenterOnFake) -> None:
    caller = await talk(center)
    center.asterisk.world.swallowed = ENDS
    center.asterisk.hang_up(caller)
    await over(center)
    assert center.agent("olena").state in (AgentState.WRAP_UP, AgentState.AVAILABLE)


async def test_the_agents_end_was_never_told(center: CenterOnFake) -> None:
    await talk(center)
    center.asterisk.world.swallowed = ENDS
    center.asterisk.hang_up("node1-1-1.1")
    await over(center)


async def test_a_phone_that_rings_no_more_was_never_told(center: CenterOnFake) -> None:
    center.set_queue(ring_seconds=300.0)
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    center.asterisk.world.swallowed = ENDS
    center.asterisk.decline(center.leg("olena"))
    await center.until(lambda: center.journal.events(OfferDeclined), seconds=FOUND_SECONDS)
    assert center.agent("olena").state is AgentState.NOT_READY
    center.asterisk.world.swallowed = set()
    center.asterisk.hang_up(caller)
    await over(center)


async def test_one_of_several_phones_that_rings_no_more_was_never_told(
    center: CenterOnFake,
) -> None:
    center.set_queue(ring_seconds=300.0, strategy=Strategy.RING_ALL)
    await center.log_in("olena", "taras")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA) and center.asterisk.ringing(TARAS))
    center.asterisk.world.swallowed = ENDS
    center.asterisk.decline(center.leg("taras"))
    await center.until(lambda: center.journal.events(OfferDeclined), seconds=FOUND_SECONDS)
    assert center.agent("taras").state is AgentState.NOT_READY
    assert center.agent("olena").state is AgentState.OFFERED
    center.asterisk.world.swallowed = set()
    center.asterisk.hang_up(caller)
    await over(center)


async def test_two_who_are_no_longer_joined_are_let_go(center: CenterOnFake) -> None:
    await talk(center)
    world = center.asterisk.world
    world.destroy_bridge(world.bridges["node1-1-1.1.talk"])
    await over(center)
    assert center.journal.events(ConversationEnded)


@pytest.mark.parametrize("state", ["offered", "talking", "in_flow"])
async def test_what_has_no_session_is_closed_all_the_same(center: CenterOnFake, state: str) -> None:
    """A call that the core believes in, of which nothing is left anywhere else."""
    center.set_queue(ring_seconds=300.0)
    if state != "in_flow":
        await center.log_in("olena")
    post = center.engine.post
    post(
        CallArrived(
            call="node1-1-0", tenant="demo", client="dnipro", number="600201", caller="",
            channel="node1-1.0", node="node1", arrived_at=0.0,
        )
    )  # fmt: skip
    center.engine.open_call("node1-1-0")  # strays are another's
    if state == "offered":
        post(CallQueued(call="node1-1-0", queue="dnipro/vip"))
    elif state == "talking":
        center.asterisk.phone_answers(OLENA, 0.1)
        post(CallQueued(call="node1-1-0", queue="dnipro/vip"))
        await asyncio.sleep(1.0)
        post(ConversationStarted(call="node1-1-0", agent="olena", bridge="no-such-bridge"))
    await center.until(lambda: center.ended(), seconds=FOUND_SECONDS)
    assert center.ended()[0].by is Party.LOST
    await center.until(lambda: not center.asterisk.channels_left())
    if state != "in_flow":
        assert center.agent("olena").state in (AgentState.AVAILABLE, AgentState.WRAP_UP)
    center.assert_nothing_left()


async def test_phones_are_compared_too(center: CenterOnFake) -> None:
    await center.log_in("olena", "taras")
    center.asterisk.world.swallowed = {"ContactStatusChange", "ChannelCreated", *ENDS}
    center.asterisk.phone_unregisters(OLENA)
    own = center.asterisk.phone_dials("204", "380441112233")
    await center.until(lambda: center.agent("olena").phone_lost, seconds=FOUND_SECONDS)
    assert center.agent("taras").own_calls == (own,)
    center.asterisk.phone_registers(OLENA)
    center.asterisk.hang_up(own)
    await center.until(lambda: center.agent("olena").may_be_offered, seconds=FOUND_SECONDS)
    assert center.agent("taras").may_be_offered


async def test_a_caller_outside_whose_end_was_never_told(center: CenterOnFake) -> None:
    center.set_queue(limits=Limits(waiting=0, overflow=Overflow(voicemail=True)))
    caller = center.caller()
    await asyncio.sleep(1)
    center.asterisk.world.swallowed = ENDS
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended(), seconds=FOUND_SECONDS)
    center.assert_nothing_left()


async def test_healthy_calls_are_left_alone_and_asked_after_beside_the_websocket(
    center: CenterOnFake,
) -> None:
    talking = await talk(center)
    await center.log_in("taras")
    ringing = center.caller("node1-1-2")
    await center.until(lambda: center.asterisk.ringing(TARAS))
    waiting = center.caller("node1-1-3")
    await asyncio.sleep(1)
    own = center.asterisk.phone_dials("204", "380441112233")
    center.set_queue(ring_seconds=300.0)
    center.asterisk.mark()
    events = len(center.journal.events())
    await asyncio.sleep(10)
    seen = len(center.journal.events())
    assert seen - events <= 2
    asked = center.asterisk.requests_since_mark()
    await center.until(lambda: center.asterisk.ringing(TARAS) is None)
    await asyncio.sleep(LOOK_SECONDS)
    asked = [r for r in center.asterisk.requests_since_mark() if r.method == "GET"]
    asked = [r for r in asked if r.path != "asterisk/variable"]
    assert {request.path for request in asked} == {"channels", "bridges", "endpoints/PJSIP"}
    assert all(request.aside for request in asked)
    assert len(asked) <= 6  # one look each, none again
    center.asterisk.hang_up(own)
    for channel in (talking, ringing, waiting):
        center.asterisk.hang_up(channel)
    await center.until(lambda: len(center.ended()) == 3)
    center.assert_nothing_left()


async def test_an_event_that_is_only_late_is_waited_for(center: CenterOnFake) -> None:
    center.set_queue(ring_seconds=300.0)
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    center.asterisk.hold_events()
    center.asterisk.decline(center.leg("olena"))
    center.asterisk.mark()
    await center.until(lambda: "bridges" in {r.path for r in center.asterisk.requests_since_mark()})
    await asyncio.sleep(AGAIN_SECONDS - 1)
    center.asterisk.let_events_come()
    await asyncio.sleep(5 * AGAIN_SECONDS)
    (declined,) = center.journal.events(OfferDeclined)
    assert declined.how is Miss.DECLINED
    center.asterisk.hang_up(caller)
    await over(center)


async def test_what_was_so_at_one_look_only_is_left_alone(center: CenterOnFake) -> None:
    await center.log_in("olena")
    center.asterisk.hold_events()
    own = center.asterisk.phone_dials("203", "380441112233")
    center.asterisk.mark()
    await center.until(
        lambda: "endpoints/PJSIP" in {r.path for r in center.asterisk.requests_since_mark()}
    )
    center.asterisk.let_events_come()
    center.asterisk.hang_up(own)
    await asyncio.sleep(5 * AGAIN_SECONDS)
    assert center.agent("olena").may_be_offered


@pytest.mark.parametrize("back", [True, False])
async def test_who_is_apart_at_both_looks_and_was_back_in_between_is_left_alone(
    center: CenterOnFake, *, back: bool
) -> None:
    """An agent who pauses the recording and has it go on hears that apart, twice."""
    caller, world = await talk(center), center.asterisk.world
    bridge = world.bridges["node1-1-1.1.talk"]
    (leg,) = (one for one in bridge.channel_ids if one != caller)
    center.asterisk.mark()
    world.leave_bridge(world.channels[leg])
    await center.until(
        lambda: "bridges" in {r.path for r in center.asterisk.requests_since_mark()},
        seconds=LOOK_SECONDS,
    )
    await asyncio.sleep(AGAIN_SECONDS / 2)
    if back:
        world.enter_bridge(world.channels[leg], bridge)
        await asyncio.sleep(0.1)
        world.leave_bridge(world.channels[leg])
    await asyncio.sleep(AGAIN_SECONDS)
    world.enter_bridge(world.channels[leg], bridge)
    await asyncio.sleep(5 * AGAIN_SECONDS)
    assert not center.journal.events(ConversationEnded)


async def test_with_nobody_there_nothing_is_asked(center: CenterOnFake) -> None:
    await asyncio.sleep(1)
    center.asterisk.mark()
    await asyncio.sleep(5 * LOOK_SECONDS)
    paths = {request.path for request in center.asterisk.requests_since_mark()}
    assert paths <= {"asterisk/variable"}


async def test_an_asterisk_that_does_not_answer_is_asked_at_the_next_look(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await talk(center)
    answer, failures = center.asterisk.request, 1

    async def slow(request: Request) -> Response:
        nonlocal failures
        if request.path == "bridges" and request.method == "GET" and failures:
            failures -= 1
            message = "no answer in time"
            raise AriTimeout(message)
        return await answer(request)

    monkeypatch.setattr(center.asterisk, "request", slow)
    center.asterisk.world.swallowed = ENDS
    center.asterisk.hang_up(caller)
    await asyncio.sleep(LOOK_SECONDS)
    assert failures == 0 or not center.ended()
    await over(center)
    assert [type(event) for event in center.journal.events(CallEnded)] == [CallEnded]
