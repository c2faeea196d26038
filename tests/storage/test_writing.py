"""What must be written is written, however long somebody else holds the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from ccengine.storage.writing import until_written
from tests.storage.test_do_not_call import NUMBER, opened, wish

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase


def impatient(database: RecordDatabase) -> None:
    """Have connections give up at once."""

    def at_once(connection: object, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 0")  # type: ignore[attr-defined]

    event.listen(database._engine.sync_engine, "connect", at_once)


async def test_it_waits_for_whoever_holds_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a long transaction of somebody else's, then what was to be noted is, after it."""
    pauses: list[float] = []

    async with opened(tmp_path) as database:
        await database._engine.dispose()
        impatient(database)
        with closing(sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            async def sleep(seconds: float) -> None:
                pauses.append(seconds)
                if len(pauses) == 6:
                    other.execute("COMMIT")

            monkeypatch.setattr("ccengine.storage.writing.asyncio.sleep", sleep)
            assert await until_written(lambda: database.do_not_call.add(wish()), "a wish")
        monkeypatch.undo()
        assert await database.do_not_call.of_number(NUMBER) == [wish()]
    assert pauses == [1.0, 2.0, 5.0, 10.0, 10.0, 10.0]


async def test_anything_else_is_told_at_once() -> None:
    tries: list[int] = []

    async def full() -> None:
        tries.append(1)
        statement, error = "INSERT", sqlite3.OperationalError("disk I/O error")
        raise OperationalError(statement, {}, error)

    with pytest.raises(OperationalError, match="disk I/O"):
        await until_written(full, "a wish")
    assert len(tries) == 1
