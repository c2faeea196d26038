"""HTTP programs of tests on this machine, of which nothing is left when they have ended."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

SHUTDOWN_SECONDS = 0.1  #: for answers that are on their way


class LocalServer:
    """Serves one application until it is closed.

    aiohttp's own site leaves a TLS connection open until the other side has agreed to its end. A
    loop that is over before leaves its socket to the garbage collector, which tells whatever test
    runs then.
    """

    def __init__(self, runner: web.AppRunner, server: asyncio.Server) -> None:
        self._runner = runner
        self._server = server

    @classmethod
    async def open(
        cls, app: web.Application, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> LocalServer:
        """Listen at a port, or at any that is free."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        assert runner.server is not None
        loop = asyncio.get_running_loop()
        return cls(runner, await loop.create_server(runner.server, "127.0.0.1", port, ssl=tls))

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Listen no more, and wait until each connection is closed."""
        self._server.close()
        await self._runner.cleanup()
        if sys.version_info >= (3, 13):
            self._server.abort_clients()
            await self._server.wait_closed()


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[int]:
    """Serve an application for the block; its port."""
    server = await LocalServer.open(app)
    try:
        yield server.port
    finally:
        await server.close()
