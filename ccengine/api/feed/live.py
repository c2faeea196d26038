"""The live feed on the API's server: who may connect, how many, and what describes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web

from ccengine.api.feed.asyncapi import document
from ccengine.api.feed.protocol import PATH, Close
from ccengine.api.feed.session import Session
from ccengine.api.problems import BUSY, MALFORMED, Fault
from ccengine.api.requests import JSON_TYPE

if TYPE_CHECKING:
    from ccengine.api.feed.backlog import Backlog
    from ccengine.api.feed.hub import Hub
    from ccengine.api.ports import Ports
    from ccengine.api.tokens import TokenBook

MOST_CLIENTS: Final = 1_000
DESCRIBED_AT: Final = "/asyncapi.json"

NO_UPGRADE = Fault(
    426,
    "websocket-only",
    "This is a websocket",
    "Connect with a websocket client; GET /asyncapi.json describes what is said.",
    {"Upgrade": "websocket", "Connection": "Upgrade"},
)


class LiveFeed:
    """All websockets of the live feed."""

    def __init__(self, hub: Hub, backlog: Backlog, *, most_clients: int = MOST_CLIENTS) -> None:
        self.hub = hub
        self._backlog = backlog
        self._most = most_clients
        self._sessions: set[Session] = set()

    def extend(self, app: web.Application, ports: Ports, tokens: TokenBook) -> None:
        """Add the feed, and what describes it, to the API's server."""
        del ports  # the hub has what it needs
        described = orjson.dumps(document(), option=orjson.OPT_INDENT_2)

        async def feed(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, tokens)

        async def describe(_request: web.Request) -> web.Response:
            return web.Response(body=described, content_type=JSON_TYPE)

        app.router.add_get(PATH, feed)
        app.router.add_get(DESCRIBED_AT, describe)
        app.on_shutdown.append(self._leave)

    async def _serve(self, request: web.Request, tokens: TokenBook) -> web.StreamResponse:
        if request.query_string:  # a token in an address would be in logs from now on
            detail = "Nothing belongs into this address: the token goes into the first message."
            raise MALFORMED.because(detail=detail)
        session = Session(self.hub, self._backlog, tokens)
        if not session.socket.can_prepare(request).ok:
            raise NO_UPGRADE.because()
        if len(self._sessions) >= self._most:
            raise BUSY.because(detail=f"{self._most} clients have the live feed.")
        self._sessions.add(session)
        try:
            await session.serve(request)
        finally:
            self._sessions.discard(session)
        return session.socket

    async def _leave(self, _app: web.Application) -> None:
        async with asyncio.TaskGroup() as group:
            for session in list(self._sessions):
                group.create_task(session.leave(Close.RESTART))
