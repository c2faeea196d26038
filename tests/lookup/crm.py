"""A client's own program that answers lookups, well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from tests.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MEGABYTE = 1_000_000


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Crm:
    """Answers as `answer` says: status, body and how long it takes."""

    port: int = 0
    answer: Callable[[Asked], tuple[int, bytes, float]] = lambda _: (200, b"{}", 0.0)
    asked: list[Asked] = field(default_factory=list)
    sent: int = 0  #: bytes, of bodies
    _server: LocalServer | None = None

    def says(self, body: bytes, status: int = 200, after: float = 0.0) -> None:
        self.answer = lambda _: (status, body, after)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def begin(self) -> None:
        """Listen: where it did before, if it did."""
        app = web.Application()
        app.router.add_route("*", "/{rest:(?s:.*)}", self._handle)
        self._server = await LocalServer.open(app, self.port)
        self.port = self._server.port

    async def end(self) -> None:
        """Be away."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        one = Asked(request.method, request.raw_path, dict(request.headers), body)
        self.asked.append(one)
        status, body, after = self.answer(one)
        await asyncio.sleep(after)
        headers = {"Location": f"http://localhost:{self.port}/else"} if status == 302 else {}
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        for start in range(0, len(body), 10_000):
            try:
                await response.write(body[start : start + 10_000])
            except ConnectionError:
                break
            self.sent += 10_000
        return response


@asynccontextmanager
async def running_crm() -> AsyncIterator[Crm]:
    """Run one on a free port of this machine."""
    crm = Crm()
    await crm.begin()
    try:
        yield crm
    finally:
        await crm.end()
