"""What was answered to requests that carry an idempotency key: asked again, answered the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from ccengine.core.ids import Instant
from ccengine.storage.tables import REPLIES

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


KEPT_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """One answer."""

    actor: str
    key: str
    request: str  #: hash of what was asked for
    status: int
    content_type: str
    body: bytes
    at: Instant


class ReplyStore:
    """The answers of the last day in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, actor: str, key: str, now: Instant) -> StoredReply | None:
        """Return what was answered to the actor under this key, None if nothing was of late."""
        query = select(REPLIES).where(
            REPLIES.c.actor == actor,
            REPLIES.c.key == key,
            REPLIES.c.at > now - KEPT_SECONDS,
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else StoredReply(**row)

    async def keep(self, reply: StoredReply) -> None:
        """Keep an answer, and forget those that are too old."""
        old = delete(REPLIES).where(REPLIES.c.at <= reply.at - KEPT_SECONDS)
        async with self._engine.begin() as connection:
            await connection.execute(old)
            await connection.execute(insert(REPLIES), asdict(reply))
