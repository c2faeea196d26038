"""One switch for a group of numbers, with real phones, over a kill of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.ivr.confirmations import Confirmation
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_prompt, phone_of
from tests.e2e.test_api import Api, api
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

CODE = "*692"  # Nour's numbers, which omar may close
NOUR = ClientId("nour")


@pytest.mark.timeout(120)
async def test_closed_by_phone_heard_over_a_restart_opened_by_the_api(stage: Stage) -> None:
    async with stage:
        admin = await api(stage, "closer", "--role", "admin")
        await by_phone(stage, Confirmation.NUMBERS_ARE_OPEN, Confirmation.NUMBERS_CLOSED)
        await until_seen("the numbers are closed", lambda: is_closed(admin))
        await hears_the_closure(stage)
        await stage.system.kill_engine()
        assert await is_closed(admin)
        await hears_the_closure(stage)
        other = await stage.caller("600201", CallOutcome.ABANDONED)  # Dnipro's are served
        await other.becomes(CallState.WAITING)
        await other.hangs_up()
        status, shown = await admin.ask("POST", "/closures/nour/open")
        assert (status, shown["closed"]) == (200, False)
        caller = await stage.caller("600100", CallOutcome.ENDED_IN_FLOW)
        await caller.hears(stage.system.prompt(NOUR, "greeting", "ar"), within=20)
        await caller.hangs_up()


async def by_phone(stage: Stage, asked: Confirmation, said: Confirmation) -> None:
    """Dial the code, type the PIN over the prompt, press 1."""
    system = stage.system
    phone = await stage.phone(phone_of(system, "omar"))
    call = await phone.call(CODE)
    since = await hear_prompt(
        call,
        system.confirmation(Confirmation.ENTER_PIN),
        since=call.timeline.answered or 0.0,
    )
    await call.send_digits(system.pin("omar"))
    since = await hear_prompt(call, system.confirmation(asked), since=since)
    await call.send_digits("1")
    await hear_prompt(call, system.confirmation(said), since=since)
    await call.ended(timeout_seconds=5)


async def hears_the_closure(stage: Stage) -> None:
    """Call, hear the closure's own words, be hung up on."""
    caller = await stage.caller("600100", CallOutcome.ENDED_IN_FLOW)
    await caller.hears(stage.system.prompt(NOUR, "closure", "ar"), within=20)
    assert (await caller.call.ended(timeout_seconds=5)).by == "them"


async def is_closed(admin: Api) -> bool:
    """Ask the API."""
    status, listed = await admin.ask("GET", "/closures")
    assert status == 200
    return any(one["closure"] == "nour" and one["closed"] for one in listed["closures"])
