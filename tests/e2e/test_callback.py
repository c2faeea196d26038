"""Callbacks of both kinds, and a message that is work: asked for by key, made in true order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.phrases import Phrase
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import DNIPRO as DNIPRO_YAML
from tests.e2e.configuration import configured, provider, vip
from tests.e2e.people import hear_each_other, hear_prompt
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.phone import Call, Phone
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

TYPED, DIALED = "0441112233", "380441112233"
CUSTOMER_HZ = 700
DNIPRO = ClientId("dnipro")
UKRAINE = "380"
AGENT_FIRST = "callback: {mode: agent-first, attempts: 4}"
CUSTOMER_FIRST = "callback: {mode: customer-first, lead_seconds: 3600}"
KEYS = "keys: {1: {callback: yes}}"
MESSAGES = "limits: {wait_seconds: 1, overflow: {voicemail: yes}}\n    messages_are_work: yes"


def said(stage: Stage, what: Phrase) -> Path:
    return stage.system.phrase(DNIPRO, what, "uk")


async def rings_at(phone: Phone) -> Call:
    """The customer's phone is rung, by the client's caller id, and answered."""
    incoming = await phone.incoming(timeout_seconds=8)
    assert (incoming.called, incoming.caller.uri.user) == (DIALED, "380440000000")
    incoming.ring()
    return await incoming.answer(tone_hz=CUSTOMER_HZ)


async def both_hear(customer: Call, agent: Agent, agents_call: Call) -> None:
    since = max(customer.timeline.answered or 0.0, agents_call.timeline.answered or 0.0)
    await agents_call.heard.wait_for_tone(CUSTOMER_HZ, since=since, timeout_seconds=8)
    await customer.heard.wait_for_tone(agent.tone_hz, since=since, timeout_seconds=8)


async def record_of(stage: Stage, item: str) -> dict[str, Any]:
    return (await until("the item's record", lambda: stage.system.records([item])))[0]  # type: ignore[list-item]


async def serves_next(agent: Agent, caller: Caller) -> None:
    await agent.becomes(AgentState.WRAP_UP)
    await agent.goes_ready()
    await hear_each_other(caller, agent, await agent.answers())
    await caller.hangs_up()


async def agent_first(stage: Stage, customer: Phone) -> Agent:
    """A wrong number is refused; the right one is called in the caller's turn."""
    asker = await stage.caller("600201", CallOutcome.CALLBACK)
    call = await asker.becomes(CallState.WAITING)
    behind = await stage.caller("600201")
    await behind.becomes(CallState.WAITING)
    since = asyncio.get_running_loop().time()
    await asker.presses("1")
    await asker.hears(said(stage, Phrase.OFFER), since=since, beginning=1.5)
    await asker.presses("2112#")
    await asker.hears(said(stage, Phrase.EMERGENCY), since=since)
    await asker.presses(f"2{TYPED}#1")
    await asker.hears(said(stage, Phrase.ASKED), since=since, beginning=2.0)
    record = await asker.record()
    assert (record["cause"], record["item"]) == ("callback", f"{call}-cb")
    assert customer.incoming_calls == []
    olena = await stage.agent("olena")
    talk = await olena.answers()
    whose = stage.system.confirmation(Confirmation.CALLBACK_FOR)
    await hear_prompt(talk, whose, since=talk.timeline.answered or 0.0)
    leg = await rings_at(customer)
    await both_hear(leg, olena, talk)
    await leg.hang_up()
    await serves_next(olena, behind)
    record = await record_of(stage, f"{call}-cb")
    assert (record["outcome"], record["origin"]) == (CallOutcome.ANSWERED, call)
    await olena.becomes(AgentState.WRAP_UP)
    await olena.goes_ready()  # before her wrap-up is over by itself: what follows takes its time
    return olena


async def customer_first(stage: Stage, customer: Phone, olena: Agent) -> None:
    """A key proves a human, who is served before whoever came later."""
    talker = await stage.caller("600201")
    await hear_each_other(talker, olena, await olena.answers())
    asker = await stage.caller("600201", CallOutcome.CALLBACK)
    await asker.becomes(CallState.WAITING)
    await asyncio.sleep(0.5)
    await asker.presses(f"12{TYPED}#1")
    behind = await stage.caller("600201")
    await behind.becomes(CallState.WAITING)
    leg = await rings_at(customer)
    since = leg.timeline.answered or 0.0
    await hear_prompt(leg, said(stage, Phrase.CUSTOMER), since=since, beginning=2.0)
    await leg.send_digits("1")
    await asyncio.sleep(0.5)
    await talker.hangs_up()
    await olena.becomes(AgentState.WRAP_UP)
    await olena.goes_ready()
    talk = await olena.answers()
    await both_hear(leg, olena, talk)
    await leg.hang_up()
    await serves_next(olena, behind)


async def no_engine(stage: Stage, customer: Phone, olena: Agent) -> None:
    """Who answers while an engine restarts hears why, and is served by the next one."""
    await olena.becomes(AgentState.WRAP_UP)
    await olena.goes_not_ready()
    asker = await stage.caller("600201", CallOutcome.CALLBACK)
    await asker.becomes(CallState.WAITING)
    await asyncio.sleep(0.5)
    await asker.presses(f"12{TYPED}#1")
    incoming = await customer.incoming(timeout_seconds=8)
    incoming.ring()
    await stage.system.engine.kill()
    leg = await incoming.answer(tone_hz=CUSTOMER_HZ)
    since = leg.timeline.answered or 0.0
    sorry = await stage.system.prompt_of_image("please-wait", "uk")
    await hear_prompt(leg, sorry, since=since, beginning=2.0)
    await stage.system.engine_is_back()
    await hear_prompt(leg, said(stage, Phrase.CUSTOMER), since=since, beginning=2.0)
    await leg.send_digits("1")
    await olena.goes_ready()
    await both_hear(leg, olena, await olena.answers())
    await leg.hang_up()


async def message(stage: Stage, customer: Phone, olena: Agent) -> None:
    """A message is heard like a call is answered, and its caller called back."""
    await olena.becomes(AgentState.WRAP_UP)
    await olena.goes_not_ready()
    caller = await stage.caller("600201", CallOutcome.MESSAGE, shown=DIALED, caller_id=DIALED)
    spoken = await stage.system.prompt_of_image("voicemail", "uk")
    await caller.hears(spoken, within=20)
    await asyncio.sleep(3.5)  # the beep, and words after it
    await caller.hangs_up()
    call = await caller.becomes(CallState.ENDED)
    await olena.goes_ready()
    talk = await olena.answers()
    since = talk.timeline.answered or 0.0
    await hear_prompt(talk, stage.system.confirmation(Confirmation.MESSAGE_FOR), since=since)
    await talk.heard.wait_for_tone(caller.tone_hz, since=since, timeout_seconds=8)
    await talk.send_digits("2")
    leg = await rings_at(customer)
    await both_hear(leg, olena, talk)
    await leg.hang_up()
    await olena.becomes(AgentState.WRAP_UP)
    record = await record_of(stage, f"{call}-vm")
    assert (record["cause"], record["outcome"]) == ("message handled", CallOutcome.ANSWERED)


@pytest.mark.timeout(180)
async def test_callbacks_of_both_kinds_and_a_message_in_true_order(stage: Stage) -> None:
    # One stage for all: telling Asterisk of the provider takes as long as the rest.
    system, rules = stage.system, vip(AGENT_FIRST, KEYS)
    async with provider(system, rules, prefix=UKRAINE) as customer, stage:
        olena = await agent_first(stage, customer)
        async with configured(system, (DNIPRO_YAML, AGENT_FIRST, CUSTOMER_FIRST)):
            await customer_first(stage, customer, olena)
            await no_engine(stage, customer, olena)
        async with configured(system, (DNIPRO_YAML, KEYS, MESSAGES)):
            await message(stage, customer, olena)
