"""Examples of databases: carried out by check and reload, so in their own database only."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from ccengine.config.example_files import fault_of_sql

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "CREATE TABLE orders (number TEXT PRIMARY KEY); INSERT INTO orders VALUES ('4711');"
FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;"


def test_tables_and_rows_are_an_example() -> None:
    assert fault_of_sql(TABLE) == ""
    assert "syntax error" in fault_of_sql("CREATE TABEL orders")


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{file}' AS other; DROP TABLE other.journal;",
        "VACUUM INTO '{file}';",
        "PRAGMA journal_mode = OFF;",
        "SELECT load_extension('{file}');",
    ],
)
def test_an_example_reaches_nothing_else(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE journal (number INTEGER)")
    other.close()
    before = file.read_bytes()
    assert "the statements make no database" in fault_of_sql(TABLE + statement.format(file=file))
    assert file.read_bytes() == before
    new = tmp_path / "new.sqlite"
    fault_of_sql(TABLE + statement.format(file=new))
    assert not new.exists()


@pytest.mark.parametrize("statement", [FOR_EVER, "SELECT randomblob(1000000000);"])
def test_an_example_takes_a_moment_and_not_the_machine(statement: str) -> None:
    assert "the statements make no database" in fault_of_sql(TABLE + statement)
