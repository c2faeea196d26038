"""Requests with an `Idempotency-Key`: sent again, they are answered again and not done again."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ccengine.api.problems import KEY_IN_USE, KEY_REUSED, MALFORMED, FieldProblem
from ccengine.storage.replies import StoredReply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.core.ids import Instant
    from ccengine.storage.replies import ReplyStore

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEY_PATTERN: Final = r"[!-~]{1,128}"
FAILURES: Final = 500


class Replies:
    """Answers each keyed request once."""

    def __init__(self, store: ReplyStore, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now
        self._serving: set[tuple[str, str]] = set()

    async def answer(
        self,
        request: web.Request,
        actor: str,
        body: bytes,
        serve: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Serve the request, or answer as it was answered before.

        Raises:
            Refused: the key cannot be one, is in use, or belonged to another request.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return await serve()
        if re.fullmatch(KEY_PATTERN, key) is None:
            wrong = FieldProblem(
                field=HEADER, problem="cannot be a key", remedy="Use 1 to 128 visible characters."
            )
            raise MALFORMED.because(errors=[wrong])
        if (actor, key) in self._serving:
            raise KEY_IN_USE.because()
        self._serving.add((actor, key))
        try:
            return await self._once(actor, key, _hash(request, body), serve)
        finally:
            self._serving.discard((actor, key))

    async def _once(
        self,
        actor: str,
        key: str,
        asked: str,
        serve: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        known = await self._store.find(actor, key, self._now())
        if known is not None:
            if known.request != asked:
                raise KEY_REUSED.because()
            return web.Response(
                status=known.status,
                body=known.body,
                content_type=known.content_type,
                headers={REPLAYED: "true"},
            )
        response = await serve()
        if isinstance(response, web.Response) and response.status < FAILURES:
            await self._store.keep(
                StoredReply(
                    actor=actor,
                    key=key,
                    request=asked,
                    status=response.status,
                    content_type=response.content_type,
                    body=bytes(response.body) if isinstance(response.body, bytes) else b"",
                    at=self._now(),
                )
            )
        return response


def _hash(request: web.Request, body: bytes) -> str:
    asked = f"{request.method} {request.raw_path}\n".encode("utf-8", "surrogateescape")
    return hashlib.sha256(asked + body).hexdigest()
