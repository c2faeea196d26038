"""Takes leads in by the hundred thousand, beside a running engine.

They are written in small transactions, so that the engine is never kept waiting, under an import
that is not done yet: nobody sees them. One last transaction says that it is done. What an import
that was killed has left behind is removed by the next one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import orjson

from ccengine.storage.errors import StorageError
from ccengine.storage.lock import FileLock, LockTaken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ccengine.core.ids import Instant

BUSY_SECONDS: Final = 30.0
CACHE_KIBIBYTES: Final = 200_000
ROW_BITS: Final = 32
"""Of a lead's id: the row it came with."""
ASKED_AT_ONCE: Final = 500
REMOVED_AT_ONCE: Final = 20_000


class ImportBusy(StorageError):
    """Somebody else is importing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    """A row that becomes a lead."""

    row: int
    numbers: Sequence[str]  #: E.164, each once
    fields: Mapping[str, str]
    key: str = ""
    priority: int = 0
    place: str = ""
    zone: str = ""
    shuffle: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that becomes none."""

    row: int
    reason: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTarget:
    """Where leads go."""

    client: str
    campaign: str
    list: str
    beside: Sequence[str] = ()  #: other lists, which may have none of the numbers either


class KnownLead(NamedTuple):
    """A lead that has a number already."""

    id: int
    list: str  #: its name


def lead_id(import_id: int, row: int) -> int:
    """Return the id of the lead that came with a row."""
    return (import_id << ROW_BITS) | row


def row_of(lead: int) -> tuple[int, int]:
    """Return the import that a lead came with, and the row."""
    return lead >> ROW_BITS, lead & ((1 << ROW_BITS) - 1)


class LeadImport:
    """One import, from its first row to the word that it is done."""

    def __init__(self, database: sqlite3.Connection, lock: FileLock) -> None:
        self._database = database
        self._lock = lock
        self.id = 0
        self._list = 0
        self._names: dict[int, str] = {}  #: of the lists in which a number is once
        self._leads = self._rejects = 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a database that has the present shape, for one import.

        Raises:
            ImportBusy: another one goes on.
        """
        try:
            lock = FileLock(path.with_name(f"{path.name}.import"))
        except LockTaken as error:
            message = f"process {error} is importing leads — wait until it has"
            raise ImportBusy(message) from error
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        return cls(database, lock)

    def begin(self, target: ImportTarget, file: str, header: Sequence[str], now: Instant) -> int:
        """Remove what was left of imports that were killed, and begin one; return its number."""
        for (left,) in self._database.execute(
            "SELECT id FROM lead_imports WHERE state = 'staging'"
        ).fetchall():
            self._remove(left)
        with self._transaction():
            self._list = self._list_of(target, now)
            self._names = self._lists_of(target)
            self.id = self._insert(
                "INSERT INTO lead_imports (list_id, file, state, started_at, header)"
                " VALUES (?, ?, 'staging', ?, ?)",
                (self._list, file[-255:], now, _json(header)),
            )
        return self.id

    def known(self, numbers: Sequence[str]) -> dict[str, KnownLead]:
        """Return the leads of the list, and of those beside it, that have any of the numbers.

        Those of this import are among them; of several leads, that of the list is returned.
        """
        found: dict[str, KnownLead] = {}
        of = ", ".join("?" * len(self._names))
        for start in range(0, len(numbers), ASKED_AT_ONCE):
            some = numbers[start : start + ASKED_AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = (
                "SELECT number, lead, list_id FROM lead_numbers"
                f" WHERE number IN ({marks}) AND list_id IN ({of})"
            )
            for number, lead, list_id in self._database.execute(query, (*some, *self._names)):
                if list_id == self._list or number not in found:
                    found[number] = KnownLead(lead, self._names[list_id])
        return found

    def add(self, leads: Sequence[NewLead], rejects: Sequence[Reject]) -> None:
        """Write some rows, which nobody sees yet. No number may be in the list already."""
        with self._transaction():
            self._database.executemany(
                "INSERT INTO leads (id, list_id, import_id, key, state, priority, shuffle, fields,"
                " place, zone) VALUES (?, ?, ?, ?, 'fresh', ?, ?, ?, ?, ?)",
                (
                    (
                        lead_id(self.id, one.row),
                        self._list,
                        self.id,
                        one.key,
                        one.priority,
                        one.shuffle,
                        _json(one.fields),
                        one.place,
                        one.zone,
                    )
                    for one in leads
                ),
            )
            self._database.executemany(
                "INSERT INTO lead_numbers (lead, position, number, list_id) VALUES (?, ?, ?, ?)",
                self._numbers_of(leads),
            )
            self._database.executemany(
                "INSERT INTO lead_rejects (import_id, row, reason, cells) VALUES (?, ?, ?, ?)",
                ((self.id, one.row, one.reason[:255], _json(one.cells)) for one in rejects),
            )
        self._leads += len(leads)
        self._rejects += len(rejects)

    def finish(self, now: Instant) -> None:
        """Say that it is done: from now on all of its leads are there."""
        with self._transaction():
            self._database.execute(
                "UPDATE lead_imports SET state = 'done', finished_at = ?, rows = ?, leads = ?,"
                " rejects = ? WHERE id = ?",
                (now, self._leads + self._rejects, self._leads, self._rejects, self.id),
            )

    def undo(self) -> None:
        """Remove all of it."""
        self._remove(self.id)

    def close(self) -> None:
        """Close the file and let others import."""
        self._database.close()
        self._lock.release()

    def _list_of(self, target: ImportTarget, now: Instant) -> int:
        named = (target.client, target.campaign, target.list)
        self._database.execute(
            "INSERT OR IGNORE INTO lead_lists (client, campaign, name, created_at)"
            " VALUES (?, ?, ?, ?)",
            (*named, now),
        )
        query = "SELECT id FROM lead_lists WHERE client = ? AND campaign = ? AND name = ?"
        return int(self._database.execute(query, named).fetchone()[0])

    def _lists_of(self, target: ImportTarget) -> dict[int, str]:
        wanted = {target.list, *target.beside}
        query = "SELECT id, name FROM lead_lists WHERE client = ? AND campaign = ?"
        rows = self._database.execute(query, (target.client, target.campaign)).fetchall()
        return {key: name for key, name in rows if name in wanted}

    def _insert(self, statement: str, values: Sequence[object]) -> int:
        return self._database.execute(statement, values).lastrowid or 0

    def _numbers_of(self, leads: Iterable[NewLead]) -> Iterable[tuple[int, int, str, int]]:
        for one in leads:
            lead = lead_id(self.id, one.row)
            for position, number in enumerate(one.numbers):
                yield lead, position, number, self._list

    def _remove(self, import_id: int) -> None:
        """Remove an import piece by piece; that there was one is forgotten last."""
        first, beyond = lead_id(import_id, 0), lead_id(import_id + 1, 0)
        (last,) = self._database.execute(
            "SELECT max((SELECT coalesce(max(id), 0) FROM leads WHERE id >= ? AND id < ?) - ?,"
            " (SELECT coalesce(max(row), 0) FROM lead_rejects WHERE import_id = ?))",
            (first, beyond, first, import_id),
        ).fetchone()
        for row in range(0, last + 1, REMOVED_AT_ONCE):
            start, end = first + row, first + row + REMOVED_AT_ONCE
            rows = (import_id, row, row + REMOVED_AT_ONCE)
            with self._transaction():
                self._database.execute(
                    "DELETE FROM lead_numbers WHERE lead >= ? AND lead < ?", (start, end)
                )
                self._database.execute("DELETE FROM leads WHERE id >= ? AND id < ?", (start, end))
                self._database.execute(
                    "DELETE FROM lead_rejects WHERE import_id = ? AND row >= ? AND row < ?", rows
                )
        with self._transaction():
            self._database.execute("DELETE FROM lead_imports WHERE id = ?", (import_id,))

    def _transaction(self) -> _Transaction:
        return _Transaction(self._database)


class _Transaction:
    """Writes from the first moment, so that nothing changes between what is read and written."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
