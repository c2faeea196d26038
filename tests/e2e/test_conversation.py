"""A caller gets the agent with the skill; both are heard, recorded and accounted for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other
from tests.e2e.recorded import recorded

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

ENOUGH = 0.95
TALK_SECONDS = {"small": 5.0, "full": 30.0}


@pytest.mark.parametrize(
    ("digit", "queue", "right", "other"),
    [("1", "nour/billing", "amira", "omar"), ("2", "nour/technical", "omar", "amira")],
)
async def test_the_digit_leads_to_a_recorded_talk_with_the_agent_who_has_the_skill(
    stage: Stage, digit: str, queue: str, right: str, other: str
) -> None:
    async with stage:
        agent, colleague = await stage.agent(right), await stage.agent(other)
        caller = await stage.caller("600100")
        await caller.hears(stage.system.prompt(ClientId("nour"), "greeting", "ar"), beginning=0.6)
        await caller.presses(digit)
        talk = await agent.answers()
        since = await hear_each_other(caller, agent, talk)
        assert not colleague.phone.incoming_calls
        await asyncio.sleep(TALK_SECONDS[stage.system.size])
        until_now = asyncio.get_running_loop().time()
        await caller.hangs_up()
        assert (await talk.ended(timeout_seconds=2)).by == "them"

        caller_heard, agent_heard = caller.call.heard, talk.heard
        assert caller_heard.tone(agent.tone_hz, since=since, until=until_now) >= ENOUGH
        assert agent_heard.tone(caller.tone_hz, since=since, until=until_now) >= ENOUGH
        assert caller_heard.tone(caller.tone_hz, since=since, until=until_now) < 1 - ENOUGH

        record = await caller.record()
        assert (record["tenant"], record["client"], record["number"]) == ("demo", "nour", "600100")
        assert (record["queue"], record["agent"], record["caller"]) == (queue, right, caller.shown)
        assert (record["outcome"], record["ended_by"]) == ("answered", "caller")
        assert 0 < record["wait_seconds"] < 5
        assert record["talk_seconds"] == pytest.approx(until_now - since, abs=1.0)

        sound = await recorded(stage, record)
        assert sound.is_as_long_as(record["talk_seconds"], caller)
        assert sound.share(sound.said, caller.tone_hz) >= ENOUGH
        assert sound.share(sound.heard, agent.tone_hz) >= ENOUGH
        assert sound.gaps(caller, {right: agent.tone_hz}) == [], sound.told()
        assert not any(sound.windows(sound.said, agent.tone_hz)), "each on a side of their own"
        assert not any(sound.windows(sound.heard, caller.tone_hz))

        status, told = await stage.system.call_by_api(record["call"])
        assert (status, told["agent"], told["recording"]) == (200, right, record["recording"])


async def test_a_digit_by_sip_info_counts_as_well(stage: Stage) -> None:
    async with stage:
        omar = await stage.agent("omar")
        caller = await stage.caller("600100")
        await caller.call.heard.wait_for_audio()
        await caller.presses("2", by="info")
        await hear_each_other(caller, omar, await omar.answers())


async def test_who_presses_nothing_but_wrong_keys_hears_so_and_may_choose_again(
    stage: Stage,
) -> None:
    async with stage:
        caller = await stage.caller("600100", CallOutcome.ABANDONED)
        await caller.call.heard.wait_for_audio()
        await caller.presses("9")
        nour = ClientId("nour")
        said = await caller.hears(stage.system.prompt(nour, "wrong-key", "ar"))
        await caller.hears(stage.system.prompt(nour, "greeting", "ar"), since=said, beginning=0.6)
        await caller.presses("1")
        call = await caller.becomes(CallState.WAITING)
        assert stage.system.ledger.queue_of(call) == "nour/billing"
