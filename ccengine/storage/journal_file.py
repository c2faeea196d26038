"""The journal's file: its layout, how it is opened, and what is said when it cannot be."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ccengine.storage.errors import (
    JournalCorrupted,
    JournalError,
    JournalMissing,
    JournalTooNew,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYOUT = 1
APPLICATION_ID = 0x6363656E  # "ccen": tells our file from any other SQLite file

COLUMNS = "number, at, kind, type, schema, tenant, client, call, agent, node, because, data"
COLUMN_COUNT = COLUMNS.count(",") + 1

# The indexes are what each commit pays for: only the call's own is over all rows.
_CREATE = (
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        type TEXT NOT NULL,
        schema INTEGER NOT NULL,
        tenant TEXT NOT NULL,
        client TEXT NOT NULL,
        call TEXT,
        agent TEXT,
        node TEXT NOT NULL,
        because INTEGER,
        data BLOB NOT NULL
    )""",
    "CREATE INDEX journal_call ON journal (call, number) WHERE call IS NOT NULL",
    "CREATE INDEX journal_shown ON journal (agent, number) WHERE type = 'ShowAgent'",
    "CREATE INDEX journal_ended ON journal (number) WHERE type = 'CallEnded'",
    "CREATE INDEX journal_snapshot ON journal (number) WHERE kind = 'snapshot'",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {LAYOUT}",
)


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the journal, creating it where there is none.

    Raises:
        JournalCorrupted: it is another file, or damaged.
        JournalTooNew: a newer program wrote it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path, str(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # `Journal.checkpoint` does it
        connection.execute("PRAGMA cache_size = -16000")
        if _pragma(connection, "user_version") == 0 and not _tables(connection):
            connection.execute("BEGIN IMMEDIATE")
            for statement in _CREATE:
                connection.execute(statement)
            connection.execute("COMMIT")
        _check(path, connection)
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the journal beside whoever writes it.

    Raises:
        JournalCorrupted: it is another file, or damaged.
        JournalMissing: there is none.
        JournalTooNew: a newer program wrote it.
    """
    if not path.exists():
        message = f"{path}: no journal here; has the engine run with this state folder?"
        raise JournalMissing(message)
    with _open(path, f"{path.absolute().as_uri()}?mode=ro") as connection:
        _check(path, connection)
    return connection


@contextmanager
def _open(path: Path, name: str) -> Iterator[sqlite3.Connection]:
    """Yield an open connection, which is closed again only if setting it up fails."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(name, isolation_level=None, uri=name.startswith("file:"))
        connection.execute("PRAGMA busy_timeout = 2000")
        yield connection
    except JournalError:
        _close(connection)
        raise
    except sqlite3.DatabaseError as error:
        _close(connection)
        raise damaged(path, error) from error


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()


def _check(path: Path, connection: sqlite3.Connection) -> None:
    if _pragma(connection, "application_id") != APPLICATION_ID:
        message = f"{path}: not a journal of ccengine; move it away and start the engine again"
        raise JournalCorrupted(message)
    layout = _pragma(connection, "user_version")
    if layout > LAYOUT:
        message = (
            f"{path}: written by a newer ccengine (layout {layout}, this one knows {LAYOUT}); "
            "run that version, or move the journal away and start with an empty one"
        )
        raise JournalTooNew(message)


def damaged(path: Path, error: Exception) -> JournalCorrupted:
    """Return what is said of a journal that SQLite cannot read."""
    message = (
        f"{path}: {error}. Check the file's owner and the disk; if it is damaged, save what is "
        f"left with `sqlite3 {path.name} .recover`, move it away and start the engine again: calls "
        "that are alive are found in Asterisk"
    )
    return JournalCorrupted(message)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _tables(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return count
