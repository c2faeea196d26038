"""Agents' codes with real sound: help, more time, a colleague, a time that is up, one's own day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import ConversationStarted
from ccengine.core.ids import QueueId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured
from tests.e2e.people import hear_each_other, hear_prompt
from tests.e2e.talks import dialled_record, hears
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.phone import Call
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage

BRIEF = ("tenant.yaml", "{name: short break, minutes: 15}", "{name: short break, minutes: 0.05}")
VIP = names.of_queue(QueueId("dnipro/vip"))


async def hear_all(call: Call, *files: Path) -> None:
    """Hear these one after the other, from the answer on."""
    since = call.timeline.answered or 0.0
    for file in files:
        since = await hear_prompt(call, file, since=since)
    await call.ended(timeout_seconds=10)


@pytest.mark.timeout(90)
async def test_what_agents_dial_beside_their_calls(stage: Stage) -> None:
    async with configured(stage.system, BRIEF), stage:
        taras = await stage.agent("taras")
        caller = await stage.caller("600201")
        await hear_each_other(caller, taras, await taras.answers())
        olena = await stage.agent("olena")
        await help_reaches_the_supervisor(stage, taras, olena)
        await a_queue_is_left_out(stage, olena)
        await caller.hangs_up()
        await taras.becomes(AgentState.WRAP_UP)
        await taras.dials_and_hears("*75", Confirmation.LONGER)
        await taras.goes_ready()
        await colleagues_talk(stage, olena, taras)
        await a_break_is_too_long(stage, olena)
        await the_day_is_told(stage, taras)


async def help_reaches_the_supervisor(stage: Stage, taras: Agent, olena: Agent) -> None:
    """She hears who needs it and for which queue; his call goes on."""
    system = stage.system
    await taras.dials_and_hears("*77", Confirmation.HELP_IS_CALLED)
    told = await olena.answers()
    needs = system.confirmation(Confirmation.NEEDS_HELP)
    await hear_all(told, system.name(names.of_agent(taras.id)), needs, system.name(VIP))
    assert taras.state is AgentState.ON_CALL
    await until("free again", lambda: olena.state is AgentState.AVAILABLE)


async def a_queue_is_left_out(stage: Stage, olena: Agent) -> None:
    """Its callers wait, though she is free, until she takes them again."""
    system = stage.system
    pause = await olena.phone.call("*7923")
    await hear_all(pause, system.confirmation(Confirmation.PAUSED), system.name(VIP))
    caller = await stage.caller("600201", CallOutcome.ABANDONED)
    await caller.becomes(CallState.WAITING)
    await asyncio.sleep(0.5)
    assert not olena.is_rung
    resume = await olena.phone.call("*7023")
    rung = await olena.rings()
    await caller.hangs_up()
    await rung.ended(timeout_seconds=2)
    await resume.hang_up()
    await olena.becomes(AgentState.AVAILABLE)


async def colleagues_talk(stage: Stage, olena: Agent, taras: Agent) -> None:
    """Both are on a call, which keeps callers away until it is over."""
    ringing = await olena.phone.dial("204", tone_hz=olena.tone_hz)
    theirs = await taras.answers()
    mine = await ringing.answered(timeout_seconds=5)
    await hears(mine, taras.tone_hz, since=0.0)
    await hears(theirs, olena.tone_hz, since=0.0)
    assert (olena.state, taras.state) == (AgentState.ON_CALL, AgentState.ON_CALL)
    caller = await stage.caller("600201", CallOutcome.ABANDONED)
    await caller.becomes(CallState.WAITING)
    await asyncio.sleep(0.5)
    assert not olena.is_rung
    assert not taras.is_rung
    await mine.hang_up()
    await theirs.ended(timeout_seconds=2)
    await until("one of them is rung", lambda: olena.is_rung or taras.is_rung)
    await caller.hangs_up()
    await olena.becomes(AgentState.AVAILABLE)
    await taras.becomes(AgentState.AVAILABLE)
    record = await dialled_record(stage, "204")
    assert (record["kind"], record["outcome"]) == ("internal", CallOutcome.ANSWERED)


async def a_break_is_too_long(stage: Stage, olena: Agent) -> None:
    """Its reason's limit passes: the phone says so, and it is shown."""
    await olena.dials_and_hears("*741", Confirmation.NOT_READY)
    told = await olena.answers()
    await hear_all(told, stage.system.confirmation(Confirmation.TIME_IS_UP))
    assert olena.state is AgentState.NOT_READY
    assert stage.system.ledger.agents[olena.id].overdue
    await olena.goes_ready()
    assert not stage.system.ledger.agents[olena.id].overdue


async def the_day_is_told(stage: Stage, taras: Agent) -> None:
    """With as many calls as the journal has conversations of this agent's."""
    system = stage.system
    system.ledger.read()
    talks = [
        row
        for rows in system.ledger.rows.values()
        for row in rows
        if isinstance(row.what, ConversationStarted) and row.what.agent == taras.id
    ]
    calls = [system.name(key) for key in names.of_number(len(talks))]
    spoken = await taras.phone.call("*76")
    await hear_all(
        spoken,
        system.confirmation(Confirmation.TIME_LOGGED_IN),
        system.confirmation(Confirmation.CALLS_TAKEN),
        *calls,
        system.confirmation(Confirmation.TIME_TALKED),
        system.confirmation(Confirmation.TIME_NOT_READY),
        system.confirmation(Confirmation.CALLS_MISSED),
    )
