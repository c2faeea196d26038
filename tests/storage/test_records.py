"""Exactly one record per call in the database, whatever dies when."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import OperationalError

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.call_record import CallOutcome
from ccengine.storage.errors import RecordsTooNew
from ccengine.storage.records import RecordKeeper
from ccengine.storage.tables import METADATA
from tests.reporting.shift import Shift, missed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

C1 = CallId("c1")


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


@asynccontextmanager
async def keeping(
    shift: Shift, *, running: bool = True, limit: int = 100
) -> AsyncIterator[RecordKeeper]:
    """A keeper that watches the shift; not `running` it is as one killed before it wrote."""
    folder = shift.journal.path.parent
    keeper = RecordKeeper(folder / "records.sqlite", shift.journal.path, pending_limit=limit)
    await keeper.start()
    shift.observers.append(keeper.observe)
    if running:
        with suppress(asyncio.CancelledError):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(keeper.run())
                await asyncio.sleep(0)  # a task cancelled before it began runs no `finally`
                yield keeper
                task.cancel()
    else:
        yield keeper
    shift.observers.remove(keeper.observe)
    await keeper.close()


def stored(shift: Shift) -> dict[str, tuple[str, float | None]]:
    """What an ops person sees with the sqlite3 program."""
    connection = sqlite3.connect(shift.journal.path.parent / "records.sqlite")
    rows = connection.execute("SELECT call, outcome, wrap_up_seconds FROM call_records").fetchall()
    connection.close()
    return {call: (outcome, seconds) for call, outcome, seconds in rows}


async def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    assert holds()


def serve(shift: Shift, call: str, *, wrap_up: bool = True) -> CallId:
    known = shift.enter(call)
    shift.answer(known)
    shift.wait(30)
    shift.hang_up(known)
    if wrap_up:
        shift.wait(15)
    return known


async def test_a_call_is_one_record_that_reads_back_equal(shift: Shift) -> None:
    shift.open_doors("anna")
    async with keeping(shift) as keeper:
        serve(shift, "c1", wrap_up=False)
        live = await keeper.get(C1)
        shift.wait(15)
        assert live is not None
        assert live.wraps_up
    async with keeping(shift, running=False) as keeper:
        record = await keeper.get(C1)
        assert record is not None
        assert record.outcome is CallOutcome.ANSWERED
        assert record.offers == live.offers
        assert record.talk_ended_by is Party.CALLER
    assert stored(shift) == {"c1": ("answered", 15.0)}


async def test_a_missed_call_is_one_record_also_when_its_engine_was_killed(shift: Shift) -> None:
    async with keeping(shift, running=False) as keeper:
        shift.post(missed(C1))
        assert await keeper.get(C1) is not None
    assert stored(shift) == {}
    async with keeping(shift) as keeper:
        assert stored(shift) == {"c1": ("missed", None)}
        assert await keeper.get(C1) is not None  # so nobody posts it again
        shift.post(missed(CallId("c2")))
    assert stored(shift) == {"c1": ("missed", None), "c2": ("missed", None)}


async def test_a_live_call_is_known(shift: Shift) -> None:
    shift.open_doors()
    async with keeping(shift) as keeper:
        shift.enter("c1")
        record = await keeper.get(C1)
        assert record is not None
        assert record.outcome is None
        assert await keeper.get(CallId("nobody")) is None


async def test_what_a_killed_engine_had_not_written_is_folded_again(shift: Shift) -> None:
    shift.open_doors("anna")
    async with keeping(shift, running=False):
        serve(shift, "c1")
        serve(shift, "c2")
    assert stored(shift) == {}
    async with keeping(shift):
        assert stored(shift) == {"c1": ("answered", 15.0), "c2": ("answered", 15.0)}
        serve(shift, "c3")
    assert set(stored(shift)) == {"c1", "c2", "c3"}


async def test_a_restart_in_the_middle_of_each_stage_leaves_one_record(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    async with keeping(shift, running=False):
        shift.answer(call)  # talking when the engine dies
    async with keeping(shift):
        shift.wait(30)
        shift.hang_up(call)
    assert stored(shift) == {"c1": ("answered", None)}
    async with keeping(shift):  # the wrap-up ends under the next engine
        shift.wait(15)
    assert stored(shift) == {"c1": ("answered", 15.0)}


async def test_a_wrap_up_that_ended_while_nobody_kept_records_is_found(shift: Shift) -> None:
    shift.open_doors("anna")
    async with keeping(shift):
        serve(shift, "c1", wrap_up=False)
    shift.wait(15)
    async with keeping(shift):
        assert stored(shift) == {"c1": ("answered", 15.0)}


async def test_an_adopted_call_of_long_ago_ends_nobodys_wrap_up_of_today(shift: Shift) -> None:
    shift.open_doors("anna", wrap_up=100.0)
    old = shift.enter("old")
    agent, offer = shift.offer_of(old)
    shift.post(events.OfferDeclined(call=old, agent=agent, offer=offer, reason="busy"))
    shift.post(events.AgentWentReady(agent=AgentId("anna")))
    agent, offer = shift.offer_of(old)
    shift.post(events.OfferDeclined(call=old, agent=agent, offer=offer, reason="busy"))
    shift.post(events.CallerStrayed(call=old))
    shift.post(events.AgentWentReady(agent=AgentId("anna")))
    serve(shift, "c1", wrap_up=False)
    async with keeping(shift):
        shift.post(events.CallerReturned(call=old, channel="again"))
        shift.wait(50)
    assert stored(shift)["c1"] == ("answered", None)


async def test_more_than_memory_holds_is_read_from_the_journal(shift: Shift) -> None:
    shift.open_doors("anna")
    async with keeping(shift, limit=2) as keeper:
        for number in range(6):
            serve(shift, f"c{number}")
        assert len(keeper._pending) == 2
        await eventually(lambda: len(stored(shift)) == 6)


async def test_a_database_that_fails_for_a_while_loses_nothing(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccengine.storage.records._RETRY_SECONDS", 0.01)
    monkeypatch.setattr("ccengine.storage.records._GATHERING_SECONDS", 0.01)
    shift.open_doors("anna")
    async with keeping(shift) as keeper:
        assert keeper._database is not None
        write, failures = keeper._database.write, iter(range(3))

        async def fail(records: list[object], progress: int | None) -> None:
            if next(failures, None) is not None:
                statement = "INSERT"
                raise OperationalError(statement, {}, Exception("disk full"))
            await write(records, progress)  # type: ignore[arg-type]

        monkeypatch.setattr(keeper._database, "write", fail)
        serve(shift, "c1")
        await eventually(lambda: stored(shift) == {"c1": ("answered", 15.0)})


async def test_another_journal_is_folded_from_its_beginning(shift: Shift, tmp_path: Path) -> None:
    shift.open_doors("anna")
    async with keeping(shift):
        for number in range(5):
            serve(shift, f"c{number}")
    (tmp_path / "other").mkdir()
    other = Shift(tmp_path / "other" / "journal.sqlite", center=ContactCenter())
    other.open_doors("anna")
    serve(other, "new")
    keeper = RecordKeeper(tmp_path / "records.sqlite", other.journal.path)
    await keeper.start()
    await keeper.close()
    assert len(stored(shift)) == 6
    other.journal.close()


async def test_a_newer_database_is_refused_with_a_remedy(shift: Shift, tmp_path: Path) -> None:
    async with keeping(shift):
        pass
    connection = sqlite3.connect(tmp_path / "records.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(RecordsTooNew, match="made again from the journal"):
        await RecordKeeper(tmp_path / "records.sqlite", shift.journal.path).start()


async def test_migrations_lead_to_the_tables(shift: Shift, tmp_path: Path) -> None:
    async with keeping(shift):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    inspector = inspect(engine)
    for table in METADATA.sorted_tables:
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns]
        for column in table.columns:
            assert str(columns[column.name]["type"]) == str(column.type)
            assert columns[column.name]["nullable"] == column.nullable
        indexes = {one["name"]: one["column_names"] for one in inspector.get_indexes(table.name)}
        for index in table.indexes:
            # An expression is reflected by its column: `priority DESC`.
            expected = [
                getattr(one, "name", "") or str(one).split()[0] for one in index.expressions
            ]
            assert indexes.pop(str(index.name)) == expected
        assert not indexes
    engine.dispose()


async def test_an_outcome_given_after_all_was_written_is_caught_up_on(shift: Shift) -> None:
    shift.open_doors("anna", wrap_up=5.0)
    async with keeping(shift):
        call = shift.enter(C1)
        shift.answer(call)
        shift.hang_up(call)
        shift.wait(10)  # the wrap-up is over, too
    async with keeping(shift, running=False):  # killed before it wrote
        shift.post(events.OutcomeSet(call=C1, agent=AgentId("anna"), disposition="sold"))
    async with keeping(shift) as keeper:
        record = await keeper.get(C1)
    assert record is not None
    assert (record.disposition, record.wrap_up_seconds) == ("sold", 5.0)
