"""Lookups in databases and tables: read-only, bound, cut when nobody waits any more."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from ccengine.config.lookup_files import Table
from ccengine.config.statements import fault_of_statement, needs_a_row
from ccengine.lookup.source import QuestionRefused, SourceFailed
from ccengine.lookup.sql import THREADS, SqlSource, Statements, carried_out, open_sqlite
from ccengine.lookup.table import TableSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection

SELECT = "SELECT state, total FROM orders WHERE number = :number"
FOR_EVER = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "the shop.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE orders (number TEXT, state TEXT, total REAL)")
        connection.execute("INSERT INTO orders VALUES ('4711', 'sent', 12.5)")
    connection.close()
    return file


def count(file: Path) -> int:
    connection = sqlite3.connect(file)
    ((found,),) = connection.execute("SELECT count(*) FROM orders")
    connection.close()
    return int(found)


async def ask(file: Path, statement: str, **values: str | Decimal) -> object:
    source = SqlSource(open_sqlite(file, writes=False), statement)
    try:
        return await source.ask(values)
    finally:
        source.close()


async def test_a_row_is_found_or_none(shop: Path) -> None:
    assert await ask(shop, SELECT, number="4711") == {"state": "sent", "total": 12.5}
    assert await ask(shop, SELECT, number="4712") is None


async def test_a_value_is_bound_and_never_text_of_the_statement(shop: Path) -> None:
    assert await ask(shop, SELECT, number="' OR 1=1 --") is None
    assert await ask(shop, SELECT, number="4711'; DROP TABLE orders; --") is None
    assert count(shop) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orders",
        "INSERT INTO orders VALUES ('1', 'x', 0) RETURNING number",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE '/tmp/x' AS x",
    ],
)
async def test_what_the_checker_let_through_would_still_not_write(
    shop: Path, statement: str
) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever way it is refused
        await ask(shop, statement)
    assert count(shop) == 1


async def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="unable to open"):
        await ask(tmp_path / "none.sqlite", SELECT, number="1")
    assert not (tmp_path / "none.sqlite").exists()


async def test_the_statement_is_in_no_error(shop: Path) -> None:
    with pytest.raises(SourceFailed) as failed:
        await ask(shop, "SELECT nothing FROM orders WHERE number = :number", number="471100")
    assert "471100" not in str(failed.value)
    assert not failed.value.hopeless


async def test_a_statement_is_stopped_when_its_deadline_has_come(shop: Path) -> None:
    source = SqlSource(open_sqlite(shop, writes=False), FOR_EVER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await source.ask({})
    is_free = partial(source._statements._free.acquire, timeout=5)
    for _ in range(THREADS):  # the thread that was cut, too
        assert await asyncio.to_thread(is_free)
    source.close()


async def test_while_all_threads_are_taken_the_next_is_refused_at_once(shop: Path) -> None:
    source = SqlSource(open_sqlite(shop, writes=False), FOR_EVER)
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(source.ask({})) for _ in range(THREADS)]
        await asyncio.sleep(0.1)
        with pytest.raises(SourceFailed, match="not answered yet"):
            await source.ask({})
        for one in asking:
            one.cancel()
    source.close()


async def test_a_submission_writes_whole_or_not_at_all(shop: Path) -> None:
    statements = Statements(open_sqlite(shop, writes=True))
    insert = "INSERT INTO orders VALUES (:number, 'new', :total)"
    await statements.run(insert, {"number": "4712", "total": Decimal("1.5")}, carried_out)
    assert count(shop) == 2
    with pytest.raises(SourceFailed):
        await statements.run("INSERT INTO orders VALUES (:number)", {"number": "1"}, carried_out)
    assert count(shop) == 2
    statements.close()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT 1", ""),
        ("  select a -- ; delete\n from t where b = 'x; drop table t' ;", ""),
        ("WITH x AS (SELECT 1) SELECT * FROM x", ""),
        ("SELECT replace(a, 'x', 'y') FROM t", ""),
        ("SELECT 1; SELECT 2", "more than one"),
        ("DELETE FROM t", "only SELECT"),
        ("WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x", "only SELECT"),
        ("SELECT a INTO b FROM t", "only SELECT"),
        ("SELECT 1 /* x */ ; /* y */ DROP TABLE t", "more than one"),
        ("PRAGMA query_only = OFF", "only SELECT"),
        ("-- nothing", "no statement"),
    ],
)
def test_what_a_lookup_may_be(statement: str, says: str) -> None:
    fault = fault_of_statement(statement, reads=True)
    assert says in fault
    assert bool(says) == bool(fault)


def test_what_a_submission_may_be() -> None:
    assert fault_of_statement("UPDATE t SET a = 1", reads=False) == ""
    assert "must INSERT" in fault_of_statement("SELECT 1", reads=False)
    assert "must INSERT" in fault_of_statement("DROP TABLE t", reads=False)


async def test_a_table_knows_numbers_with_and_without_their_plus() -> None:
    table = Table(("caller", "level"), {"380441": {"caller": "+380441", "level": "9"}})
    source = TableSource(table, "caller")
    assert await source.ask({"caller": "+380441"}) == {"caller": "+380441", "level": "9"}
    assert await source.ask({"caller": "380441"}) is not None
    assert await source.ask({"caller": ""}) is None
    assert await source.ask({}) is None


async def test_a_number_longer_than_any_of_theirs_is_refused(shop: Path) -> None:
    source = SqlSource(open_sqlite(shop, writes=False), SELECT)
    for _ in range(THREADS + 1):
        with pytest.raises(QuestionRefused, match=r"^a number is longer than 64 bits$"):
            await source.ask({"number": Decimal("9" * 20)})
    assert await source.ask({"number": Decimal(2**63 - 1)}) is None
    source.close()


async def test_what_a_database_cannot_take_a_value_for_is_no_fault_of_it(shop: Path) -> None:
    def take(_connection: Connection, statement: str, _values: Mapping[str, Any]) -> None:
        raise DataError(statement, {}, ValueError())

    statements = Statements(open_sqlite(shop, writes=False))
    with pytest.raises(QuestionRefused):
        await statements.run(SELECT, {"number": "1"}, take)
    statements.close()


async def test_a_database_that_is_let_go_of_ends_no_session(shop: Path) -> None:
    statements = Statements(open_sqlite(shop, writes=False))
    start = asyncio.get_running_loop().create_task
    some = [start(statements.run(FOR_EVER, {}, _wait)) for _ in range(THREADS)]
    await asyncio.sleep(0.05)
    statements._free.release()  # one more is let in, and never begins
    late = start(statements.run(FOR_EVER, {}, _wait))
    await asyncio.sleep(0.05)
    statements.close()
    with pytest.raises(SourceFailed):
        await late
    for one in some:
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one


def _wait(connection: Connection, statement: str, _values: Mapping[str, Any]) -> None:
    connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "needs"),
    [
        ("UPDATE t SET a = 1 WHERE b = :b", True),
        ("-- INSERT\ndelete from t where b = 'insert'", True),
        ("WITH one AS (SELECT 1) UPDATE t SET a = 1", True),
        ("INSERT OR IGNORE INTO t VALUES (:key)", False),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 2", False),
        ("REPLACE INTO t VALUES (1)", False),
    ],
)
def test_what_changes_rows_needs_one(statement: str, *, needs: bool) -> None:
    assert needs_a_row(statement) == needs
