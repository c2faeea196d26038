"""Who may ask: bearers of the token in the secrets folder, and of those in the database."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Self

from ccengine.api.identity import Identity
from ccengine.api.roles import Role
from ccengine.storage.tokens import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.storage.tokens import StoredToken, TokenStore

SHORTEST: Final = 16
BELIEVED_SECONDS: Final = 1.0
"""For so long a token is not looked up again: one that is revoked holds as long."""
REMEMBERED: Final = 1_000
THE_FILE: Final = "token-file"
"""The name of the token in the secrets folder, which may do everything."""


class TokenUnusable(Exception):
    """There is no token to check against; the text has the remedy."""


class ApiToken:
    """The token of the secrets folder, kept as a hash; compared in constant time."""

    def __init__(self, digest: str) -> None:
        self._digest = digest

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the token's file.

        Raises:
            TokenUnusable: no such file, or nothing in it that could be a token.
        """
        try:
            token = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: {error}. Run `ccengine init`, which makes it"
            raise TokenUnusable(message) from error
        if len(token) < SHORTEST:
            message = f"{path}: a token has {SHORTEST} characters or more; remove the file and "
            raise TokenUnusable(message + "run `ccengine init`, which makes it")
        return cls(digest_of(token))

    def is_digest(self, digest: str) -> bool:
        """Tell whether this is the token's hash."""
        return hmac.compare_digest(digest, self._digest)


class TokenBook:
    """Tells whose a token is."""

    def __init__(self, file: ApiToken, store: TokenStore, now: Callable[[], Instant]) -> None:
        self._file = file
        self._store = store
        self._now = now
        self._seen: OrderedDict[str, tuple[Instant, StoredToken]] = OrderedDict()

    async def whose_header(self, authorization: str | None) -> Identity | None:
        """Return who sends this `Authorization` header, None if nobody is known by it."""
        scheme, _, token = (authorization or "").partition(" ")
        return await self.whose(token.strip()) if scheme.lower() == "bearer" else None

    async def whose(self, token: str) -> Identity | None:
        """Return whose the token is, None if it is nobody's or holds no longer."""
        digest = digest_of(token)
        if self._file.is_digest(digest):
            return Identity(name=THE_FILE, role=Role.ADMIN)
        stored = await self._stored(digest)
        return Identity.of(stored) if stored is not None and stored.holds(self._now()) else None

    async def _stored(self, digest: str) -> StoredToken | None:
        now = self._now()
        at, known = self._seen.get(digest, (0.0, None))
        if known is not None and now < at + BELIEVED_SECONDS:
            return known
        found = await self._store.find(digest)
        self._seen.pop(digest, None)
        if found is not None:
            self._seen[digest] = (now, found)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return found
