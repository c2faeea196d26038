"""Agents come and go by feature code and PIN, and what they say decides who gets the next call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other, hear_prompt

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


async def test_with_nobody_ready_the_caller_hears_music_and_gets_the_agent_who_logs_in_next(
    stage: Stage,
) -> None:
    async with stage:
        caller = await stage.caller("600201")
        await caller.becomes(CallState.WAITING)
        await caller.hears_music()
        olena = await stage.agent("olena")
        talk = await olena.answers()
        await hear_each_other(caller, olena, talk)
        await caller.hangs_up()
        assert (await caller.record())["wait_seconds"] > 1.0


async def test_a_wrong_pin_is_refused_and_said_and_the_right_one_is_confirmed(
    stage: Stage,
) -> None:
    async with stage:
        olena = await stage.agent("olena", logged_in=False)
        right = stage.system.pin("olena")
        wrong = f"{(int(right) + 1) % 10**6:06}"
        login = await olena.phone.call("*71")
        since = login.timeline.answered or 0.0
        asks = stage.system.confirmation(Confirmation.ENTER_PIN)
        since = await hear_prompt(login, asks, since=since)
        await login.send_digits(wrong)
        said = stage.system.confirmation(Confirmation.WRONG_PIN)
        since = await hear_prompt(login, said, since=since)
        assert olena.state is AgentState.OFFLINE
        await hear_prompt(login, asks, since=since)
        await login.send_digits(right)
        said = stage.system.confirmation(Confirmation.LOGGED_IN)
        await hear_prompt(login, said, since=since)
        await login.ended(timeout_seconds=5)
        assert olena.state is AgentState.AVAILABLE


async def test_not_ready_keeps_calls_away_and_ready_lets_them_in(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        await olena.dials_and_hears("*742", Confirmation.NOT_READY)
        assert olena.state is AgentState.NOT_READY
        assert stage.system.ledger.agents[olena.id].reason == "lunch"
        caller = await stage.caller("600201")
        await caller.becomes(CallState.WAITING)
        await asyncio.sleep(1.0)
        assert not olena.phone.incoming_calls
        ready = await olena.phone.call("*73")
        said = stage.system.confirmation(Confirmation.READY)
        await hear_prompt(ready, said, since=ready.timeline.answered or 0.0)
        await hear_each_other(caller, olena, await olena.answers())
        await caller.hangs_up()
        await olena.becomes(AgentState.WRAP_UP)
        await olena.dials_and_hears("*72", Confirmation.LOGGED_OUT)
        assert olena.state is AgentState.OFFLINE
        await olena.dials_and_hears("*73", Confirmation.NOT_LOGGED_IN)


async def test_an_agent_may_sit_down_at_another_phone(stage: Stage) -> None:
    async with stage:
        omar = await stage.agent("omar", at="205", code="*71302")
        caller = await stage.caller("600100")
        await caller.call.heard.wait_for_audio()
        await caller.presses("2")
        await hear_each_other(caller, omar, await omar.answers())


async def test_wrap_up_ends_by_itself_and_only_then_the_next_caller_is_offered(
    stage: Stage,
) -> None:
    wrap_up = stage.rules("dnipro/vip").wrap_up_seconds
    async with stage:
        olena = await stage.agent("olena")
        first = await stage.caller("600201")
        talk = await olena.answers()
        await hear_each_other(first, olena, talk)
        second = await stage.caller("600201", CallOutcome.ABANDONED)
        await second.becomes(CallState.WAITING)
        await first.hangs_up()
        ended = (await talk.ended(timeout_seconds=2)).at
        await olena.becomes(AgentState.WRAP_UP)
        rung = await olena.rings(seconds=wrap_up + 3)
        waited = (rung.timeline.invited or 0.0) - ended
        assert abs(waited - wrap_up) < 1.0
        await second.hangs_up()
        await rung.ended(timeout_seconds=2)
        await olena.becomes(AgentState.AVAILABLE)
