"""Who agreed to be called: with what proves it, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select, update

from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.storage.dialing_tables import CALL_CONSENTS
from ccengine.storage.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ccengine.core.ids import Instant


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
        consent = stored.consent
        if not consent.evidence.strip():
            message = "consent without evidence is none: say where it was given, and how"
            raise NoEvidence(message)
        row = {
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
        async with self._engine.begin() as connection:
            result = await connection.execute(insert(CALL_CONSENTS).values(row))
            (key,) = result.inserted_primary_key or (0,)
        return int(key)

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
