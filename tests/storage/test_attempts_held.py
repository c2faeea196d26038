"""A lead that may not be called now: its next number is tried, and quotas count until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.campaigns import Quota
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, HeldBack, LeadState, Promise
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules
from ccengine.storage.attempts import Ending
from ccengine.storage.leads import QUOTA_FULL
from tests.storage.leads import NOON, anybody, attempt, imported, new, number, opened, refill

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.new_attempts import Check, NewAttempt

FIRST, SECOND, THIRD = number(1), number(101), number(201)
RULES = RetryRules()
NORTH = ("region", "north")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[RecordDatabase]:
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    north = {"region": "north"}
    three = new(1, numbers=(FIRST, SECOND, THIRD), fields=north)
    imported(file, [three, new(2, fields=north), new(3, fields={"region": "south"})])
    async with opened(file) as database:
        yield database


def holding(**of: HeldBack) -> Check:
    """Return a check that holds numbers back: by `first`, `second`, `third`."""
    named = {"first": FIRST, "second": SECOND, "third": THIRD}
    held = {named[name]: one for name, one in of.items()}

    async def check(_: object, asked: NewAttempt) -> HeldBack | None:
        return held.get(asked.number)

    return check


FOR_EVER = HeldBack(rule="us-national", reason="it is on the register")
NO_CONSENT = HeldBack(rule="UA.commercial", reason="no consent", look_again_at=NOON + 3_600)
TONIGHT = HeldBack(rule="UA.hours", reason="no calls at this hour", until=NOON + 900)


async def placed(database: RecordDatabase, lead: Lead, check: Check) -> tuple[HeldBack, Lead]:
    held = await database.attempts.place(attempt(lead), check)
    found = await database.leads.get(lead.key)
    assert held is not None
    assert found is not None
    return held, found


@pytest.mark.parametrize("held", [FOR_EVER, NO_CONSENT])
async def test_one_numbers_hold_does_not_end_the_lead(
    database: RecordDatabase, held: HeldBack
) -> None:
    """Given two numbers of which one may never be called, then the other one is, and at once."""
    lead, *_ = await database.leads.claim(refill(), NOON)
    said, found = await placed(database, lead, holding(first=held, second=FOR_EVER))
    assert (said.rule, said.until) == (held.rule, NOON)
    assert (found.state, found.to_dial) == (LeadState.WAITING, THIRD)
    (again,) = await database.leads.claim(refill(), NOON)
    assert (again.key, again.to_dial) == (lead.key, THIRD)
    assert await database.attempts.place(attempt(again), holding(first=held)) is None


async def test_the_number_that_is_free_first_is_waited_for(database: RecordDatabase) -> None:
    lead, *_ = await database.leads.claim(refill(), NOON)
    check = holding(first=FOR_EVER, second=NO_CONSENT, third=TONIGHT)
    said, found = await placed(database, lead, check)
    assert (said.rule, said.until) == ("us-national", NOON + 900)
    assert (found.state, found.due_at, found.to_dial) == (LeadState.WAITING, NOON + 900, THIRD)


async def test_without_a_number_that_may_be_called_the_lead_is_done(
    database: RecordDatabase,
) -> None:
    lead, *_ = await database.leads.claim(refill(), NOON)
    check = holding(first=FOR_EVER, second=FOR_EVER, third=FOR_EVER)
    said, found = await placed(database, lead, check)
    assert (said, found.state) == (FOR_EVER, LeadState.DONE)


async def test_after_the_last_number_comes_the_first(database: RecordDatabase) -> None:
    """Given the second number was meant, then the third is asked before the first, and the first,
    too."""
    lead, *_ = await database.leads.claim(refill(), NOON)
    await database.attempts.place(attempt(lead, number=SECOND), holding(second=FOR_EVER))
    found = await database.leads.get(lead.key)
    assert found is not None
    assert found.to_dial == THIRD
    (again,) = await database.leads.claim(refill(), NOON)
    check = holding(second=FOR_EVER, third=FOR_EVER)
    await database.attempts.place(attempt(again), check)
    found = await database.leads.get(lead.key)
    assert found is not None
    assert (found.state, found.to_dial) == (LeadState.WAITING, FIRST)


async def test_a_dead_number_is_not_the_next_one(database: RecordDatabase) -> None:
    lead, *_ = await database.leads.claim(refill(), NOON)
    await database.attempts.place(attempt(lead, number=SECOND), anybody)
    gone = Ending(outcome=AttemptOutcome.INVALID, at=NOON + 9)
    await database.attempts.close(AttemptId("a1"), gone, RULES)
    again = next(
        one for one in await database.leads.claim(refill(), NOON + 9) if one.key == lead.key
    )
    asked = attempt(again, "a2", number=FIRST)
    await database.attempts.place(asked, holding(first=FOR_EVER))
    found = await database.leads.get(lead.key)
    assert found is not None
    assert found.to_dial == THIRD


async def test_a_promise_stands_on_the_next_number(database: RecordDatabase) -> None:
    lead, *_ = await database.leads.claim(refill(), NOON)
    await database.attempts.place(attempt(lead), anybody)
    promise = Promise(due_at=NOON + 60)
    talked = Ending(outcome=AttemptOutcome.ANSWERED, at=NOON + 9, promise=promise)
    await database.attempts.close(AttemptId("a1"), talked, RULES)
    (again,) = await database.leads.claim(refill(), NOON + 60)
    asked = attempt(again, "a2", NOON + 60)
    await database.attempts.place(asked, holding(first=FOR_EVER))
    found = await database.leads.get(lead.key)
    assert found is not None
    assert (found.state, found.to_dial) == (LeadState.CALLBACK, SECOND)


# --- quotas -------------------------------------------------------------------------------------


async def test_what_is_in_the_hopper_is_not_dialed_when_its_group_is_full(
    database: RecordDatabase,
) -> None:
    """Given a group that was filled after the leads were claimed, then none of them is dialed; and
    all are again when more answers are wanted."""
    wanted = (Quota(field="region", answers={"north": 1}),)
    quotas = Quotas(wanted=wanted)
    first, second, south = await database.leads.claim(refill(quotas=quotas), NOON)
    assert await database.attempts.place(attempt(first), anybody, wanted) is None
    sold = Ending(outcome=AttemptOutcome.ANSWERED, at=NOON + 9, groups=(NORTH,))
    await database.attempts.close(AttemptId("a1"), sold, RULES)
    said = await database.attempts.place(attempt(second, "a2"), anybody, wanted)
    assert said == HeldBack(rule="quotas", reason=QUOTA_FULL)
    found = await database.leads.get(second.key)
    assert found is not None
    assert found.state is LeadState.DONE
    assert await database.attempts.place(attempt(south, "a3"), anybody, wanted) is None
    more = (Quota(field="region", answers={"north": 2}),)
    asked = refill(quotas=Quotas(wanted=more, counted={NORTH: 1}))
    assert await database.leads.revive(asked) == 1
    (again,) = await database.leads.claim(asked, NOON)
    assert (again.key, again.state) == (second.key, LeadState.FRESH)
