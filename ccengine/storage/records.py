"""Keeps exactly one record per call in the database, behind the journal and off the call path.

The database lags and may even be lost: what is missing is folded from the journal again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ccengine.reporting.call_records import CallRecords, fold_call
from ccengine.reporting.first_rows import FIRST
from ccengine.reporting.rows import is_void
from ccengine.storage.database import RecordDatabase
from ccengine.storage.errors import StorageError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccengine.core.ids import CallId
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.papers import PaperStore

log = structlog.get_logger()

_AT_ONCE = 200  # records per transaction
_GATHERING_SECONDS = 2.0  # a transaction costs a hundred times what a record in it does
_LEAVING_SECONDS = 2.0
_RETRY_SECONDS = 1.0


class RecordKeeper:
    """Folds rows as they are written, and writes finished records by one task.

    Args:
        database: the file; made if there is none.
        journal: the journal that the rows come from; must be there at `start`.
        pending_limit: records in memory while the database does not take them; beyond it they
            are left to a later reading of the journal.
    """

    def __init__(self, database: Path, journal: Path, *, pending_limit: int = 10_000) -> None:
        self._path = database
        self._journal = journal
        self._limit = pending_limit
        self._records = CallRecords()
        self._pending: dict[CallId, CallRecord] = {}
        self._wake = asyncio.Event()
        self._seen = 0
        self._behind = False
        self._database: RecordDatabase | None = None
        self._reader: JournalReader | None = None

    async def start(self) -> None:
        """Bring the database up to the journal. Do it before the engine posts anything.

        Raises:
            StorageError: the journal or the database cannot be used; the text has the remedy.
        """
        self._database = await RecordDatabase.open(self._path)
        self._reader = JournalReader.open(self._journal)
        await self._catch_up()
        for call in await self._database.wrapping_up():
            self._records.adopt(self._reader.rows(call=call))

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Take one step of the core into account. Never waits."""
        if not rows or is_void(rows):
            return
        self._seen = rows[-1].number
        caught_up: set[CallId] = set()
        for row in rows:
            if row.call is not None and self._is_news(row):
                caught_up.add(row.call)
                self._keep(self._catch_up_call(row.call))
            if row.call not in caught_up:
                self._keep(self._records.apply(row))

    async def run(self) -> None:
        """Write finished records, for ever. Cancelled, it writes what is pending and leaves."""
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(_GATHERING_SECONDS)
                self._wake.clear()
                await self._write_pending()
        finally:
            await self._write_before_leaving()

    async def get(self, call: CallId) -> CallRecord | None:
        """Return the record of a call, alive or over; None if nobody knows it."""
        found = self._records.get(call) or self._pending.get(call)
        if found is None and self._database is not None:
            found = await self._database.get(call)
        if found is None and self._reader is not None:
            found = fold_call(self._reader.rows(call=call))
        return found

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._path

    @property
    def papers(self) -> PaperStore:
        """The versions of forms and scripts that records name. Only after `start`."""
        return self.database.papers

    @property
    def database(self) -> RecordDatabase:
        """Where records are kept. Only after `start`."""
        if self._database is None:
            message = "the database is not open"
            raise StorageError(message)
        return self._database

    async def close(self) -> None:
        """Close the files."""
        if self._reader is not None:
            self._reader.close()
        if self._database is not None:
            await self._database.close()

    def _is_news(self, row: JournalRow) -> bool:
        known = row.call is None or self._records.knows(row.call)
        return not known and not isinstance(row.what, FIRST)

    def _catch_up_call(self, call: CallId) -> CallRecord | None:
        if self._reader is None:
            return None
        try:
            record = self._records.adopt(self._reader.rows(call=call))
        except StorageError as error:  # the call goes on; its record is read later
            log.warning("record_not_folded", call_id=call, cause=str(error))
            self._behind = True
            return None
        return record if record is not None and record.outcome is not None else None

    def _keep(self, record: CallRecord | None) -> None:
        if record is None:
            return
        if len(self._pending) >= self._limit and record.call not in self._pending:
            self._behind = True
        else:
            self._pending[record.call] = record
        self._wake.set()

    async def _write_pending(self) -> None:
        try:
            await self._flush()
            if self._behind:
                self._behind = False
                await self._catch_up()
        except (SQLAlchemyError, StorageError, OSError) as error:
            log.exception("records_not_written", cause=str(error), pending=len(self._pending))
            await asyncio.sleep(_RETRY_SECONDS)
            self._wake.set()

    async def _write_before_leaving(self) -> None:
        try:
            async with asyncio.timeout(_LEAVING_SECONDS):
                await self._flush()
        except (SQLAlchemyError, OSError) as error:  # what is missing is folded at the next start
            log.warning("records_left_behind", cause=str(error), pending=len(self._pending))

    async def _flush(self) -> None:
        if self._database is None:
            return
        while self._pending:
            batch = list(self._pending.values())[:_AT_ONCE]
            last = len(batch) == len(self._pending) and not self._behind
            await self._database.write(batch, self._seen if last else None)
            for record in batch:
                if self._pending.get(record.call) is record:
                    del self._pending[record.call]

    async def _catch_up(self) -> None:
        if self._database is None:
            return
        progress = await self._database.progress()
        calls, last = await asyncio.to_thread(_missing, self._journal, progress)
        calls += [call for call in await self._database.wrapping_up() if call not in calls]
        for start in range(0, len(calls), _AT_ONCE):
            chunk = calls[start : start + _AT_ONCE]
            records = await asyncio.to_thread(_fold, self._journal, chunk)
            await self._database.write(records, None)
        await self._database.write([], last)
        if calls:
            log.info("records_caught_up", calls=len(calls))


def _missing(journal: Path, progress: int) -> tuple[list[CallId], int]:
    with JournalReader.open(journal) as reader:
        last = reader.last_number()
        since = progress if progress <= last else 0  # another journal has taken its place
        return reader.ended_calls(since=since), last


def _fold(journal: Path, calls: Sequence[CallId]) -> list[CallRecord]:
    with JournalReader.open(journal) as reader:
        folded = [fold_call(reader.rows(call=call)) for call in calls]
    return [record for record in folded if record is not None and record.outcome is not None]
