"""Who was given a recording's sound: added before the first byte is sent, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from ccengine.core.ids import Instant
from ccengine.storage.tables import RECORDING_PLAYS as PLAYS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Sound that somebody was given."""

    at: Instant
    call: str
    client: str
    actor: str  #: a token's name
    role: str
    from_seconds: float  #: of the recording
    to_seconds: float
    number: int | None = None  #: given when it is kept


class PlayStore:
    """The entries in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, play: Play) -> None:
        """Keep an entry."""
        values = asdict(play)
        del values["number"]
        async with self._engine.begin() as connection:
            await connection.execute(insert(PLAYS), values)

    async def of(
        self, call: str | None = None, *, before: int | None = None, limit: int = 1_000
    ) -> list[Play]:
        """Return entries, the newest first: of a call, or of all."""
        query = select(PLAYS).order_by(PLAYS.c.number.desc()).limit(limit)
        if call is not None:
            query = query.where(PLAYS.c.call == call)
        if before is not None:
            query = query.where(PLAYS.c.number < before)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [Play(**row) for row in rows]
