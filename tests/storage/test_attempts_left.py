"""What an engine has left: attempts are closed as was decided, notes count, claims are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from ccengine.core.commands import CloseLead
from ccengine.core.dialer.campaigns import Quota
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, LeadKey, LeadState
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.dialer.windows import Tally
from ccengine.core.ids import AgentId, CallId, CampaignId, TenantId
from ccengine.core.periods import Period
from ccengine.reporting.rows import Step
from ccengine.storage.attempts import Ending, Progress
from ccengine.storage.journal import Journal
from ccengine.storage.journal_reader import read_closing
from tests.storage.leads import (
    CAMPAIGN,
    CLIENT,
    NODE,
    NOON,
    anybody,
    attempt,
    imported,
    new,
    opened,
    refill,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.attempts import StoredAttempt
    from ccengine.storage.database import RecordDatabase

A1 = AttemptId("a1")
RULES = RetryRules()


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    imported(file, [new(row, fields={"region": "north"}) for row in range(1, 7)])
    return file


def rules(_client: str, _campaign: str) -> RetryRules:
    return RULES


async def claimed(database: RecordDatabase) -> list[Lead]:
    return await database.leads.claim(refill(), NOON)


async def one_of(database: RecordDatabase, lead: Lead) -> StoredAttempt:
    (found,) = await database.attempts.of_lead(lead.key)
    return found


@pytest.mark.parametrize(
    ("outcome", "then"),
    [
        (AttemptOutcome.LOST, AttemptOutcome.ABANDONED),
        (AttemptOutcome.CUT_OFF, AttemptOutcome.ABANDONED),
        (AttemptOutcome.ABANDONED, AttemptOutcome.ABANDONED),
        (AttemptOutcome.ANSWERED, AttemptOutcome.ANSWERED),
    ],
)
async def test_who_was_told_who_called_was_abandoned(
    path: Path, outcome: AttemptOutcome, then: AttemptOutcome
) -> None:
    async with opened(path) as database:
        lead, *_ = await claimed(database)
        await database.attempts.place(attempt(lead), anybody)
        await database.attempts.close(A1, Ending(outcome=outcome, at=NOON + 9), RULES)
        told = await database.attempts.note_told(A1, NOON + 5, NOON + 6.6, rules)
        stored = await one_of(database, lead)
        assert told == stored
        assert (stored.outcome, stored.answered_at) == (then, NOON + 5)
        assert stored.message_at == NOON + 6.6
        await database.attempts.note_told(A1, NOON + 50, NOON + 60, rules)  # found a second time
        assert await one_of(database, lead) == stored
        assert await database.attempts.note_told(AttemptId("other"), NOON, NOON, rules) is None


@pytest.mark.parametrize("outcome", [AttemptOutcome.LOST, AttemptOutcome.CUT_OFF])
async def test_who_was_told_who_called_is_left_alone_as_who_was_abandoned(
    path: Path, outcome: AttemptOutcome
) -> None:
    """Given the note comes after the end, then the lead waits for 72 hours and not for a day."""
    async with opened(path) as database:
        lead, *_ = await claimed(database)
        await database.attempts.place(attempt(lead), anybody)
        await database.attempts.close(A1, Ending(outcome=outcome, at=NOON + 9), RULES)
        await database.attempts.note_told(A1, NOON + 5, NOON + 6.6, rules)
        await database.attempts.note_told(A1, NOON + 5, NOON + 6.6, rules)  # found a second time
        found = await database.leads.get(lead.key)
        assert found is not None
        assert (found.state, found.due_at) == (LeadState.WAITING, NOON + 9 + 72 * 3_600)
        assert (found.tries.attempts, found.tries.by_rule) == (1, {"abandoned": 1})


async def test_moments_noted_before_stay(path: Path) -> None:
    async with opened(path) as database:
        lead, *_ = await claimed(database)
        await database.attempts.place(attempt(lead), anybody)
        progress = Progress(answered_at=NOON + 4, taken_at=NOON + 4.5, bridged_at=NOON + 4.6)
        await database.attempts.note(A1, progress)
        await database.attempts.note_told(A1, NOON + 5, NOON + 6.6, rules)
        stored = await one_of(database, lead)
        assert (stored.answered_at, stored.taken_at) == (NOON + 4, NOON + 4.5)
        assert stored.outcome is None


async def test_what_was_decided_and_not_written_is_written_by_the_next(path: Path) -> None:
    async with opened(path) as database:
        first, second, third, *_ = await claimed(database)
        for name, lead in (("a1", first), ("a2", second), ("a3", third)):
            await database.attempts.place(attempt(lead, name), anybody)

        async def decided(left: StoredAttempt) -> Ending | None:
            if left.id != A1:
                return None
            return Ending(
                outcome=AttemptOutcome.ANSWERED,
                at=NOON + 9,
                disposition="sold",
                agent=AgentId("sara"),
            )

        alive = {AttemptId("a3")}
        left = await database.attempts.settle(NODE, NOON + 9, rules, alive, decided)
        assert [one.id for one in left] == ["a1", "a2"]
        stored = await one_of(database, first)
        assert (stored.outcome, stored.disposition) == (AttemptOutcome.ANSWERED, "sold")
        assert (await one_of(database, second)).outcome is AttemptOutcome.LOST
        assert (await one_of(database, third)).outcome is None


async def test_one_that_cannot_be_settled_holds_up_no_other(path: Path) -> None:
    """Nothing is dialed before all is settled: it would be never again."""
    async with opened(path) as database:
        first, second, *_ = await claimed(database)
        for name, lead in (("a1", first), ("a2", second)):
            await database.attempts.place(attempt(lead, name), anybody)
        fault: Exception = ValueError("year 0 is out of range")

        async def decided(left: StoredAttempt) -> Ending | None:
            if left.id == A1:
                raise fault
            return None

        def rules(_client: str, _campaign: str) -> RetryRules:
            return RULES

        left = await database.attempts.settle(NODE, NOON + 9, rules, (), decided)
        assert [one.id for one in left] == ["a2"]
        assert (await one_of(database, first)).outcome is None
        assert (await one_of(database, second)).outcome is AttemptOutcome.LOST
        fault = OperationalError("select", {}, Exception("database is locked"))
        with pytest.raises(OperationalError):  # which passes: it is tried again in a moment
            await database.attempts.settle(NODE, NOON + 9, rules, (), decided)


async def test_leads_that_the_core_has_keep_their_claims(path: Path) -> None:
    async with opened(path) as database:
        leads = await claimed(database)
        kept = {leads[1].key, leads[4].key}
        assert await database.leads.give_back_all(NODE, kept) == 4
        states = {}
        for lead in leads:
            found = await database.leads.get(lead.key)
            assert found is not None
            states[lead.key] = found.state
        assert {key for key, state in states.items() if state is LeadState.CLAIMED} == kept
        assert await database.attempts.place(attempt(leads[1]), anybody) is None


async def test_the_books_count_a_window(path: Path) -> None:
    outcomes = [
        AttemptOutcome.ANSWERED,
        AttemptOutcome.ABANDONED,
        AttemptOutcome.CUT_OFF,
        AttemptOutcome.BUSY,
        AttemptOutcome.ABANDONED,
    ]
    async with opened(path) as database:
        leads = await claimed(database)
        assert await database.attempts.began(CLIENT, CAMPAIGN) is None
        for number, (lead, outcome) in enumerate(zip(leads, outcomes, strict=False)):
            name, at = f"a{number}", NOON + 10 * number
            await database.attempts.place(attempt(lead, name, at, seller=f"s{number % 2}"), anybody)
            ending = Ending(outcome=outcome, at=at + 5)
            await database.attempts.close(AttemptId(name), ending, RULES)
        await database.attempts.place(attempt(leads[5], "open", NOON + 60), anybody)

        async def count(window: Period, seller: str | None = None) -> Tally:
            return await database.attempts.tally(CLIENT, CAMPAIGN, window, seller)

        assert await database.attempts.began(CLIENT, CAMPAIGN) == NOON
        assert await count(Period(None, None)) == Tally(
            placed=6, connected=1, cut_off=1, abandoned=2
        )
        # Its end is not in it, its beginning is.
        assert await count(Period(NOON + 10, NOON + 40)) == Tally(placed=3, cut_off=1, abandoned=1)
        assert await count(Period(NOON, None), "s0") == Tally(
            placed=3, connected=1, cut_off=1, abandoned=1
        )
        assert await database.attempts.tally(CLIENT, "other", Period(None, None)) == Tally()


async def test_a_raised_quota_brings_back_who_was_left_out(path: Path) -> None:
    def quotas(north: int) -> Quotas:
        wanted = (Quota(field="region", answers={"north": north}),)
        return Quotas(wanted=wanted, counted={("region", "north"): 3})

    async with opened(path) as database:
        first, second, *others = await claimed(database)
        await database.leads.give_back([lead.key for lead in others])
        for name, lead in (("a1", first), ("a2", second)):
            await database.attempts.place(attempt(lead, name), anybody)
        busy = Ending(outcome=AttemptOutcome.BUSY, at=NOON + 30)
        await database.attempts.close(A1, busy, RULES)
        done = Ending(outcome=AttemptOutcome.ANSWERED, at=NOON + 30)
        await database.attempts.close(AttemptId("a2"), done, RULES)
        later = NOON + 90_000
        assert await database.leads.claim(refill(quotas=quotas(3)), later) == []
        assert await database.leads.revive(refill(quotas=quotas(3))) == 0
        assert await database.leads.revive(refill(quotas=quotas(4))) == 5
        again = await database.leads.claim(refill(quotas=quotas(4)), later)
        assert {lead.key for lead in again} == {first.key, *(lead.key for lead in others)}
        tried = next(lead for lead in again if lead.key == first.key)
        assert tried.tries.attempts == 1
        assert tried.due_at is not None  # it waited: its time is known still


async def test_the_journal_tells_what_was_decided_of_a_call(tmp_path: Path) -> None:
    path, call = tmp_path / "journal.sqlite", CallId("lead-1-2")
    closing = CloseLead(
        call=call,
        campaign=CampaignId("dnipro/renewals"),
        lead=LeadKey(1),
        attempt=A1,
        number="+380440000001",
        outcome=AttemptOutcome.ANSWERED,
        agent=AgentId("sara"),
        disposition="sold",
    )
    journal = Journal.open(path, tenant=TenantId("demo"), node=NODE)
    try:
        journal.write([Step(None, NOON, [closing])])
    finally:
        journal.close()
    assert await read_closing(path, call) == closing
    assert await read_closing(path, CallId("lead-1-3")) is None
