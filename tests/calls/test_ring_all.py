"""Several phones ring for one call; the first answer wins, and the losers are left in peace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import ConversationStarted, OfferAccepted
from ccengine.core.queues import Strategy
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

OLENA, TARAS = "PJSIP/phone-203", "PJSIP/phone-204"


@pytest.fixture
async def ringing(center: CenterOnFake) -> CenterOnFake:
    """A caller for whom both phones ring."""
    center.set_queue(strategy=Strategy.RING_ALL)
    await center.log_in("olena", "taras")
    center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA) and center.asterisk.ringing(TARAS))
    return center


async def finish(center: CenterOnFake) -> None:
    """The caller hangs up; nothing is left, and nobody was counted as having missed a call."""
    center.asterisk.hang_up("node1-1.1")
    await center.until(lambda: center.ended())
    await center.until(lambda: not center.asterisk.channels_left())
    center.assert_nothing_left()


async def test_the_first_answer_wins_and_the_other_phone_is_told_that_it_was_answered(
    ringing: CenterOnFake,
) -> None:
    leg = ringing.leg("taras")
    ringing.asterisk.pick_up(leg)
    await ringing.until(lambda: ringing.journal.events(ConversationStarted))
    assert ringing.asterisk.hears("node1-1.1") == f"talk:{leg}"
    await ringing.until(lambda: ringing.asterisk.ringing(OLENA) is None)
    ends = [r.query for r in ringing.asterisk.requests if r.method == "DELETE"]
    assert {"reason": "answered_elsewhere"} in ends
    assert ringing.agent("olena").state is AgentState.AVAILABLE
    assert ringing.agent("olena").misses == 0
    await finish(ringing)


@pytest.mark.parametrize("first", ["olena", "taras"])
@pytest.mark.parametrize("apart", [0.0, 0.001, 0.01])
async def test_who_answers_in_the_same_instant_is_hung_up_on_and_has_missed_nothing(
    ringing: CenterOnFake, first: str, apart: float
) -> None:
    ringing.asterisk.delay_requests(0.02)
    second = {"olena": "taras", "taras": "olena"}[first]
    won, lost = ringing.leg(first), ringing.leg(second)
    ringing.asterisk.pick_up(won)
    await asyncio.sleep(apart)
    if lost in ringing.asterisk.channels_left():
        ringing.asterisk.pick_up(lost)
    await ringing.until(lambda: ringing.journal.events(ConversationStarted))
    await ringing.until(lambda: lost not in ringing.asterisk.channels_left(), seconds=2.0)
    assert ringing.asterisk.hears("node1-1.1") == f"talk:{won}"
    assert ringing.agent(first).state is AgentState.ON_CALL
    assert ringing.agent(second).state is AgentState.AVAILABLE
    assert ringing.agent(second).misses == 0
    await finish(ringing)


async def test_who_lost_the_race_is_rung_for_the_next_caller_when_their_leg_is_gone(
    ringing: CenterOnFake,
) -> None:
    ringing.asterisk.pick_up(ringing.leg("taras"))
    await ringing.until(lambda: ringing.journal.events(ConversationStarted))
    second = ringing.caller("node1-1-2")
    await ringing.until(lambda: ringing.asterisk.ringing(OLENA) == "node1-1-2.1")
    ringing.asterisk.hang_up(second)
    await ringing.until(lambda: ringing.ended())
    assert ringing.agent("olena").state is AgentState.AVAILABLE
    ringing.asterisk.hang_up("node1-1.1")
    await ringing.until(lambda: len(ringing.ended()) == 2)
    ringing.assert_nothing_left()


async def test_if_who_answered_is_lost_before_the_bridge_the_other_phone_rings_on(
    ringing: CenterOnFake,
) -> None:
    ringing.asterisk.delay_requests(0.05)
    won, other = ringing.leg("taras"), ringing.leg("olena")
    ringing.asterisk.pick_up(won)
    await ringing.until(lambda: ringing.agent("taras").state is AgentState.ON_CALL)
    ringing.asterisk.hang_up(won)
    await ringing.until(lambda: ringing.agent("taras").state is AgentState.NOT_READY)
    assert ringing.leg("olena") == other
    ringing.asterisk.pick_up(other)
    await ringing.until(lambda: ringing.asterisk.hears("node1-1.1") == f"talk:{other}")
    await finish(ringing)


@pytest.mark.parametrize("lost", [False, True])
async def test_killed_while_the_bridge_is_made_the_other_phone_is_let_off_or_rings_on(
    ringing: CenterOnFake, *, lost: bool
) -> None:
    ringing.asterisk.delay_requests(0.05)
    won, other = ringing.leg("taras"), ringing.leg("olena")
    ringing.asterisk.pick_up(won)
    await ringing.until(lambda: ringing.agent("taras").state is AgentState.ON_CALL)
    await ringing.kill()
    if lost:
        ringing.asterisk.hang_up(won)
    await ringing.start()
    if lost:
        assert ringing.leg("olena") == other
        ringing.asterisk.pick_up(other)
    talk = other if lost else won
    await ringing.until(lambda: ringing.asterisk.hears("node1-1.1") == f"talk:{talk}")
    await ringing.until(lambda: ringing.asterisk.ringing(OLENA) is None)
    await finish(ringing)


async def test_one_declines_and_the_other_rings_on(ringing: CenterOnFake) -> None:
    ringing.asterisk.decline(ringing.leg("olena"))
    await ringing.until(lambda: ringing.agent("olena").state is AgentState.NOT_READY)
    ringing.asterisk.pick_up(ringing.leg("taras"))
    await ringing.until(lambda: ringing.journal.events(ConversationStarted))
    await finish(ringing)


@pytest.mark.parametrize("milliseconds", [0, 1, 5, 30, 200])
async def test_whenever_the_caller_leaves_all_phones_are_silent(
    center: CenterOnFake, milliseconds: int
) -> None:
    center.set_queue(strategy=Strategy.RING_ALL)
    await center.log_in("olena", "taras")
    center.asterisk.delay_requests(0.01)
    caller = center.caller()
    await asyncio.sleep(milliseconds / 1000)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await asyncio.sleep(2.0)
    for agent in ("olena", "taras"):
        assert center.agent(agent).state is AgentState.AVAILABLE
    center.assert_nothing_left()


# The engine is killed while several phones ring


async def test_all_of_them_ring_on(ringing: CenterOnFake) -> None:
    legs = [ringing.leg("olena"), ringing.leg("taras")]
    await ringing.restart(away_seconds=1.0)
    assert [ringing.leg("olena"), ringing.leg("taras")] == legs
    ringing.asterisk.pick_up(legs[1])
    await ringing.until(lambda: ringing.asterisk.hears("node1-1.1") == f"talk:{legs[1]}")
    await ringing.until(lambda: ringing.asterisk.ringing(OLENA) is None)
    assert ringing.agent("olena").state is AgentState.AVAILABLE
    await finish(ringing)


@pytest.mark.parametrize("agent", ["olena", "taras"])
async def test_one_that_was_declined_meanwhile_is_given_up_and_the_other_rings_on(
    ringing: CenterOnFake, agent: str
) -> None:
    other = {"olena": "taras", "taras": "olena"}[agent]
    leg = ringing.leg(other)
    await ringing.kill()
    ringing.asterisk.decline(ringing.leg(agent))
    await ringing.start()
    assert ringing.agent(agent).state is AgentState.NOT_READY
    assert ringing.leg(other) == leg
    (call,) = ringing.engine.center.calls.values()
    assert call.state is CallState.OFFERED
    ringing.asterisk.pick_up(leg)
    await ringing.until(lambda: ringing.asterisk.hears("node1-1.1") == f"talk:{leg}")
    await finish(ringing)


async def test_of_two_who_answered_meanwhile_one_has_the_caller(ringing: CenterOnFake) -> None:
    legs = {ringing.leg("olena"), ringing.leg("taras")}
    await ringing.kill()
    for leg in legs:
        ringing.asterisk.pick_up(leg)
    await asyncio.sleep(2.0)
    await ringing.start()
    await ringing.until(lambda: ringing.asterisk.hears("node1-1.1").startswith("talk:"))
    await ringing.until(lambda: len(legs.intersection(ringing.asterisk.channels_left())) == 1)
    states = sorted(ringing.agent(agent).state for agent in ("olena", "taras"))
    assert states == [AgentState.AVAILABLE, AgentState.ON_CALL]
    await finish(ringing)


async def test_all_gone_the_caller_waits_again(ringing: CenterOnFake) -> None:
    await ringing.kill()
    for agent in ("olena", "taras"):
        ringing.asterisk.decline(ringing.leg(agent))
    await ringing.start()
    (call,) = ringing.engine.center.calls.values()
    assert call.state is CallState.WAITING
    assert not ringing.journal.events(OfferAccepted)
    await finish(ringing)


async def test_what_rings_for_nobody_is_ended(center: CenterOnFake) -> None:
    center.set_queue(strategy=Strategy.RING_ALL)
    await center.log_in("olena", "taras")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA) and center.asterisk.ringing(TARAS))
    await center.kill()
    center.asterisk.hang_up(caller)
    await center.start()
    await center.until(lambda: not center.asterisk.channels_left())
    for agent in ("olena", "taras"):
        assert center.agent(agent).state is AgentState.AVAILABLE
    center.assert_nothing_left()
