"""The database of call records: migrations, writing, reading."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

import orjson
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, event, insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from ccengine.core.ids import CallId
from ccengine.reporting.call_record import CallRecord
from ccengine.storage.appointments import AppointmentStore
from ccengine.storage.attempt_corrections import AttemptCorrections
from ccengine.storage.attempts import AttemptStore
from ccengine.storage.audit import AuditStore
from ccengine.storage.call_consents import ConsentStore
from ccengine.storage.do_not_call import DoNotCallStore
from ccengine.storage.errors import RecordsTooNew
from ccengine.storage.kept import KeptStore
from ccengine.storage.keyed_rows import KeyedRows
from ccengine.storage.lead_lists import LeadLists
from ccengine.storage.leads import LeadStore
from ccengine.storage.number_facts import Called, facts_about
from ccengine.storage.papers import PaperStore
from ccengine.storage.plays import PlayStore
from ccengine.storage.quality import QualityStore
from ccengine.storage.replies import ReplyStore
from ccengine.storage.tables import CALL_RECORDS, PROGRESS
from ccengine.storage.tokens import TokenStore, token_rows
from ccengine.storage.webhooks import WebhookStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ccengine.core.dialer.leads import LeadKey
    from ccengine.core.dialer.numbers_known import NumberFacts
    from ccengine.storage.number_facts import Refusals

_FIELDS = tuple(field.name for field in fields(CallRecord))
_FOLD = "call_records"
_ADAPTER = TypeAdapter(CallRecord)


# One statement for any number of records: compiled once.
_DELETE_OLDER = delete(CALL_RECORDS).where(
    CALL_RECORDS.c.tenant == bindparam("old_tenant"),
    CALL_RECORDS.c.client == bindparam("old_client"),
    CALL_RECORDS.c.call == bindparam("old_call"),
)


class RecordDatabase:
    """Call records at rest. Slow by the call path's measure: never await it there."""

    def __init__(self, engine: AsyncEngine, path: Path) -> None:
        self._engine = engine
        self._records = KeyedRows(path, CALL_RECORDS.c.call, tuple(CALL_RECORDS.c))
        self._tokens = token_rows(path)

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the database, creating it or bringing it to the present shape.

        Raises:
            RecordsTooNew: a newer program wrote it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = _engine_of(f"sqlite+aiosqlite:///{path}")
        event.listen(engine.sync_engine, "connect", _set_up_connection)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        except CommandError as error:
            await engine.dispose()
            message = (
                f"{path}: {error}. A newer ccengine wrote it: run that version, or move the file "
                "away: records are made again from the journal, the API's tokens and audit are not"
            )
            raise RecordsTooNew(message) from error
        return cls(engine, path)

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """Open what may be there, beside whoever writes it: nothing is created or changed."""
        return cls(_engine_of(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true"), path)

    @property
    def papers(self) -> PaperStore:
        """The versions of forms and scripts that records name."""
        return PaperStore(self._engine)

    @property
    def tokens(self) -> TokenStore:
        """Who may use the HTTP API."""
        return TokenStore(self._engine, self._tokens)

    @property
    def audit(self) -> AuditStore:
        """What was changed by the HTTP API."""
        return AuditStore(self._engine)

    @property
    def leads(self) -> LeadStore:
        """Whom campaigns dial."""
        return LeadStore(self._engine)

    @property
    def lead_lists(self) -> LeadLists:
        """What people ask of their lists."""
        return LeadLists(self._engine)

    @property
    def attempts(self) -> AttemptStore:
        """Each time that a lead was dialed."""
        return AttemptStore(self._engine)

    @property
    def appointments(self) -> AppointmentStore:
        """What agents have agreed with leads."""
        return AppointmentStore(self._engine)

    @property
    def corrections(self) -> AttemptCorrections:
        """What agents say of attempts later."""
        return AttemptCorrections(self._engine)

    @property
    def replies(self) -> ReplyStore:
        """What the HTTP API answered of late."""
        return ReplyStore(self._engine)

    @property
    def webhooks(self) -> WebhookStore:
        """How far webhooks are, and what they could not deliver."""
        return WebhookStore(self._engine)

    @property
    def kept(self) -> KeptStore:
        """What became of recordings."""
        return KeptStore(self._engine)

    @property
    def plays(self) -> PlayStore:
        """Who was given their sound."""
        return PlayStore(self._engine)

    @property
    def quality(self) -> QualityStore:
        """Which calls were drawn, and how they were scored."""
        return QualityStore(self._engine)

    @property
    def do_not_call(self) -> DoNotCallStore:
        """Who is not to be called."""
        return DoNotCallStore(self._engine)

    @property
    def call_consents(self) -> ConsentStore:
        """Who agreed to be called."""
        return ConsentStore(self._engine)

    async def number_facts(
        self,
        number: str,
        person: str = "",
        refusals: Refusals = (),
        *,
        client: str = "",
        numbers: Sequence[str] = (),
        lead: LeadKey | None = None,
    ) -> NumberFacts:
        """Return what is known of a number.

        Args:
            number: E.164.
            person: whose it is, by the client's key; empty: nobody knows.
            refusals: clients' dispositions by which somebody does not want such calls.
            client: whose key it is.
            numbers: E.164, all that are known of theirs.
            lead: that has the number: what was compared with a register before it came was not it.
        """
        called = Called(
            number=number, client=client, person=person, numbers=tuple(numbers), lead=lead
        )
        async with self._engine.connect() as connection:
            return await connection.run_sync(facts_about, called, refusals)

    async def close(self) -> None:
        """Close all connections."""
        self._records.close()
        self._tokens.close()
        await self._engine.dispose()

    async def write(self, records: Sequence[CallRecord], progress: int | None) -> None:
        """Write records in one transaction, each in the place of an older one of the same call.

        Args:
            records: of distinct calls.
            progress: number of the journal row up to which all ended calls are written; None:
                not known.
        """
        keys = [
            {"old_tenant": record.tenant, "old_client": record.client, "old_call": record.call}
            for record in records
        ]
        values = [{name: getattr(record, name) for name in _FIELDS} for record in records]
        async with self._engine.begin() as connection:
            if records:
                await connection.execute(_DELETE_OLDER, keys)
                await connection.execute(insert(CALL_RECORDS), values)
            if progress is not None:
                await connection.execute(delete(PROGRESS).where(PROGRESS.c.fold == _FOLD))
                await connection.execute(insert(PROGRESS), {"fold": _FOLD, "number": progress})

    async def progress(self) -> int:
        """Return the number of the last journal row taken into account."""
        query = select(PROGRESS.c.number).where(PROGRESS.c.fold == _FOLD)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def get(self, call: CallId) -> CallRecord | None:
        """Return one call's record."""
        row = await self._records.get(call)
        return None if row is None else _ADAPTER.validate_python(row)

    async def wrapping_up(self) -> list[CallId]:
        """Return calls whose wrap-up was not over when they were written."""
        query = select(CALL_RECORDS.c.call).where(
            CALL_RECORDS.c.wrap_up_started_at.is_not(None),
            CALL_RECORDS.c.wrap_up_seconds.is_(None),
        )
        async with self._engine.connect() as connection:
            return [CallId(call) for call in (await connection.scalars(query)).all()]


def _engine_of(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


def _set_up_connection(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")  # readers of other programs never block us
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "ccengine.storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
