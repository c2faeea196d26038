"""What agents dial about reasons, queues, wrap-up, their day: each code, and each wrong entry."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import AgentWentNotReady, ConversationStarted, WrapUpExtended
from ccengine.core.ids import QueueId
from ccengine.core.plan import Reason
from ccengine.core.reasons import AfterLimit
from ccengine.core.states import AgentState
from tests.reporting.examples import row_of

if TYPE_CHECKING:
    from ccengine.core.ids import AgentId, Instant
    from ccengine.reporting.rows import JournalRow
    from tests.calls.center_on_fake import CenterOnFake

OLENA = "PJSIP/phone-203"
VIP = QueueId("dnipro/vip")


async def dial(
    center: CenterOnFake, code: str, digits: str = "", keys: str = "", every: float = 2.0
) -> list[str]:
    """Dial on olena's phone, press keys one after the other; what is said."""
    channel = center.asterisk.feature_code("203", code, digits)
    for key in keys:
        await asyncio.sleep(every)
        center.asterisk.dial_digit(channel, key)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    return center.said_on(channel)


async def talk(center: CenterOnFake, call: str = "node1-1-1") -> str:
    """Have olena talk; the caller's channel."""
    center.asterisk.phone_answers(OLENA, 0.5)
    started = len(center.journal.events(ConversationStarted))
    channel = center.caller(call)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) > started)
    return channel


# --- reasons -------------------------------------------------------------------------------------


async def test_a_reason_has_its_limit_and_the_phone_rings_when_it_has_passed(
    center: CenterOnFake,
) -> None:
    center.set_tenant(reasons={"1": Reason(name="short break", minutes=1)})
    await center.log_in("olena")
    assert await dial(center, "not_ready", "1") == ["not-ready"]
    began = asyncio.get_running_loop().time()
    assert center.agent("olena").until is not None
    await center.until(lambda: center.asterisk.ringing(OLENA), 70)
    assert 55 < asyncio.get_running_loop().time() - began < 62
    assert center.agent("olena").overdue
    notice = center.leg("olena")
    center.asterisk.pick_up(notice)
    await center.until(lambda: notice not in center.asterisk.channels_left())
    assert center.said_on(notice) == ["time-is-up"]
    await asyncio.sleep(300)
    assert center.asterisk.ringing(OLENA) is None, "reminded twice"
    assert await dial(center, "ready") == ["ready"]
    assert not center.agent("olena").overdue
    center.assert_nothing_left()


async def test_a_limit_holds_over_a_restart(center: CenterOnFake) -> None:
    lunch = Reason(name="lunch", minutes=2, then=AfterLimit.LOG_OUT)
    center.set_tenant(reasons={"2": lunch})
    await center.log_in("olena")
    await dial(center, "not_ready", "2")
    await center.restart(away_seconds=100)
    assert center.agent("olena").state is AgentState.NOT_READY
    await center.until(lambda: center.agent("olena").state is AgentState.OFFLINE, 25)
    center.assert_nothing_left()


async def test_who_is_reminded_gets_no_call_at_that_moment_and_then_does(
    center: CenterOnFake,
) -> None:
    center.set_tenant(reasons={"1": Reason(name="short break", minutes=1)})
    await center.log_in("olena")
    await dial(center, "not_ready", "1")
    await center.until(lambda: center.asterisk.ringing(OLENA), 70)
    notice = center.leg("olena")
    assert await dial(center, "ready") == ["ready"]
    center.caller()
    await asyncio.sleep(2)
    assert center.agent("olena").state is AgentState.AVAILABLE
    assert center.agent("olena").barred == "own call"
    center.asterisk.pick_up(notice)
    await center.until(lambda: center.agent("olena").state is AgentState.OFFERED)
    assert center.leg("olena") != notice


async def test_a_required_reason_is_asked_for_and_chosen_by_a_key(center: CenterOnFake) -> None:
    center.set_tenant(reason_required=True)
    await center.log_in("olena")
    asked = ["why-not-ready", "choice/1"]
    said = await dial(center, "not_ready", keys="93", every=1.5)
    assert said[:2] == asked
    assert said[-1] == "not-ready"
    assert "unknown-reason" in said
    assert center.agent("olena").reason == "training"


async def test_a_required_reason_that_nobody_gives_changes_nothing(center: CenterOnFake) -> None:
    center.set_tenant(reason_required=True)
    await center.log_in("olena")
    said = await dial(center, "not_ready")
    assert said.count("why-not-ready") == 3
    assert said[-1] == "refused"
    assert center.agent("olena").state is AgentState.AVAILABLE
    assert center.engine.post(AgentWentNotReady(agent="olena", reason="my own business"))


async def test_an_unknown_reason_is_told_and_can_be_mended(center: CenterOnFake) -> None:
    await center.log_in("olena")
    said = await dial(center, "not_ready", "9", keys="2")
    assert said[0] == "unknown-reason"
    assert center.agent("olena").reason == "lunch"


async def test_during_a_call_it_means_after_this_call_and_is_said_so(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    caller = await talk(center)
    assert await dial(center, "not_ready", "2") == ["not-ready", "after-the-call"]
    assert center.agent("olena").state is AgentState.ON_CALL
    assert center.agent("olena").until is None, "the limit begins with the break"
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is AgentState.NOT_READY)
    assert center.agent("olena").reason == "lunch"
    assert center.agent("olena").until is not None
    center.assert_nothing_left()


# --- queues --------------------------------------------------------------------------------------


async def test_a_queue_is_left_out_and_taken_in_again_by_its_number(center: CenterOnFake) -> None:
    await center.log_in("olena")
    assert await dial(center, "pause", "23") == ["paused", "queue/dnipro/vip"]
    assert center.agent("olena").paused == (VIP,)
    center.caller()
    await asyncio.sleep(3)
    assert center.agent("olena").state is AgentState.AVAILABLE
    choice = center.engine.center.explain("node1-1-1", center.engine.clock.now())
    assert choice is not None
    passed = next(one for one in choice.passed if one.agent == "olena")
    assert (passed.reason.value, passed.name) == ("paused", VIP)
    assert await dial(center, "resume", "23") == ["resumed", "queue/dnipro/vip"]
    await center.until(lambda: center.agent("olena").state is AgentState.OFFERED)


async def test_the_number_of_a_queue_may_be_typed_and_a_wrong_one_is_told(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    said = await dial(center, "pause", "99", keys="21#")
    assert said == ["unknown-queue", "enter-queue", "paused", "queue/dnipro/billing"]
    assert await dial(center, "pause") == ["enter-queue"] * 3 + ["refused"]
    assert center.agent("olena").paused == (QueueId("dnipro/billing"),)


# --- wrap-up -------------------------------------------------------------------------------------


async def test_wrap_up_is_made_longer_within_the_limit_and_ended_early(
    center: CenterOnFake,
) -> None:
    center.set_queue(wrap_up_seconds=10, wrap_up_extension_seconds=60, wrap_up_at_most_seconds=100)
    await center.log_in("olena")
    caller = await talk(center)
    assert await dial(center, "longer") == ["refused"]
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is AgentState.WRAP_UP)
    assert [await dial(center, "longer") for _ in range(3)] == [["longer"]] * 2 + [["no-longer"]]
    assert len(center.journal.events(WrapUpExtended)) == 2
    await center.restart(away_seconds=50)
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert await dial(center, "ready") == ["ready"]
    assert center.agent("olena").state is AgentState.AVAILABLE
    center.assert_nothing_left()


# --- one's own day -------------------------------------------------------------------------------


async def test_the_own_day_is_spoken(center: CenterOnFake) -> None:
    await center.log_in("olena")
    caller = await talk(center)
    await asyncio.sleep(150)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    await dial(center, "not_ready", "2")
    await asyncio.sleep(600)

    async def rows(agent: AgentId, since: Instant) -> list[JournalRow]:
        assert agent == "olena"
        assert since < center.engine.clock.now()
        found = []
        for number, step in enumerate(center.journal.steps, 1):
            base = 100 * number
            if step.event is not None:
                found.append(row_of("event", step.event, number=base)._replace(at=step.at))
            for place, command in enumerate(step.commands, base + 1):
                row = row_of("command", command, number=place, because=base)
                found.append(row._replace(at=step.at))
        return found

    center.wiring.rows_of_agent = rows
    assert await dial(center, "my_day") == [
        "time-logged-in",
        "minutes",
        "number/13",
        "calls-taken",
        "number/1",
        "time-talked",
        "minutes",
        "number/3",
        "time-not-ready",
        "minutes",
        "number/10",
        "reason/lunch",
        "minutes",
        "number/10",
        "calls-missed",
        "number/0",
    ]


@pytest.mark.parametrize("code", ["ready", "not_ready", "longer", "my_day", "help", "pause"])
async def test_codes_of_nobody_say_so(center: CenterOnFake, code: str) -> None:
    assert await dial(center, code) == ["not-logged-in"]
