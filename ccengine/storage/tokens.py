"""Tokens of the HTTP API, kept as hashes: who has one, what it allows, until when."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ccengine.core.ids import Instant
from ccengine.storage.errors import StorageError
from ccengine.storage.keyed_rows import KeyedRows
from ccengine.storage.tables import TOKENS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine


PREFIX: Final = "cct_"
"""Tokens begin with this, so that whoever finds one in a file knows what it is."""
TOKEN_BYTES: Final = 32

SIGNED_IN: Final = "@"
"""In the names of tokens that agents signed in for, and in no other's."""

Names = tuple[str, ...]


_COLUMNS: Final = tuple(column for column in TOKENS.c if column.name != "digest")


def token_rows(database: Path) -> KeyedRows:
    """Return the tokens by their hashes."""
    return KeyedRows(database, TOKENS.c.digest, _COLUMNS)


class TokenExists(StorageError):
    """There is or was a token of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """A token as it is kept: everything but the token. None instead of names: all of them."""

    name: str  #: the actor, in the audit and in the journal
    role: str
    clients: Names | None = None
    teams: Names | None = None
    sites: Names | None = None
    agent: str | None = None  #: whose it is, of an agent's token
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None = None

    def holds(self, now: Instant) -> bool:
        """Tell whether it may still be used."""
        return self.revoked_at is None and now < self.expires_at


def digest_of(token: str) -> str:
    """Return what is kept in the token's place. It is random: there is nothing to be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class TokenStore:
    """The tokens in a database."""

    def __init__(self, engine: AsyncEngine, rows: KeyedRows) -> None:
        self._engine = engine
        self._rows = rows

    async def create(self, stored: StoredToken) -> str:
        """Keep a new token and return it: the only time that anybody sees it.

        Raises:
            TokenExists: there is or was one of this name.
        """
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        try:
            async with self._engine.begin() as connection:
                values = {**asdict(stored), "digest": digest_of(token)}
                await connection.execute(insert(TOKENS), values)
        except IntegrityError as error:
            message = f"there is or was a token '{stored.name}': names are never given twice"
            raise TokenExists(message) from error
        return token

    async def find(self, digest: str) -> StoredToken | None:
        """Return the token with this hash, whether it holds or not."""
        found = await self._rows.get(digest)
        return None if found is None else _token(found)

    async def all(self) -> list[StoredToken]:
        """Return all tokens that there ever were, the newest last."""
        return await self._select()

    async def revoke(self, name: str, now: Instant) -> StoredToken | None:
        """Let the token hold no longer.

        Returns:
            It as it was before; None: there is none of this name.
        """
        before = await self._select(name=name)
        if not before:
            return None
        query = update(TOKENS).where(TOKENS.c.name == name, TOKENS.c.revoked_at.is_(None))
        async with self._engine.begin() as connection:
            await connection.execute(query.values(revoked_at=now))
        return before[0]

    async def sweep(self, now: Instant) -> None:
        """Forget what agents signed in for and holds no longer: the audit knows of it."""
        over = or_(TOKENS.c.expires_at <= now, TOKENS.c.revoked_at.is_not(None))
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(TOKENS).where(TOKENS.c.name.contains(SIGNED_IN, autoescape=True), over)
            )

    async def _select(self, **values: str) -> list[StoredToken]:
        query = select(*_COLUMNS).order_by(TOKENS.c.created_at).filter_by(**values)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_token({**row}) for row in rows]


def _token(row: dict[str, object]) -> StoredToken:
    for name in ("clients", "teams", "sites"):
        named = row[name]
        row[name] = tuple(named) if isinstance(named, list) else None
    return StoredToken(**row)  # type: ignore[arg-type]  # columns are the fields
