"""Asks a program that answers with JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ccengine.lookup.requests import DONE, GONE, NOT_FOUND, SERVER_FAULT, TOO_MANY, Wire, made
from ccengine.lookup.source import Document, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.lookup_sources import HttpRequest
    from ccengine.ivr.data import Value


class HttpSource:
    """One request. 404, 410 and an empty answer say that there is nothing."""

    def __init__(self, request: HttpRequest, token: str | None, wire: Wire) -> None:
        self._request = request
        self._token = token
        self._wire = wire

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return the answer; as of `Source`."""
        reply = await self._wire.send(made(self._request, values, self._token))
        if reply.status in (NOT_FOUND, GONE):
            return None
        if reply.status not in DONE:
            message = f"status {reply.status}"
            later = reply.status >= SERVER_FAULT or reply.status == TOO_MANY
            raise SourceFailed(message, hopeless=not later)
        if not reply.body.strip():
            return None
        try:
            found: Document | None = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            message = "the answer is no JSON"
            raise SourceFailed(message) from None
        return found

    def close(self) -> None:
        """Let go of nothing: the way is everybody's."""
