"""Reads the journal: for the engine's start, call records, stories and replays."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from ccengine.core.commands import CloseLead, ShowAgent
from ccengine.core.events import Event
from ccengine.core.ids import CallId, Instant
from ccengine.core.snapshots import CenterSnapshot
from ccengine.core.states import AgentState
from ccengine.reporting.rows import JournalRow, RowKind, Unknown, in_steps
from ccengine.storage.codec import decode
from ccengine.storage.errors import JournalTooNew
from ccengine.storage.journal_file import COLUMNS, damaged, open_to_read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from ccengine.core.ids import AgentId, ClientId, TenantId


NOT_REJECTED = """NOT EXISTS (
    SELECT 1 FROM journal AS next
    WHERE next.number = journal.number + 1 AND next.kind = 'rejection')"""


class StoredRow(NamedTuple):
    """A row as it lies in the file."""

    number: int
    at: float
    kind: str
    type: str
    schema: int
    tenant: str
    client: str
    call: str | None
    agent: str | None
    node: str
    because: int | None
    data: bytes

    def read(self) -> JournalRow:
        """Return the row with its contents decoded."""
        kind = cast("RowKind", self.kind)
        return JournalRow(
            number=self.number,
            at=self.at,
            kind=kind,
            type=self.type,
            schema=self.schema,
            tenant=cast("TenantId", self.tenant),
            client=cast("ClientId", self.client),
            call=cast("CallId | None", self.call),
            agent=cast("AgentId | None", self.agent),
            node=self.node,
            because=self.because,
            what=decode(kind, self.type, self.data),
        )


@dataclass(frozen=True, slots=True)
class TailEntry:
    """An event, or None for deadlines acted on, to be applied to a restored center."""

    number: int
    event: Event | None
    at: Instant


@dataclass(frozen=True, slots=True)
class Restored:
    """What an engine needs to go on where the last one left."""

    snapshot: CenterSnapshot | None
    tail: list[TailEntry]
    last_at: Instant  #: the clock must not start before this
    last_number: int


class JournalReader:
    """A read-only look at the journal, beside whoever writes it. One thread per reader.

    Raises:
        JournalError: from any method, when the file cannot be read; the text has the remedy.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal at `path`; the calling thread owns the reader."""
        return cls(path, open_to_read(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(
        self, *, call: CallId | None = None, agent: AgentId | None = None, since: int = 0
    ) -> Iterator[JournalRow]:
        """Yield rows with numbers above `since`, in order.

        Args:
            call: only rows about this call, and the row that ends its wrap-up.
            agent: only rows about this agent. Reads all rows: for people, not for the call path.
            since: number of the last row not wanted.
        """
        if call is not None:
            yield from self._of_call(call, since)
            return
        where = "number > ? AND agent = ?" if agent is not None else "number > ?"
        for row in self._select(where, (since,) if agent is None else (since, agent)):
            yield row.read()

    def steps(self, *, begins: Instant, ends: Instant) -> Iterator[list[JournalRow]]:
        """Yield the core's steps from before an instant on until another.

        The first may be a snapshot, so that who was there, and what was going on, is known; later
        ones say nothing new, and take long to read.
        """
        newest = "SELECT max(number) FROM journal WHERE kind = 'snapshot' AND number < ?"
        place = next(self._execute(newest, (self.number_after(begins),)))[0] or 0
        where = "number >= ? AND (kind != 'snapshot' OR number = ?)"
        rows = (stored.read() for stored in self._select(where, (place, place)))
        return in_steps(takewhile(lambda row: row.at < ends, rows))

    def rows_of_agent(self, agent: AgentId, since: Instant) -> list[JournalRow]:
        """Return rows about the agent from an instant on. Reads all rows of that time."""
        number = self.number_after(since) - 1
        return list(self.rows(agent=agent, since=number))

    def stored(self, *, since: int = 0) -> Iterator[StoredRow]:
        """Yield rows with numbers above `since` undecoded: for a replay that compares bytes."""
        return self._select("number > ?", (since,))

    def steps_after(
        self, after: int, upto: int, *, about: int
    ) -> tuple[list[list[JournalRow]], int]:
        """Return whole steps of the core with numbers above `after`, and how far they reach.

        Args:
            after: number of the last row not wanted; what is left of its step is.
            upto: number of the last row wanted, the last of its step.
            about: once so many rows are read, no further step is begun.
        """
        steps: list[list[JournalRow]] = []
        count, reached = 0, after
        for stored in self._select(
            "number > ? AND number <= ? AND kind != 'snapshot'", (after, upto)
        ):
            if stored.because is None or not steps:
                if count >= about:
                    return steps, reached
                steps.append([])
            steps[-1].append(stored.read())
            count, reached = count + 1, stored.number
        return steps, max(after, upto)

    def last_of_call(self, call: CallId, name: str, *, before: int) -> JournalRow | None:
        """Return the last row of a type about a call before row `before`."""
        query = (
            "SELECT max(number) FROM journal WHERE call = ? AND type = ? AND number < ?",
            (call, name, before),
        )
        number = next(self._execute(*query))[0]
        rows = self._select("number = ?", (number,)) if number is not None else iter(())
        return next((row.read() for row in rows), None)

    def ended_calls(self, *, since: int) -> list[CallId]:
        """Return calls of which an end, or an outcome, was reported after row `since`, each once.

        A call with an outcome may be alive.
        """
        # These others have no index of their own, which each commit would pay for: the rows after
        # `since` are few, but for a database that was lost.
        rows = self._execute(
            "SELECT call FROM journal WHERE type = 'CallEnded' AND number > ? UNION "
            "SELECT call FROM journal WHERE type IN ('CallMissed', 'ShowOutcome') AND number > ?",
            (since, since),
        )
        return [row[0] for row in rows]

    def calls_with(self, event: str, *, seconds: float) -> list[CallId]:
        """Return calls with an event of this type in the journal's last so many seconds.

        Reads all rows of that time: for people, not for the call path.
        """
        since = self.newest()[1] - seconds
        query = "SELECT call, min(number) FROM journal WHERE type = ? AND at >= ? GROUP BY call"
        found = [row for row in self._execute(query, (event, since)) if row[0] is not None]
        return [CallId(call) for call, _ in sorted(found, key=itemgetter(1))]

    def events_of_client(
        self, name: str, client: str, *, after: int, upto: int, limit: int
    ) -> list[JournalRow]:
        """Return events of a type about a client, between two rows, that were not rejected."""
        where = f"number > ? AND number <= ? AND type = ? AND client = ? AND {NOT_REJECTED}"
        rows = self._select(where, (after, upto, name, client), limit=limit)
        return [row.read() for row in rows]

    def last_number(self) -> int:
        """Return the number of the newest row, 0 when there is none."""
        return self.newest()[0]

    def newest(self) -> tuple[int, Instant]:
        """Return number and time of the newest row, zeros when there is none."""
        rows = self._execute("SELECT number, at FROM journal ORDER BY number DESC LIMIT 1", ())
        for row in rows:
            return row[0], row[1]
        return 0, 0.0

    def last_snapshot_number(self) -> int:
        """Return the number of the newest snapshot, 0 when there is none."""
        rows = self._execute("SELECT max(number) FROM journal WHERE kind = 'snapshot'", ())
        return next(rows)[0] or 0

    def restore(self) -> Restored:
        """Return the newest snapshot and what came after it.

        Raises:
            JournalTooNew: a newer program wrote something that would have to be applied.
        """
        last, last_at = self.newest()
        number, snapshot = self.snapshot_before(last + 1)
        return Restored(snapshot, list(self.tail(number, last + 1)), last_at, last)

    def snapshot_before(self, number: int) -> tuple[int, CenterSnapshot | None]:
        """Return the newest snapshot before row `number` with its own; 0 and None: there is none.

        Raises:
            JournalTooNew: a newer program wrote it.
        """
        found = "kind = 'snapshot' AND number < ? AND number > ?"
        newest = "SELECT max(number) FROM journal WHERE kind = 'snapshot' AND number < ?"
        place = next(self._execute(newest, (number,)))[0] or 0
        for stored in self._select(found, (number, place - 1)) if place else ():
            row = stored.read()
            if not isinstance(row.what, CenterSnapshot):
                raise self._too_new(row)
            return place, row.what
        return 0, None

    def number_after(self, at: Instant) -> int:
        """Return the number that follows that of the last row not later than `at`."""
        low, high = 1, self.last_number() + 1
        while low < high:  # rows are in the order of time
            middle = (low + high) // 2
            query = "SELECT number, at FROM journal WHERE number >= ? ORDER BY number LIMIT 1"
            number, then = next(self._execute(query, (middle,)))  # a number may belong to no row
            if then > at:
                high = middle
            else:
                low = number + 1
        return low

    def tail(self, since: int, before: int) -> Iterator[TailEntry]:
        """Yield what was applied to the core after row `since` and before row `before`.

        Raises:
            JournalTooNew: a newer program wrote something that would have to be applied.
        """
        where = f"number > ? AND number < ? AND kind IN ('event', 'advance') AND {NOT_REJECTED}"
        for stored in self._select(where, (since, before)):
            row = stored.read()
            if row.kind == "advance":
                yield TailEntry(row.number, None, row.at)
            elif isinstance(row.what, Unknown):
                raise self._too_new(row)
            else:
                yield TailEntry(row.number, cast("Event", row.what), row.at)

    def _of_call(self, call: CallId, since: int) -> list[JournalRow]:
        found = [stored.read() for stored in self._select("call = ?", (call,))]
        rows = {row.number: row for row in found}
        where = "type = 'ShowAgent' AND agent = ? AND number > ?"
        for row in found:
            if isinstance(row.what, ShowAgent) and row.what.state is AgentState.WRAP_UP:
                ends = self._select(where, (row.agent, row.number), limit=1)
                rows.update((stored.number, stored.read()) for stored in ends)
        return [rows[number] for number in sorted(rows) if number > since]

    def _too_new(self, row: JournalRow) -> JournalTooNew:
        return JournalTooNew(
            f"{self._path}: row {row.number} ({row.type}, schema {row.schema}) was written by a "
            "newer ccengine; run that version, or move the journal away"
        )

    def _select(
        self, where: str, values: tuple[object, ...], *, limit: int = -1
    ) -> Iterator[StoredRow]:
        query = f"SELECT {COLUMNS} FROM journal WHERE {where} ORDER BY number LIMIT {limit}"
        for row in self._execute(query, values):
            yield StoredRow(*row)

    def _execute(self, query: str, values: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise damaged(self._path, error) from error


async def read_rows_of_agent(path: Path, agent: AgentId, since: Instant) -> list[JournalRow]:
    """Read the rows about an agent on a thread of its own, beside the engine."""

    def read() -> list[JournalRow]:
        with JournalReader.open(path) as reader:
            return reader.rows_of_agent(agent, since)

    return await asyncio.to_thread(read)


async def read_closing(path: Path, call: CallId) -> CloseLead | None:
    """Read what was decided last of the attempt of a call to a lead, likewise; None: nothing."""

    def read() -> CloseLead | None:
        with JournalReader.open(path) as reader:
            row = reader.last_of_call(call, CloseLead.__name__, before=reader.last_number() + 1)
        return row.what if row is not None and isinstance(row.what, CloseLead) else None

    return await asyncio.to_thread(read)
