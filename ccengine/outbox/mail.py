"""What a client's outbox has to carry out: the submissions that its flows have made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core.events import SubmissionMade
from ccengine.ivr.data import read
from ccengine.ivr.lookup_names import KEY
from ccengine.lookup.requests import DONE, SERVER_FAULT, TOO_MANY, made
from ccengine.lookup.source import SourceFailed
from ccengine.lookup.sources import statement_of
from ccengine.lookup.sql import Statements, carried_out
from ccengine.webhooks.courier import Batch
from ccengine.webhooks.sender import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.clients import Client
    from ccengine.config.lookup_sources import HttpRequest, SqlQuery, Submission
    from ccengine.core.ids import ClientId
    from ccengine.ivr.data import Value
    from ccengine.lookup.requests import Wire
    from ccengine.lookup.sources import Sources
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.journal_reader import JournalReader

ROWS_AT_ONCE: Final = 200
OWED_SECONDS: Final = 86_400.0
REQUEST_TIMEOUT: Final = 408
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""As in draft-ietf-httpapi-idempotency-key-header."""


class SubmissionMail:
    """One client's `Mail`: all its submissions in one row, as one may need the one before."""

    noun: Final = "submission"

    def __init__(self, client: Client, sources: Sources, wire: Wire) -> None:
        self._client = client
        self._sources = sources
        self._wire = wire

    def begins_after(self, reader: JournalReader, client: ClientId | str) -> int:
        """Return the row before the first submission of late: nothing owed is passed by.

        Older ones are left alone: where a database was lost, it was all done long ago.
        """
        last, at = reader.newest()  # first, as what comes meanwhile must come after it
        since = reader.number_after(at - OWED_SECONDS) - 1
        owed = self._events(reader, client, after=since, upto=last, limit=1)
        return owed[0].number - 1 if owed else last

    def may_want(self, row: JournalRow) -> bool:
        """Tell whether it is a submission."""
        return isinstance(row.what, SubmissionMade)

    def batch(self, reader: JournalReader, after: int, client: str) -> Batch:
        """Return submissions, none of which was rejected."""
        last = reader.last_number()
        rows = self._events(reader, client, after=after, upto=last, limit=ROWS_AT_ONCE)
        return Batch(rows, rows[-1].number if len(rows) == ROWS_AT_ONCE else last)

    def _events(
        self, reader: JournalReader, client: str, *, after: int, upto: int, limit: int
    ) -> list[JournalRow]:
        name = SubmissionMade.__name__
        return reader.events_of_client(name, client, after=after, upto=upto, limit=limit)

    def lane(self, row: JournalRow) -> str:
        """Return the submission's name: each has a program of its own."""
        return row.what.submission if isinstance(row.what, SubmissionMade) else ""

    async def send(self, row: JournalRow) -> Receipt:
        """Carry it out."""
        what = row.what
        if not isinstance(what, SubmissionMade):
            return Receipt(taken=False, detail="it cannot be read any more", hopeless=True)
        submission = self._client.settings.submissions.get(what.submission)
        if submission is None:
            detail = f"the client has no submission '{what.submission}' any more"
            return Receipt(taken=False, detail=detail, hopeless=True)
        values: dict[str, Value] = {name: read(kept) for name, kept in what.values.items()}
        values[KEY] = what.key
        detail = f"{what.submission}: "
        try:
            async with asyncio.timeout(submission.deadline_seconds):
                await self._carry_out(submission, values)
        except TimeoutError:
            late = f"no answer within {submission.deadline_seconds:g} s"
            return Receipt(taken=False, detail=detail + late, late=True)
        except SourceFailed as error:
            return Receipt(taken=False, detail=detail + str(error), hopeless=error.hopeless)
        return Receipt(taken=True)

    async def _carry_out(self, submission: Submission, values: Mapping[str, Value]) -> None:
        if submission.http is not None:
            await self._request(submission.http, values)
        elif submission.sql is not None:
            await self._write(submission.sql, values)
        elif submission.calendar is not None:
            book = self._sources.calendar(self._client, submission.calendar)
            change = submission.calendar.change
            await asyncio.to_thread(book.change, change, values, str(values[KEY]))

    async def _request(self, request: HttpRequest, values: Mapping[str, Value]) -> None:
        token = self._sources.token(self._client, request.token)
        sent = made(request, values, token)
        headers = {**sent.headers, IDEMPOTENCY_KEY: str(values[KEY])}
        status = await self._wire.status(replace(sent, headers=headers))
        if status not in DONE:
            message = f"status {status}"
            later = status >= SERVER_FAULT or status in (TOO_MANY, REQUEST_TIMEOUT)
            raise SourceFailed(message, hopeless=not later)

    async def _write(self, query: SqlQuery, values: Mapping[str, Value]) -> None:
        statements = Statements(self._sources.database(self._client, query, writes=True))
        try:
            await statements.run(statement_of(self._client, query), values, carried_out)
        finally:
            statements.close()
