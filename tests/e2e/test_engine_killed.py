"""The engine is killed with -9, once at each stage of a call; docker starts the next one.

Nobody is lost, nobody loses a place, a talk goes on in sound and recording, and each call has one
record. `kill_engine` comes back when the next engine serves calls.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import AgentState, CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other
from tests.e2e.recorded import parts, recorded

if TYPE_CHECKING:
    from ccengine.phone import Call
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

ENOUGH = 0.95
LARGEST_GAP_SECONDS = 0.5


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_in_the_menu_the_step_starts_again_and_takes_the_digit(stage: Stage) -> None:
    async with stage:
        amira = await stage.agent("amira")
        caller = await stage.caller("600100")
        greeting = stage.system.prompt(ClientId("nour"), "greeting", "ar")
        await caller.hears(greeting, beginning=0.6)
        killed = now()
        await stage.system.kill_engine()
        await caller.hears(greeting, since=killed + 0.5, beginning=0.6)
        await caller.presses("1")
        await hear_each_other(caller, amira, await amira.answers())


async def test_waiting_callers_keep_their_places_and_are_served_in_order(stage: Stage) -> None:
    async with stage:
        first, second = await stage.caller("600201"), await stage.caller("600201")
        for caller in (first, second):
            await caller.becomes(CallState.WAITING)
            await caller.hears_music()
        killed = now()
        await stage.system.kill_engine()
        back = now()
        for caller in (first, second):
            assert caller.call.heard.silence(killed, back) < 0.5  # the music goes on
        olena = await stage.agent("olena")
        for caller in (first, second):
            talk = await olena.answers()
            await hear_each_other(caller, olena, talk)
            await caller.hangs_up()
            await olena.becomes(AgentState.WRAP_UP)
            if caller is first:
                await olena.goes_ready()


@pytest.mark.parametrize("when", ["while it is away", "when it is back"])
async def test_an_agent_who_rings_may_answer(stage: Stage, when: str) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        rung = await olena.rings()
        if when == "while it is away":
            await stage.system.engine.kill()
            talk = await rung.answer(tone_hz=olena.tone_hz)
            await stage.system.engine_is_back()
        else:
            await stage.system.kill_engine()
            talk = await rung.answer(tone_hz=olena.tone_hz)
        await hear_each_other(caller, olena, talk)
        await caller.becomes(CallState.TALKING)
        await asyncio.sleep(0.5)
        await caller.hangs_up()
        record = await caller.record()
        assert record["recording"]
        assert (await recorded(stage, record)).seconds > 0


async def test_a_caller_who_leaves_while_it_is_away_frees_the_agent_who_rings(
    stage: Stage,
) -> None:
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201", CallOutcome.LOST, CallOutcome.ABANDONED)
        rung = await olena.rings()
        await stage.system.engine.kill()
        await caller.hangs_up()
        await stage.system.engine_is_back()
        await rung.ended(timeout_seconds=5)
        await olena.becomes(AgentState.AVAILABLE)


async def test_a_talk_and_its_recording_go_on(stage: Stage) -> None:
    async with stage:
        talk = Talk(stage)
        await talk.begins()
        await stage.system.kill_engine()
        await asyncio.sleep(1.0)
        await talk.is_unbroken()
        await talk.caller.hangs_up()
        await talk.agents_call.ended(timeout_seconds=3)
        await talk.is_recorded_whole()
        await talk.agent.becomes(AgentState.WRAP_UP)


async def test_a_talk_goes_on_while_the_engine_is_stopped_and_started(stage: Stage) -> None:
    async with stage:
        talk = Talk(stage)
        await talk.begins()
        await stage.system.engine.stop()
        await asyncio.sleep(1.0)
        await stage.system.engine.start()
        await stage.system.engine_is_back()
        await asyncio.sleep(0.5)
        await talk.is_unbroken()
        await talk.agents_call.hang_up()
        await talk.caller.call.ended(timeout_seconds=3)
        await talk.is_recorded_whole()
        assert (await talk.caller.record())["ended_by"] == "agent"


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_a_talk_that_ends_while_it_is_away_is_over_when_it_is_back(
    stage: Stage, who: str
) -> None:
    async with stage:
        talk = Talk(stage)
        await talk.begins()
        await stage.system.engine.kill()
        await (talk.caller.call if who == "caller" else talk.agents_call).hang_up()
        await stage.system.engine_is_back()
        await talk.caller.call.ended(timeout_seconds=5)
        await talk.agents_call.ended(timeout_seconds=5)
        assert (await talk.caller.record())["talk_seconds"] > 1.0
        await talk.agent.becomes(AgentState.WRAP_UP)


async def test_wrap_up_ends_when_it_would_have(stage: Stage) -> None:
    wrap_up = stage.rules("dnipro/vip").wrap_up_seconds
    async with stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        await hear_each_other(caller, olena, await olena.answers())
        await caller.hangs_up()
        await olena.becomes(AgentState.WRAP_UP)
        began = now()
        await stage.system.kill_engine()
        await olena.becomes(AgentState.AVAILABLE, seconds=wrap_up + 2)
        assert now() - began >= min(wrap_up, 1.0)
        record = await caller.record()
        assert record["outcome"] == "answered"


class Talk:
    """Caller and agent who hear each other, and what must be true of it in the end."""

    caller: Caller
    agent: Agent
    agents_call: Call

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since = 0.0

    async def begins(self) -> None:
        """Bring both on and let them talk for a while."""
        self.agent = await self._stage.agent("olena")
        self.caller = await self._stage.caller("600201")
        self.agents_call = await self.agent.answers()
        self._since = await hear_each_other(self.caller, self.agent, self.agents_call)
        await asyncio.sleep(1.5)

    async def is_unbroken(self) -> None:
        """Both have heard each other from the beginning until now."""
        until = now()
        for heard, frequency in (
            (self.caller.call.heard, self.agent.tone_hz),
            (self.agents_call.heard, self.caller.tone_hz),
        ):
            assert heard.largest_gap(self._since, until) < LARGEST_GAP_SECONDS
            assert heard.tone(frequency, since=self._since, until=until) >= ENOUGH

    async def is_recorded_whole(self) -> None:
        """One file holds both from the answer to the end."""
        record = await self.caller.record()
        sound = await recorded(self._stage, record)
        assert len(parts(record)) == 1
        assert sound.is_as_long_as(record["talk_seconds"], self.caller)
        assert sound.gaps(self.caller, {"olena": self.agent.tone_hz}) == [], sound.told()
