"""Two phones ring for one caller; whoever is first has the call, the other is let off."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import AgentState
from ccengine.phone import PhoneError
from tests.e2e.configuration import configured, vip
from tests.e2e.people import hear_each_other

if TYPE_CHECKING:
    from ccengine.phone import Call, IncomingCall
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage

RACES = {"small": 4, "full": 20}


async def test_the_phone_that_is_not_first_stops_ringing_and_is_not_told_of_a_missed_call(
    stage: Stage,
) -> None:
    async with configured(stage.system, vip("strategy: ring-all")), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        caller = await stage.caller("600201")
        other, first = await olena.rings(), await taras.rings()
        talk = await first.answer(tone_hz=taras.tone_hz)
        ended = await other.ended(timeout_seconds=2)
        assert "elsewhere" in ended.reason.lower()  # what a phone needs not to show it as missed
        await hear_each_other(caller, taras, talk)
        await olena.becomes(AgentState.AVAILABLE)


@pytest.mark.timeout(180)
async def test_of_two_who_answer_at_once_one_talks_and_the_other_is_free(stage: Stage) -> None:
    async with configured(stage.system, vip("strategy: ring-all")), stage:
        agents = [await stage.agent("olena"), await stage.agent("taras")]
        for _ in range(RACES[stage.system.size]):
            caller = await stage.caller("600201")
            rung = [await agent.rings() for agent in agents]
            async with asyncio.TaskGroup() as both:
                answers = [
                    both.create_task(answer_if_still_there(agent, incoming))
                    for agent, incoming in zip(agents, rung, strict=True)
                ]
            await caller.becomes_talking()
            stage.system.ledger.read()
            (winner,) = [agent for agent in agents if agent.state is AgentState.ON_CALL]
            (loser,) = [agent for agent in agents if agent is not winner]
            await rung[agents.index(loser)].ended(timeout_seconds=2)
            assert loser.state is AgentState.AVAILABLE
            talk = answers[agents.index(winner)].result()
            assert talk is not None
            await hear_each_other(caller, winner, talk)
            await caller.hangs_up()
            await winner.becomes(AgentState.WRAP_UP)
            await winner.goes_ready()


async def answer_if_still_there(agent: Agent, incoming: IncomingCall) -> Call | None:
    with suppress(PhoneError):
        return await incoming.answer(tone_hz=agent.tone_hz)
    return None
