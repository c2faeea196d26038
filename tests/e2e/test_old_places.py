"""Places that outlive a call: had back by a key after hanging up, and kept until a booked time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.events import CallbackAsked, CallbackDialed
from ccengine.core.ids import ClientId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr.phrases import Phrase
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import DNIPRO as DNIPRO_YAML
from tests.e2e.configuration import configured, outbound, vip
from tests.e2e.people import hear_each_other
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

DNIPRO = ClientId("dnipro")
CUSTOMER, SOMEBODY = "380441112233", "380442223344"
SLOT_SECONDS = 1800
RULES = (
    "reclaim_seconds: 60",
    "callback: {mode: agent-first, hours: always, slots: {minutes: 30, capacity: 1}}",
    "keys: {1: {callback: yes}}",
)
OUTCOME = "outcome: {form: lead, script: enquiry, dispositions: [lead, answered, wrong_number]}"
FORCED = OUTCOME.replace("}", ", required: yes, at_deadline: default, default: answered}")


def said(stage: Stage, what: Phrase) -> Path:
    return stage.system.phrase(DNIPRO, what, "uk")


async def from_number(stage: Stage, number: str, outcome: CallOutcome) -> Caller:
    caller = await stage.caller("600201", outcome, shown=number, caller_id=number)
    await caller.becomes(CallState.WAITING)
    return caller


async def record_of(stage: Stage, call: str) -> dict[str, Any]:
    return (await until("a record", lambda: stage.system.records([call])))[0]  # type: ignore[list-item]


async def talks(caller: Caller, agent: Agent) -> None:
    await hear_each_other(caller, agent, await agent.answers())
    await caller.hangs_up()
    await agent.becomes(AgentState.WRAP_UP)


@pytest.mark.timeout(120)
async def test_an_old_place_is_had_back_by_a_key_and_a_booked_time_is_kept(stage: Stage) -> None:
    async with configured(stage.system, *outbound("380"), vip(*RULES)), stage:
        first = await from_number(stage, SOMEBODY, CallOutcome.ABANDONED)
        behind = await stage.caller("600201")
        await behind.becomes(CallState.WAITING)
        await first.hangs_up()
        await first.becomes(CallState.ENDED)
        again = await from_number(stage, SOMEBODY, CallOutcome.ANSWERED)
        await again.hears(said(stage, Phrase.RECLAIM), beginning=1.0)
        await again.presses("1")
        await again.hears(said(stage, Phrase.RECLAIMED), within=10)
        item = await books_a_time(stage)
        olena = await stage.agent("olena")
        await talks(again, olena)
        await olena.goes_ready()
        await talks(behind, olena)
        await olena.goes_ready()
        await nobody_is_dialed_before_the_time(stage, olena)
        customer = await from_number_answered(stage, CUSTOMER, olena)
        record = await record_of(stage, item)
        assert record["cause"].startswith("merged with")
        assert customer.call_id is not None


async def books_a_time(stage: Stage) -> str:
    """Choose the third time that is read out, and the number called from; the item's id."""
    asker = await from_number(stage, CUSTOMER, CallOutcome.CALLBACK)
    since = asyncio.get_running_loop().time()
    await asker.presses("1")
    # Said after the offer, which alone takes 17 seconds.
    since = await asker.hears(said(stage, Phrase.OFFER_SLOTS), since=since, within=30)
    await asker.presses("3")
    since = await asker.hears(said(stage, Phrase.CHOOSE_SLOT), since=since, within=10)
    await asker.presses("3")
    since = await asker.hears(said(stage, Phrase.OFFER), since=since, within=20, beginning=1.0)
    await asker.presses("1")
    since = await asker.hears(said(stage, Phrase.READ_BACK), since=since, within=10)
    await asker.presses("1")
    await asker.hears(said(stage, Phrase.ASKED), since=since, within=20, beginning=2.0)
    await asker.record()
    stage.system.ledger.read()
    rows = [row for rows in stage.system.ledger.rows.values() for row in rows]
    (asked,) = [
        row for row in rows if row.number > stage.since and isinstance(row.what, CallbackAsked)
    ]
    slot = asked.what.slot
    assert slot is not None
    assert slot % SLOT_SECONDS == 0
    assert SLOT_SECONDS < slot - asked.at < 3 * SLOT_SECONDS + 1
    return str(asked.what.call)


async def nobody_is_dialed_before_the_time(stage: Stage, olena: Agent) -> None:
    await asyncio.sleep(2.0)
    assert olena.state is AgentState.AVAILABLE
    stage.system.ledger.read()
    rows = [row for rows in stage.system.ledger.rows.values() for row in rows]
    assert not [
        row for row in rows if row.number > stage.since and isinstance(row.what, CallbackDialed)
    ]


async def from_number_answered(stage: Stage, number: str, olena: Agent) -> Caller:
    """Who comes before their time talks now: nobody calls them back any more."""
    caller = await stage.caller("600201", shown=number, caller_id=number)
    await talks(caller, olena)
    return caller


async def test_at_the_deadline_the_usual_outcome_is_taken(stage: Stage) -> None:
    async with configured(stage.system, (DNIPRO_YAML, OUTCOME, FORCED)), stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        await talks(caller, olena)
        await olena.becomes(AgentState.AVAILABLE, seconds=15)
        call = caller.call_id
        assert call is not None
        (record,) = await until(
            "the outcome in the record",
            lambda: [one for one in stage.system.records([call]) if one["disposition"]],
        )
        assert record["disposition"] == "answered"
