"""Who agreed to be called: with what proves it, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, or_, select, update

from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.storage.dialing_tables import CALL_CONSENTS
from ccengine.storage.errors import StorageError
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from ccengine.core.ids import Instant

LONGEST_EVIDENCE: Final = 1024
ROWS_AT_ONCE: Final = 500

_SAME: Final = ("number", "client", "person", "reach", "written", "given_at", "evidence")
_Identity = tuple[object, ...]


class NoEvidence(StorageError):
    """Consent that nothing proves is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConsent:
    """A consent, of a number."""

    number: str  #: E.164
    person: str = ""  #: then all numbers of theirs are meant; empty: this number
    consent: CallConsent
    by: str  #: who noted it
    id: int | None = None  #: given when it is kept


class ConsentStore:
    """The consents in a database: they are added and end, and are never changed otherwise."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, stored: StoredConsent) -> int:
        """Keep a consent and return its id.

        Raises:
            NoEvidence: nothing proves it.
        """
        row = _row(stored)
        async with self._engine.begin() as connection:
            result = await connection.execute(insert(CALL_CONSENTS).values(row))
            (key,) = result.inserted_primary_key or (0,)
        return int(key)

    async def add_all(self, consents: Sequence[StoredConsent]) -> int:
        """Keep consents, all of them or none; one that is kept already is not kept again.

        Returns:
            How many are new.

        Raises:
            NoEvidence: nothing proves one of them.
        """
        rows, added = [_row(one) for one in consents], 0
        async with writing(self._engine) as connection:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                known = await _known(connection, {str(row["number"]) for row in some})
                new = {_identity(row): row for row in some if _identity(row) not in known}
                if new:
                    await connection.execute(insert(CALL_CONSENTS), list(new.values()))
                added += len(new)
        return added

    async def end(self, number: str, client: str, at: Instant) -> int:
        """End all consents of a number to a client's calls; return how many there were."""
        columns = CALL_CONSENTS.c
        holds = or_(columns.ends_at.is_(None), columns.ends_at > at)
        statement = (
            update(CALL_CONSENTS)
            .where(columns.number == number, columns.client == client, holds)
            .values(ends_at=at)
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount

    async def of_number(self, number: str) -> list[StoredConsent]:
        """Return all consents of a number, those that have ended as well."""
        query = select(CALL_CONSENTS).where(CALL_CONSENTS.c.number == number)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.order_by(CALL_CONSENTS.c.id))).mappings()
            return [
                StoredConsent(
                    number=row["number"],
                    person=row["person"],
                    consent=consent_of(row),
                    by=row["by"],
                    id=row["id"],
                )
                for row in rows
            ]


async def _known(connection: AsyncConnection, numbers: Collection[str]) -> set[_Identity]:
    query = select(CALL_CONSENTS).where(CALL_CONSENTS.c.number.in_(numbers))
    return {_identity(row) for row in (await connection.execute(query)).mappings()}


def _identity(row: Mapping[Any, Any]) -> _Identity:
    return (*(row[name] for name in _SAME), *row["purposes"])


def _row(stored: StoredConsent) -> dict[str, Any]:
    consent = stored.consent
    if not consent.evidence.strip():
        message = "consent without evidence is none: say where it was given, and how"
        raise NoEvidence(message)
    return {
        "number": stored.number,
        "person": stored.person,
        "client": consent.client,
        "purposes": [str(one) for one in consent.purposes],
        "reach": str(consent.to),
        "written": consent.written,
        "given_at": consent.given_at,
        "ends_at": consent.ends_at,
        "evidence": consent.evidence,
        "by": stored.by,
    }


def consent_of(row: RowMapping) -> CallConsent:
    """Return a row as the core knows it."""
    return CallConsent(
        client=row["client"],
        purposes=tuple(Purpose(one) for one in row["purposes"]),
        to=How(row["reach"]),
        written=row["written"],
        given_at=row["given_at"],
        ends_at=row["ends_at"],
        evidence=row["evidence"],
        id=row["id"],
    )
