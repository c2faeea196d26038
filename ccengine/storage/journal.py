"""The journal: every event and decision, before anything is done about it.

Append only, one file, one writer. SQLite in WAL mode with `synchronous=NORMAL`: a commit is a
write without fsync, so it costs microseconds and survives the engine's death at any instant; what
a power cut may take is what `checkpoint`, on another thread, has not yet put on the disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import structlog

from ccengine.core.commands import PlaceCall
from ccengine.core.events import (
    SCHEMA,
    DiskLevelChanged,
    SwitchLost,
    SwitchResynced,
)
from ccengine.core.ids import CallId, ClientId, TenantId
from ccengine.reporting.first_rows import FIRST
from ccengine.reporting.rows import Advance, JournalRow, Rejection
from ccengine.storage.codec import encode, encode_by_slices
from ccengine.storage.errors import JournalFailed, JournalLocked
from ccengine.storage.journal_file import COLUMN_COUNT, open_to_write
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.lock import FileLock, LockTaken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccengine.core.ids import AgentId, Instant
    from ccengine.core.snapshots import Imprint
    from ccengine.reporting.rows import RowKind, Step, What
    from ccengine.storage.journal_reader import Restored

log = structlog.get_logger()

_VALUES = "(" + ", ".join("?" * COLUMN_COUNT) + ")"
_AT_ONCE = 16  # rows that go into one statement; that is a third cheaper than a transaction
_INSERTS = [
    f"INSERT INTO journal VALUES {', '.join([_VALUES] * count)}" for count in range(_AT_ONCE + 1)
]
_PLACES_KEPT = 20_000
_CHECKPOINT_ROUNDS = 3


class Place(NamedTuple):
    """Whose a row is."""

    tenant: TenantId
    client: ClientId
    node: str


class Journal:
    """The one writer of a journal. Belongs to the event loop's thread, except `checkpoint`."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        reader: JournalReader,
        lock: FileLock,
        nowhere: Place,
    ) -> None:
        self._path = path
        self._connection = connection
        self._reader = reader
        self._lock = lock
        self._nowhere = nowhere
        self._places: dict[CallId, Place] = {}
        self._last = reader.last_number()

    @classmethod
    def open(cls, path: Path, *, tenant: TenantId, node: str) -> Self:
        """Open the journal for writing, creating it where there is none.

        Args:
            path: the file; a lock file is kept beside it.
            tenant: whose rows those are that concern no call.
            node: this engine's Asterisk.

        Raises:
            JournalError: locked, damaged or too new; the text has the remedy.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(path.with_name(path.name + ".lock"))
        except LockTaken as error:
            message = (
                f"{path}: another engine writes this journal (process {error}); stop it, or give "
                "this one a state folder of its own in CCENGINE_STATE"
            )
            raise JournalLocked(message) from None
        with ExitStack() as undo:
            undo.callback(lock.release)
            connection = open_to_write(path)
            undo.callback(connection.close)
            reader = JournalReader.open(path)
            undo.pop_all()
        return cls(path, connection, reader, lock, Place(tenant, ClientId(""), node))

    @property
    def path(self) -> Path:
        """Where the journal is."""
        return self._path

    @property
    def last_number(self) -> int:
        """Number of the last row, 0 when there is none."""
        return self._last

    def write(self, steps: Sequence[Step]) -> list[tuple[JournalRow, ...]]:
        """Write steps in one transaction.

        Returns:
            The rows of each.

        Raises:
            JournalFailed: nothing was written; the commands must not be carried out.
        """
        written = []
        last = self._last
        for step in steps:
            rows = self._rows_of(step, last + 1)
            last = rows[-1].number
            written.append(rows)
        self._insert([(*row[:-1], encode(row.what)) for rows in written for row in rows])
        self._last = last
        return written

    def begin_snapshot(self, imprint: Imprint, now: Instant) -> Iterator[None]:
        """Write the core's whole state, so that a restart or a replay may begin here.

        It has its number at once, and is written when the iterator has come to its end; each step
        of that takes some milliseconds. Other rows may be written in between. If it is not brought
        to its end, the number belongs to no row.

        Raises:
            JournalFailed: from the iterator; no snapshot was written.
        """
        self._last += 1
        row = self._row(self._last, now, "snapshot", imprint.frame, None, None)
        return self._write_snapshot(row, imprint)

    def _write_snapshot(self, row: JournalRow, imprint: Imprint) -> Iterator[None]:
        data = yield from encode_by_slices(imprint)
        yield
        self._insert([(*row[:-1], data)])

    def restore(self) -> Restored:
        """Return the newest snapshot and what came after it: for the engine's start.

        Raises:
            JournalTooNew: a newer program wrote something that would have to be applied.
        """
        return self._reader.restore()

    def rows(
        self, *, call: CallId | None = None, agent: AgentId | None = None, since: int = 0
    ) -> Iterator[JournalRow]:
        """Yield rows as `JournalReader.rows` does."""
        return self._reader.rows(call=call, agent=agent, since=since)

    def checkpoint(self) -> None:
        """Put what was written on the disk. Waits for the disk: call it in another thread.

        Writers go on meanwhile. What they add is picked up by a second, shorter round; once a
        round has caught up, SQLite starts its log file anew, which keeps it small.
        """
        try:
            connection = sqlite3.connect(self._path, isolation_level=None)
            self._checkpoint(connection)
        except sqlite3.Error as error:  # the next one tries again; appending tells if it is grave
            log.warning("checkpoint_failed", cause=str(error))

    def close(self) -> None:
        """Close the file and give the lock back."""
        self._reader.close()
        self._connection.close()
        self._lock.release()

    @staticmethod
    def _checkpoint(connection: sqlite3.Connection) -> None:
        try:
            for _ in range(_CHECKPOINT_ROUNDS):
                _, in_log, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if in_log == copied:
                    break
        finally:
            connection.close()

    def _rows_of(self, step: Step, number: int) -> tuple[JournalRow, ...]:
        event, now = step.event, step.at
        if event is None:
            rows = [self._row(number, now, "advance", Advance(), None, None)]
        else:
            rows = [self._row(number, now, "event", event, None, event)]
        if step.rejection:
            what = Rejection(step.rejection)
            rows.append(self._row(number + 1, now, "rejection", what, number, event))
        for later, command in enumerate(step.commands, number + 1):
            rows.append(self._row(later, now, "command", command, number, command))
        return tuple(rows)

    def _row(
        self,
        number: int,
        now: Instant,
        kind: RowKind,
        what: What,
        because: int | None,
        about: What | None,
    ) -> JournalRow:
        call: CallId | None = getattr(about, "call", None)
        place = self._place(about) if call is None else self._place_of_call(call, about)
        return JournalRow(
            number,
            now,
            kind,
            type(what).__name__,
            SCHEMA,
            place.tenant,
            place.client,
            call,
            getattr(about, "agent", None),
            place.node,
            because,
            what,
        )

    def _place(self, what: What | None) -> Place:
        if isinstance(what, SwitchLost | SwitchResynced | DiskLevelChanged):
            return self._nowhere._replace(node=what.node)
        return self._nowhere

    def _place_of_call(self, call: CallId, what: What | None) -> Place:
        place = self._places.get(call)
        if place is None:
            if isinstance(what, FIRST):
                place = Place(what.tenant, what.client, what.node)
            elif isinstance(what, PlaceCall):  # of this node, before anything has happened to it
                place = self._nowhere._replace(client=what.client)
            else:
                place = self._look_up(call)
            if len(self._places) >= _PLACES_KEPT:
                self._places.clear()  # each is looked up again when needed
            self._places[call] = place
        return place

    def _look_up(self, call: CallId) -> Place:
        query = "SELECT tenant, client, node FROM journal WHERE call = ? ORDER BY number LIMIT 1"
        row = self._connection.execute(query, (call,)).fetchone()
        return self._nowhere if row is None else Place(*row)

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        execute = self._connection.execute
        try:
            if len(rows) <= _AT_ONCE:
                execute(_INSERTS[len(rows)], [value for row in rows for value in row])
                return
            execute("BEGIN IMMEDIATE")
            self._connection.executemany(_INSERTS[1], rows)
            execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            message = f"{self._path}: {error}. Check the disk's free space and the file's owner"
            raise JournalFailed(message) from error
