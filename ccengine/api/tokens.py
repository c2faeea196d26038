"""Who may ask: bearers of the token in the secrets folder."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST = 16


class TokenUnusable(Exception):
    """There is no token to check against; the text has the remedy."""


class ApiToken:
    """The token, kept as a hash; compared in constant time."""

    def __init__(self, digest: bytes) -> None:
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
        return cls(_digest(token))

    def is_in(self, authorization: str | None) -> bool:
        """Tell whether an `Authorization` header carries the token."""
        scheme, _, token = (authorization or "").partition(" ")
        fits = hmac.compare_digest(_digest(token.strip()), self._digest)
        return fits and scheme.lower() == "bearer"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
