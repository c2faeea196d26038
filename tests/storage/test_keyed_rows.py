"""Rows by their key are what the database's own way of reading gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.storage.database import RecordDatabase
from ccengine.storage.keyed_rows import KeyedRows
from ccengine.storage.tables import TOKENS
from ccengine.storage.tokens import StoredToken

if TYPE_CHECKING:
    from pathlib import Path


def stored(name: str, clients: tuple[str, ...] | None) -> StoredToken:
    return StoredToken(
        name=name, role="client", clients=clients, agent=None, created_at=1.0, expires_at=2.0
    )


async def test_a_row_is_decoded_as_it_was_written(tmp_path: Path) -> None:
    database = await RecordDatabase.open(tmp_path / "records.sqlite")
    rows = KeyedRows(tmp_path / "records.sqlite", TOKENS.c.name, tuple(TOKENS.c))
    await database.tokens.create(stored("some", ("nour", "dnipro")))
    await database.tokens.create(stored("whole", None))
    some, whole = await rows.get("some"), await rows.get("whole")
    assert some is not None
    assert whole is not None
    assert (some["clients"], some["teams"], some["agent"]) == (["nour", "dnipro"], None, None)
    assert (whole["clients"], whole["created_at"]) == (None, 1.0)
    assert await rows.get("nobody") is None
    rows.close()
    await database.close()


async def test_many_may_ask_at_once(tmp_path: Path) -> None:
    database = await RecordDatabase.open(tmp_path / "records.sqlite")
    for number in range(5):
        await database.tokens.create(stored(f"t{number}", None))
    rows = KeyedRows(tmp_path / "records.sqlite", TOKENS.c.name, (TOKENS.c.name,))
    async with asyncio.TaskGroup() as group:
        found = [group.create_task(rows.get(f"t{number % 5}")) for number in range(50)]
    names = [one.result() for one in found]
    assert [one["name"] for one in names if one] == [f"t{number % 5}" for number in range(50)]
    rows.close()
    await database.close()


async def test_a_file_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    rows = KeyedRows(tmp_path / "nothing.sqlite", TOKENS.c.name, (TOKENS.c.name,))
    with pytest.raises(OSError, match="unable to open"):
        await rows.get("t")
