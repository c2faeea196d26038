"""A register is taken in beside a running engine: whole or not at all, and nobody waits for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ccengine.storage import register_copies
from ccengine.storage.register_copies import RegisterBusy, RegisterCopies
from tests.storage.test_do_not_call import NUMBER, OTHER, opened, register, wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 12_000


@pytest.fixture(autouse=True)
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_copies, "AT_ONCE", 1_000)


def told(row: int) -> str:
    return f"+1305{row:07}"


def copies_in(path: Path) -> dict[int, int]:
    """Return how many numbers each copy has, in use or not."""
    query = "SELECT copy, count(*) FROM register_numbers GROUP BY copy"
    with closing(sqlite3.connect(path)) as plain:
        return dict(plain.execute(query).fetchall())


async def test_others_write_while_a_register_is_imported(tmp_path: Path) -> None:
    """Given an import that goes on, then whoever writes does not even wait, and it counts."""
    path = tmp_path / "records.sqlite"

    def rows() -> Iterator[str]:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as engine:
            for row in range(MANY):
                if row % 500 == 0:
                    engine.execute("BEGIN IMMEDIATE")
                    values = (told(row), "", 1.0, "call", "engine")
                    engine.execute(
                        'INSERT INTO do_not_call (number, client, at, evidence, "by")'
                        " VALUES (?, ?, ?, ?, ?)",
                        values,
                    )
                    engine.execute("COMMIT")
                    copies = copies_in(path)
                    assert copies.get(2, 0) >= row - 1_000  # what is read is soon written
                yield told(row)

    async with opened(tmp_path) as database:
        await database.do_not_call.replace(register(), [NUMBER])
        assert await database.do_not_call.replace(register(at=70.0), rows()) == MANY
        facts = await database.number_facts(told(0))
        assert (list(facts.registered), len(facts.opt_outs)) == (["us-national"], 1)
    assert copies_in(path) == {2: MANY}  # the old copy is gone


async def test_until_it_is_whole_the_old_copy_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.do_not_call.replace(register(), [NUMBER])
        with RegisterCopies.open(database._engine) as copies:
            await copies.write([OTHER])
            old, unseen = [await database.number_facts(one) for one in (NUMBER, OTHER)]
    assert old.registered == {"us-national"}
    assert not unseen.registered


async def test_what_a_killed_import_has_left_is_removed_by_the_next(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        with RegisterCopies.open(database._engine) as copies:
            await copies.write(map(told, range(MANY)))  # and nobody takes it into use
        assert await database.do_not_call.replace(register(), [NUMBER, NUMBER, OTHER]) == 2
    assert list(copies_in(tmp_path / "records.sqlite").values()) == [2]


async def test_one_register_is_imported_at_a_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        with (
            RegisterCopies.open(database._engine),
            pytest.raises(RegisterBusy, match="wait until it has"),
        ):
            await database.do_not_call.replace(register(), [NUMBER])
        assert await database.do_not_call.replace(register(), [NUMBER]) == 1


async def test_who_was_noted_before_is_so_after_the_migration(tmp_path: Path) -> None:
    """Given a database of an older shape, then wishes and copies in use are the same, and back."""
    path = tmp_path / "records.sqlite"
    migrated(path, "0024_lead_outcomes")
    with closing(sqlite3.connect(path)) as plain:
        row = "INSERT INTO do_not_call VALUES (?, ?, ?, ?, ?, ?, ?)"
        plain.execute(row, (NUMBER, "", "nour", "p", 100.0, "call 7", "anna"))
        plain.execute(row, (NUMBER, "us-national", "", "", 50.0, "may.txt", "anna"))
        for name, numbers in (("gb-tps", None), ("us-national", 1)):
            plain.execute(
                "INSERT INTO do_not_call_registers VALUES (?, 50.0, ?, 'may.txt')", (name, numbers)
            )
        plain.commit()
    migrated(path, "head")
    migrated(path, "0024_lead_outcomes", down=True)
    async with opened(tmp_path) as database:
        facts = await database.number_facts(NUMBER)
        (noted,) = await database.do_not_call.of_number(NUMBER)
    assert facts.registered == {"us-national"}
    assert noted == wish(client="nour", person="p")


def migrated(path: Path, revision: str, *, down: bool = False) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "ccengine.storage:migrations")
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
    engine.dispose()
