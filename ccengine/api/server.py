"""The HTTP server, on loopback: all routes, the document that describes them, and a page of it."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol, Self

import orjson
from aiohttp import web

from ccengine.api import docs_page
from ccengine.api.application import Desk
from ccengine.api.openapi import document
from ccengine.api.requests import JSON_TYPE, LARGEST_BODY
from ccengine.api.routes.every import ROUTES
from ccengine.api.tokens import ApiToken, TokenBook

if TYPE_CHECKING:
    from types import TracebackType

    from ccengine.api.ports import Ports

LOOPBACK: Final = "127.0.0.1"


class Extension(Protocol):
    """Adds what is no route of the API, such as websockets and pages, before the server starts."""

    def __call__(self, app: web.Application, ports: Ports, tokens: TokenBook) -> None:
        """Add it."""


class ApiServer:
    """The API. `start` and `stop` it, or use it as a context.

    Args:
        ports: what it needs of the engine.
        port: where to listen; 0: any free one, see `port`.
        extend: adds what is no route.
    """

    def __init__(
        self,
        ports: Ports,
        port: int,
        *,
        extend: Extension | None = None,
    ) -> None:
        self._ports = ports
        self._extend = extend
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
            TokenUnusable: there is no token.
        """
        self._runner = web.AppRunner(
            self.application(),
            access_log=None,
            shutdown_timeout=2.0,
            max_line_size=LARGEST_BODY,  # what is longer than usual is refused in our own words
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()
        self.port = self._runner.addresses[0][1]

    def application(self) -> web.Application:
        """Return what the server runs.

        Raises:
            TokenUnusable: there is no token.
        """
        file = ApiToken.read(self._ports.token_file)
        tokens = TokenBook(file, self._ports.library.keeper.database.tokens, self._ports.floor.now)
        app = Desk(self._ports, tokens).application(ROUTES)
        _add_documents(app)
        if self._extend is not None:
            self._extend(app, self._ports, tokens)
        return app

    async def stop(self) -> None:
        """Finish what is being answered, for two seconds at most, and stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()


@cache
def _written_documents() -> tuple[bytes, str]:
    """Return what describes the routes, for programs and for people; they are always the same."""
    described = document(ROUTES)
    return orjson.dumps(described), docs_page.page(described)


def _add_documents(app: web.Application) -> None:
    # Written when first asked for: an engine that is back has callers to see to.
    async def openapi(_request: web.Request) -> web.Response:
        written, _ = await asyncio.to_thread(_written_documents)
        return web.Response(body=written, content_type=JSON_TYPE)

    async def docs(_request: web.Request) -> web.Response:
        _, shown = await asyncio.to_thread(_written_documents)
        headers = {"Content-Security-Policy": docs_page.POLICY}
        return web.Response(text=shown, content_type="text/html", headers=headers)

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", docs)
