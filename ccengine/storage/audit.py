"""The audit: each change by the HTTP API or its command line, who made it, before and after."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from ccengine.core.ids import Instant
from ccengine.storage.tables import AUDIT

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change."""

    at: Instant
    actor: str  #: a token's name
    role: str
    operation: str  #: what was asked for
    target: str  #: what was changed, such as `agent amira`
    before: object = None  #: as JSON has it
    after: object = None
    number: int | None = None  #: given when it is kept


class AuditStore:
    """The entries in a database: they are added and read, never changed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        values = asdict(entry)
        del values["number"]
        async with self._engine.begin() as connection:
            await connection.execute(insert(AUDIT), values)

    async def entries(
        self,
        *,
        before: int | None = None,
        limit: int = 100,
        actor: str | None = None,
        target: str | None = None,
    ) -> list[AuditEntry]:
        """Return entries, the newest first.

        Args:
            before: only those with a lower number.
            limit: so many at most.
            actor: only those of this token.
            target: only those about this.
        """
        query = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.number < before)
        if actor is not None:
            query = query.where(AUDIT.c.actor == actor)
        if target is not None:
            query = query.where(AUDIT.c.target == target)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [AuditEntry(**row) for row in rows]
