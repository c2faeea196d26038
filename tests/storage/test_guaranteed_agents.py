"""Who was abandoned is called with an agent kept for it: their lead is never used up so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import AttemptId, HeldBack, LeadState
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import AttemptCap, GuaranteedAgent, Result
from ccengine.storage.law_check import by_law
from tests.core.dialer.cases import law, rule
from tests.storage.leads import NOON, attempt, imported, new, number, opened, refill
from tests.storage.test_law_check import store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.rules import Law
    from ccengine.storage.database import RecordDatabase

HOUR = 3_600.0
LANE = "IT.after-abandoned"
ITALY = rule(GuaranteedAgent(after=(Result.ABANDONED,)), LANE)
BRITAIN = rule(GuaranteedAgent(after=(Result.ABANDONED,), hours=72), "GB.after-abandoned")
TWICE = rule(AttemptCap(at_most=1, hours=300), "IT.once")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[RecordDatabase]:
    """Two hundred hours ago nobody came when they answered."""
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    imported(file, [new(1)])
    async with opened(file) as database:
        yield database


async def abandoned(database: RecordDatabase, hours_ago: float) -> Lead:
    at = NOON / HOUR - hours_ago
    of = {"client": "dnipro", "number": number(1), "person": ""}
    await store(database, "a0", at, outcome="abandoned", **of)
    (lead,) = await database.leads.claim(refill(), NOON)
    return lead


async def placed(
    database: RecordDatabase, lead: Lead, rules: Law, **more: Any
) -> tuple[HeldBack | None, Lead]:
    values: dict[str, Any] = {"mode": Mode.PREDICTIVE, "id": AttemptId("a1"), **more}
    asked = attempt(lead, **values)
    held = await database.attempts.place(asked, by_law(lambda _: rules, ()))
    found = await database.leads.get(lead.key)
    assert found is not None
    return held, found


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE])
@pytest.mark.parametrize("lane", [ITALY, BRITAIN])
async def test_who_may_be_called_with_an_agent_kept_is_so(
    database: RecordDatabase, mode: Mode, lane: Any
) -> None:
    """Given only this lane holds them, then they come back at once, as promised calls do."""
    lead = await abandoned(database, 50)
    held, found = await placed(database, lead, law(lane), mode=mode)
    assert held is not None
    assert (held.rule, held.until, held.needs_agent) == (lane.id, NOON, True)
    assert (found.state, found.agent) == (LeadState.CALLBACK, None)
    asked = refill(wanted=Wanted(due=9, fresh={}), only_promised=True)
    (again,) = await database.leads.claim(asked, NOON)
    held, found = await placed(database, again, law(lane), agent_guaranteed=True)
    assert held is None
    (stored,) = await database.attempts.open_of("node1")
    assert (found.state, stored.agent_guaranteed) == (LeadState.DIALING, True)


async def test_what_else_holds_them_is_waited_for(database: RecordDatabase) -> None:
    """Given a cap besides, then the lead waits for its end, and the lane is looked at then."""
    lead = await abandoned(database, 200)
    held, found = await placed(database, lead, law(ITALY, TWICE))
    assert held is not None
    assert (held.rule, held.needs_agent) == ("IT.once", False)
    assert (found.state, found.due_at) == (LeadState.WAITING, NOON + 100 * HOUR)


async def test_where_nobody_ever_speaks_nobody_can_be_kept(database: RecordDatabase) -> None:
    lead = await abandoned(database, 200)
    held, found = await placed(database, lead, law(ITALY), mode=Mode.UNATTENDED)
    assert held is not None
    assert (held.rule, held.until, found.state) == (LANE, None, LeadState.DONE)
