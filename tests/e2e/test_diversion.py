"""Callers whom a queue does not take or keep: another queue, a flow, a message, a partner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import PARTNER, configured, provider, vip
from tests.e2e.people import hear_each_other

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


DNIPRO = ClientId("dnipro")


def overflow(to: str, seconds: int = 2) -> str:
    return f"limits: {{wait_seconds: {seconds}, overflow: {{{to}}}}}"


async def test_to_another_queue_and_its_agents(stage: Stage) -> None:
    async with configured(stage.system, vip(overflow("queue: technical"))), stage:
        omar = await stage.agent("omar")  # speaks no Ukrainian: for technical only
        caller = await stage.caller("600201")
        await hear_each_other(caller, omar, await omar.answers(seconds=5))
        await caller.hangs_up()
        record = await caller.record()
        assert record["outcome"] == CallOutcome.ANSWERED
        assert record["wait_seconds"] > 1.9


async def test_to_a_flow_whose_menu_leads_to_a_queue(stage: Stage) -> None:
    async with configured(stage.system, vip(overflow("flow: main"))), stage:
        caller = await stage.caller("600201")
        await caller.becomes(CallState.WAITING)
        await caller.becomes(CallState.IN_FLOW, seconds=4)
        await asyncio.sleep(1.0)
        await caller.presses("1")
        await caller.becomes(CallState.WAITING)
        olena = await stage.agent("olena")
        await hear_each_other(caller, olena, await olena.answers())
        assert stage.system.ledger.queue_of(caller.call_id or "") == "dnipro/billing"


@pytest.mark.timeout(90)
async def test_to_voicemail_where_the_message_is_kept_and_the_record_says_so(
    stage: Stage,
) -> None:
    rules = ("language: en", overflow("voicemail: yes"))  # the number's is Ukrainian
    async with configured(stage.system, vip(*rules)), stage:
        caller = await stage.caller("600201", CallOutcome.MESSAGE)
        await caller.becomes(CallState.WAITING)
        spoken = await stage.system.prompt_of_image("voicemail", "en")
        heard = await caller.hears(spoken, within=20)
        assert heard
        await asyncio.sleep(4.0)  # the beep, and words after it
        assert caller.states[-1] is CallState.IN_FLOW
        await caller.hangs_up()
        record = await caller.record()
        assert (record["ended_by"], record["cause"]) == ("caller", "left a message")
        folder = stage.system.paths.recordings / "demo" / "dnipro" / "voicemail"
        assert [file.stem for file in folder.rglob(f"{record['call']}.wav")] == [record["call"]]


async def test_who_hangs_up_before_the_message_has_left_none(stage: Stage) -> None:
    async with configured(stage.system, vip(overflow("voicemail: yes"))), stage:
        caller = await stage.caller("600201", CallOutcome.DIVERTED)
        await caller.becomes(CallState.WAITING)
        await caller.becomes(CallState.IN_FLOW, seconds=5)
        await asyncio.sleep(0.2)
        await caller.hangs_up()
        record = await caller.record()
        assert (record["ended_by"], record["cause"]) == (
            "caller",
            "hung up before leaving a message",
        )


@pytest.mark.timeout(90)
@pytest.mark.parametrize("ends", ["while it is away", "when it is back"])
async def test_a_message_outlives_the_engine(stage: Stage, ends: str) -> None:
    rules = ("voicemail_prompt: patience", overflow("voicemail: yes"))
    async with configured(stage.system, vip(*rules)), stage:
        caller = await stage.caller("600201", CallOutcome.MESSAGE)
        await caller.hears(stage.system.prompt(DNIPRO, "patience", "uk"), within=20)
        if ends == "while it is away":
            await asyncio.sleep(3.0)
            await stage.system.engine.kill()
            await caller.hangs_up()
            await stage.system.engine_is_back()
        else:
            await stage.system.kill_engine()
            await asyncio.sleep(3.0)
            await caller.hangs_up()
        assert (await caller.record())["cause"] == "left a message"


@pytest.mark.timeout(90)
async def test_to_an_outside_partner_who_talks_to_the_caller(stage: Stage) -> None:
    rules = vip(overflow(f'number: "{PARTNER}"'))
    async with provider(stage.system, rules) as partner, stage:
        caller = await stage.caller("600201", CallOutcome.PARTNER)
        incoming = await partner.incoming(timeout_seconds=6)
        incoming.ring()
        talk = await incoming.answer(tone_hz=750)
        since = talk.timeline.answered or 0.0
        await caller.call.heard.wait_for_tone(750, since=since, timeout_seconds=5)
        await talk.heard.wait_for_tone(caller.tone_hz, since=since, timeout_seconds=5)
        await talk.hang_up()
        record = await caller.record()
        assert (record["ended_by"], record["cause"]) == ("agent", "answered by the partner")


@pytest.mark.timeout(90)
async def test_a_talk_with_the_partner_that_ends_while_the_engine_is_away(stage: Stage) -> None:
    rules = vip(overflow(f'number: "{PARTNER}"'))
    async with provider(stage.system, rules) as partner, stage:
        caller = await stage.caller("600201", CallOutcome.PARTNER)
        incoming = await partner.incoming(timeout_seconds=6)
        talk = await incoming.answer(tone_hz=750)
        await caller.call.heard.wait_for_tone(750, since=0.0, timeout_seconds=5)
        await stage.system.engine.kill()
        await talk.hang_up()
        await stage.system.engine_is_back()
        record = await caller.record()
        assert (record["ended_by"], record["cause"]) == ("agent", "answered by the partner")


@pytest.mark.timeout(90)
async def test_whom_the_partner_does_not_take_may_leave_a_message(stage: Stage) -> None:
    rules = vip(overflow(f'number: "{PARTNER}"'))
    async with provider(stage.system, rules) as partner, stage:
        caller = await stage.caller("600201", CallOutcome.DIVERTED)
        (await partner.incoming(timeout_seconds=6)).decline(486)
        spoken = await stage.system.prompt_of_image("voicemail", "uk")
        await caller.hears(spoken, within=20, beginning=2.0)
        await caller.hangs_up()
        assert (await caller.record())["cause"] == "hung up before leaving a message"


@pytest.mark.timeout(120)
async def test_whenever_the_caller_hangs_up_on_the_way_out_no_channel_is_left(
    stage: Stage,
) -> None:
    rules = vip(overflow(f'number: "{PARTNER}"', seconds=1))
    async with provider(stage.system, rules) as partner, stage:
        for delay in (0.98, 1.0, 1.02, 1.05, 1.1, 1.3, 2.0):
            caller = await stage.caller("600201", CallOutcome.ABANDONED, CallOutcome.DIVERTED)
            await asyncio.sleep(delay)
            await caller.hangs_up()
            await caller.becomes(CallState.ENDED)
        assert all(call.ending is not None for call in partner.incoming_calls)
