"""Leads are claimed once, in order, and those of an import that is not done are not there."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import sqlite

from ccengine.core.dialer.campaigns import ListShare, Order, Quota
from ccengine.core.dialer.hopper import Hopper
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, LeadState, Promise
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.ids import AgentId
from ccengine.storage.attempts import Ending
from ccengine.storage.errors import StorageError
from ccengine.storage.lead_imports import ImportBusy, ImportTarget, LeadImport, lead_id, row_of
from ccengine.storage.lead_rows import due_query, fresh_queries
from ccengine.storage.leads import ELSEWHERE, QUOTA_FULL
from tests.storage.leads import (
    CAMPAIGN,
    CLIENT,
    NOON,
    anybody,
    attempt,
    imported,
    new,
    number,
    opened,
    refill,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.database import RecordDatabase

SARA = AgentId("sara")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        return file


def rows(leads: list[Lead]) -> list[int]:
    return [row_of(lead.key)[1] for lead in leads]


async def promise(database: RecordDatabase, lead: Lead, promised: Promise) -> None:
    """Have an agent promise it in a talk."""
    name = f"p{lead.key}"
    await database.attempts.place(attempt(lead, name, NOON - 80), anybody)
    outcome = AttemptOutcome.ANSWERED
    talked = Ending(outcome=outcome, at=NOON - 70, agent=SARA, promise=promised)
    await database.attempts.close(AttemptId(name), talked, RetryRules())


async def state_of(database: RecordDatabase, lead: int) -> tuple[str, str]:
    with closing(sqlite3.connect(str(database._engine.url.database))) as plain:
        found = plain.execute("SELECT state, because FROM leads WHERE id = ?", (lead,)).fetchone()
    return found[0], found[1]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.OLDEST, [1, 2, 3, 4]),
        (Order.NEWEST, [4, 3, 2, 1]),
        (Order.PRIORITY, [2, 3, 1, 4]),
        (Order.RANDOM, [3, 1, 4, 2]),
    ],
)
async def test_new_leads_come_in_the_lists_order(
    path: Path, order: Order, expected: list[int]
) -> None:
    imported(path, [new(1, shuffle=20), new(2, priority=5, shuffle=40)])
    imported(path, [new(3, priority=5, shuffle=10), new(4, shuffle=30)])
    asked = refill(lists={"main": ListShare(order=order)})
    async with opened(path) as database:
        assert rows(await database.leads.claim(asked, NOON)) == expected


async def test_a_lead_knows_all_that_was_imported(path: Path) -> None:
    numbers = (number(1), number(2))
    (key,) = [imported(path, [new(1, numbers=numbers, key="k7", place="UA", zone="Europe/Kyiv")])]
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(), NOON)
        assert lead.key == lead_id(key, 1)
        assert [one.number for one in lead.numbers] == list(numbers)
        assert (lead.person, lead.place, lead.zone) == ("k7", "UA", "Europe/Kyiv")
        assert (lead.fields, lead.list, lead.state) == ({"name": "n1"}, "main", LeadState.FRESH)
        assert await database.leads.find(number(2)) == [lead.key]
        again = await database.leads.get(lead.key)
        assert again is not None
        assert again.state is LeadState.CLAIMED


async def test_what_is_not_imported_whole_is_not_there(path: Path) -> None:
    imported(path, [new(1)], done=False)
    async with opened(path) as database:
        assert await database.leads.claim(refill(), NOON) == []
        assert await database.leads.find(number(1)) == []
        assert await database.leads.get(lead_id(1, 1)) is None  # type: ignore[arg-type]


async def test_the_next_import_clears_away_what_a_killed_one_left(path: Path) -> None:
    imported(path, [new(row) for row in range(1, 50)], done=False)
    imported(path, [new(1), new(2)])
    async with opened(path) as database:
        assert rows(await database.leads.claim(refill(), NOON)) == [1, 2]
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM leads").fetchone() == (2,)
        assert plain.execute("SELECT count(*) FROM lead_numbers").fetchone() == (2,)
        assert plain.execute("SELECT id FROM lead_imports").fetchall() == [(2,)]


async def test_two_imports_do_not_go_on_at_once(path: Path) -> None:
    first = LeadImport.open(path)
    with pytest.raises(ImportBusy, match="wait until"):
        LeadImport.open(path)
    first.close()
    LeadImport.open(path).close()
    assert issubclass(ImportBusy, StorageError)


async def test_nothing_is_claimed_twice_by_two_at_once(path: Path) -> None:
    imported(path, [new(row) for row in range(1, 101)])
    async with opened(path) as one, opened(path) as other, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(database.leads.claim(refill(15, node=node), NOON))
            for _ in range(4)
            for database, node in ((one, "node1"), (other, "node2"))
        ]
    claimed = [row for task in tasks for row in rows(task.result())]
    assert sorted(claimed) == list(range(1, 101))


async def test_another_campaigns_number_is_put_off(path: Path) -> None:
    imported(path, [new(1)])
    imported(path, [new(1), new(2)], campaign="surveys")
    async with opened(path) as database:
        await database.leads.claim(refill(), NOON)
        asked = refill(campaign="surveys")
        (lead,) = await database.leads.claim(asked, NOON)
        assert row_of(lead.key)[1] == 2
        assert await state_of(database, lead_id(2, 1)) == ("waiting", ELSEWHERE)
        assert await database.leads.claim(asked, NOON + 59) == []
        await database.leads.give_back([lead_id(1, 1)])  # type: ignore[list-item]
        assert rows(await database.leads.claim(asked, NOON + 60)) == [1]


async def test_what_is_given_back_is_what_it_was(path: Path) -> None:
    imported(path, [new(1), new(2)])
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), NOON)
        await database.leads.give_back([leads[0].key])
        assert rows(await database.leads.claim(refill(), NOON)) == [1]
        assert await database.leads.give_back_all("node1") == 2
        assert await database.leads.give_back_all("node1") == 0
        assert rows(await database.leads.claim(refill(), NOON)) == [1, 2]


async def all_promised(database: RecordDatabase, promises: Sequence[Promise]) -> None:
    """Have the first leads be promised these calls, and give the others back."""
    leads = await database.leads.claim(refill(), NOON - 200)
    for lead, wanted in zip(leads, promises, strict=False):
        await promise(database, lead, wanted)
    await database.leads.give_back([lead.key for lead in leads])


async def test_each_agent_has_one_own_callback_claimed_at_a_time(path: Path) -> None:
    anna = AgentId("anna")
    imported(path, [new(row) for row in range(1, 21)])
    async with opened(path) as database:
        saras = [Promise(due_at=NOON - 100 + row, agent=SARA) for row in range(1, 11)]
        others = [Promise(due_at=NOON - 20, agent=anna), Promise(due_at=NOON - 10)]
        await all_promised(database, [*saras, *others])
        asked = refill(4, agents=[SARA, anna])
        assert rows(await database.leads.claim(asked, NOON)) == [1, 11, 12, 13]
        # Who has one in the hopper is not asked for again: it is anybody's turn.
        assert rows(await database.leads.claim(refill(3), NOON)) == [14, 15, 16]
        overdue = refill(3, own_seconds=97.0)
        assert rows(await database.leads.claim(overdue, NOON)) == [2, 3, 17]


async def test_an_own_callback_in_use_elsewhere_hides_no_other(path: Path) -> None:
    imported(path, [new(1), new(2)])
    imported(path, [new(1)], campaign="surveys")
    async with opened(path) as database:
        both = [Promise(due_at=at, agent=SARA) for at in (NOON - 100, NOON - 90)]
        await all_promised(database, both)
        await database.leads.claim(refill(campaign="surveys"), NOON)
        asked = refill(10, agents=[SARA])
        assert rows(await database.leads.claim(asked, NOON)) == [2]


async def test_callbacks_are_first_and_wait_for_their_time_and_their_agent(path: Path) -> None:
    imported(path, [new(row) for row in range(1, 6)])
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), NOON - 90)
        for row, at, agent in ((3, NOON, None), (4, NOON + 60, None), (5, NOON - 60, SARA)):
            await promise(database, leads[row - 1], Promise(due_at=at, agent=agent))
        await database.leads.give_back([lead.key for lead in leads])
        assert rows(await database.leads.claim(refill(2), NOON)) == [3, 1]
        assert rows(await database.leads.claim(refill(2, agents=[SARA]), NOON)) == [5, 2]
        assert rows(await database.leads.claim(refill(), NOON + 60)) == [4]


async def test_a_lead_that_is_skipped_comes_later_or_never(path: Path) -> None:
    imported(path, [new(1), new(2)])
    async with opened(path) as database:
        first, second = await database.leads.claim(refill(), NOON)
        await database.leads.put_off(first.key, NOON + 60, "skipped")
        await database.leads.put_off(second.key, None, "skipped")
        assert await database.leads.claim(refill(), NOON + 59) == []
        assert rows(await database.leads.claim(refill(), NOON + 60)) == [1]
        assert await state_of(database, second.key) == ("done", "skipped")


async def test_leads_of_a_full_group_are_done(path: Path) -> None:
    north, south = {"region": "north"}, {"region": "south"}
    key = imported(path, [new(row, fields=north) for row in range(1, 30)] + [new(30, fields=south)])
    quotas = Quotas(
        wanted=[Quota(field="region", answers={"north": 1})], counted={("region", "north"): 1}
    )
    async with opened(path) as database:
        assert rows(await database.leads.claim(refill(3, quotas=quotas), NOON)) == [30]
        assert await state_of(database, lead_id(key, 1)) == ("done", QUOTA_FULL)


async def test_a_hopper_is_filled_by_the_mix_and_no_further(path: Path) -> None:
    shares = {"main": ListShare(weight=3), "other": ListShare(), "rests": ListShare(weight=0)}
    for of, start in (("main", 1), ("other", 1001), ("rests", 2001), ("gone", 3001)):
        imported(path, [new(row) for row in range(start, start + 100)], of)
    hopper = Hopper(shares, 40)
    async with opened(path) as database:
        for _ in range(3):
            leads = await database.leads.claim(refill(lists=shares, wanted=hopper.wanted()), NOON)
            assert hopper.fill(leads, NOON) == ()
    assert len(hopper) == 40
    lists = [lead.list for lead in hopper.leads]
    assert (lists.count("main"), lists.count("other")) == (30, 10)


async def test_every_way_through_the_leads_has_an_index(path: Path) -> None:
    queries = [
        *(query for order in Order for query in fresh_queries([1], order, 10)),
        *(due_query(1, state, 10, NOON) for state in (LeadState.CALLBACK, LeadState.WAITING)),
    ]
    with closing(sqlite3.connect(path)) as plain:
        for query in queries:
            compiled = query.compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
            plan = plain.execute(f"EXPLAIN QUERY PLAN {compiled}").fetchall()
            told = "; ".join(step[3] for step in plan)
            assert "SEARCH leads USING INDEX leads_" in told, told
            assert "SCAN" not in told, told
            assert "TEMP B-TREE" not in told, told


async def test_a_number_is_found_by_an_index(path: Path) -> None:
    imported(path, [new(1)])
    importing = LeadImport.open(path)
    target = ImportTarget(client=CLIENT, campaign=CAMPAIGN, list="other", beside=("main", "gone"))
    importing.begin(target, "", [], NOON)
    assert importing.known([number(1), number(2)]) == {number(1): (lead_id(1, 1), "main")}
    plan = importing._database.execute(
        "EXPLAIN QUERY PLAN SELECT number, lead, list_id FROM lead_numbers"
        " WHERE number IN ('+1', '+2') AND list_id IN (1, 2)"
    ).fetchall()
    assert "SEARCH lead_numbers USING COVERING INDEX one_lead_of_a_number" in plan[0][3]
    importing.undo()
    importing.close()


async def test_imports_that_are_used_up_are_not_looked_at(path: Path) -> None:
    """Given a list that is fed all day, then a refill asks those only that have new leads; and
    again those to which one comes back."""
    keys = [imported(path, [new(row)]) for row in range(1, 41)]
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), NOON)
        assert len(leads) == 40
        assert await database.leads.claim(refill(), NOON) == []
        asked: list[str] = []
        event.listen(database._engine.sync_engine, "before_cursor_execute", noting(asked))
        assert await database.leads.claim(refill(), NOON) == []
        assert len([one for one in asked if "FROM leads" in one]) <= 3
        await database.leads.give_back([leads[7].key])
        assert [one.key for one in await database.leads.claim(refill(), NOON)] == [leads[7].key]
        assert await database.leads.claim(refill(), NOON) == []
        assert await database.leads.give_back_all("node1") == 40
        assert len(await database.leads.claim(refill(), NOON)) == 40
    assert len(set(keys)) == 40


@pytest.mark.parametrize("order", list(Order))
async def test_a_used_up_import_does_not_hide_another_one(path: Path, order: Order) -> None:
    lists = {"main": ListShare(order=order)}
    imported(path, [new(1)])
    async with opened(path) as database:
        for row in (2, 3, 4):
            assert len(await database.leads.claim(refill(lists=lists), NOON)) == 1
            assert await database.leads.claim(refill(lists=lists), NOON) == []
            imported(path, [new(row)])
        assert len(await database.leads.claim(refill(lists=lists), NOON)) == 1


async def test_a_raised_quota_brings_new_leads_back_from_a_used_up_import(path: Path) -> None:
    imported(path, [new(row, fields={"region": "north"}) for row in range(1, 4)])
    counted = {("region", "north"): 1}

    def quotas(north: int) -> Quotas:
        return Quotas(wanted=[Quota(field="region", answers={"north": north})], counted=counted)

    async with opened(path) as database:
        for _ in range(2):
            assert await database.leads.claim(refill(quotas=quotas(1)), NOON) == []
        assert await database.leads.revive(refill(quotas=quotas(2))) == 3
        assert len(await database.leads.claim(refill(quotas=quotas(2)), NOON)) == 3


def noting(asked: list[str]) -> Callable[..., None]:
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    return note
