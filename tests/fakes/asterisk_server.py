"""The fake Asterisk over HTTP and a real websocket, with the mishaps that connections have."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Self, cast

import orjson
from aiohttp import WSMsgType, web

from ccengine.asterisk.ari.transport import Method, Request, Response

if TYPE_CHECKING:
    from tests.fakes.asterisk import FakeAsterisk
    from tests.fakes.asterisk_model import Event

PASSWORD = "not-a-secret"


class FakeAsteriskServer:
    """Serves one world; `async with` starts and stops it."""

    def __init__(self, fake: FakeAsterisk, *, user: str = "ccengine") -> None:
        self.fake = fake
        self.url = ""
        self.is_stalled = False
        self.is_refusing = False
        self.by_websocket: list[Request] = []
        self.by_http: list[Request] = []
        self.connections = 0
        token = b64encode(f"{user}:{PASSWORD}".encode()).decode()
        self._authorization = f"Basic {token}"
        self._sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/ari/events", self._serve_events)
        application.router.add_route("*", "/ari/{path:.*}", self._serve_http)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.drop()
        assert self._runner is not None
        await self._runner.cleanup()

    # Mishaps

    def drop(self) -> None:
        """Cut every websocket off without a word."""
        for socket in self._sockets:
            request = cast("web.Request", socket._req)
            if request.transport is not None:
                request.transport.abort()

    async def close_cleanly(self) -> None:
        """End the current websocket politely, as Asterisk does when it stops."""
        await self._sockets[-1].close()

    async def send_text(self, text: str) -> None:
        """Send anything at all as an event."""
        await self._sockets[-1].send_str(text)

    async def replace(self) -> None:
        """Let another engine take the application over."""
        await self.send_text('{"type": "ApplicationReplaced", "application": "ccengine"}')

    # The wire

    async def _serve_events(self, request: web.Request) -> web.StreamResponse:
        if self.is_refusing:
            raise web.HTTPServiceUnavailable
        if request.headers.get("Authorization") != self._authorization:
            raise web.HTTPUnauthorized
        assert "api_key" not in request.query
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.connections += 1
        for earlier in self._sockets:
            if not earlier.closed:
                await earlier.send_json({"type": "ApplicationReplaced", "application": "x"})
        self._sockets.append(socket)
        outgoing: asyncio.Queue[Event] = asyncio.Queue()
        take = outgoing.put_nowait
        self.fake.world.sink = take
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(socket, outgoing))
                await self._read(socket, outgoing)
                writer.cancel()
        finally:
            self._sockets.remove(socket)
            if self.fake.world.sink == take:
                self.fake.world.sink = None
        return socket

    async def _write(self, socket: web.WebSocketResponse, outgoing: asyncio.Queue[Event]) -> None:
        while True:
            event = await outgoing.get()
            try:
                await socket.send_frame(orjson.dumps(event), WSMsgType.TEXT)
            except OSError:
                return

    async def _read(self, socket: web.WebSocketResponse, outgoing: asyncio.Queue[Event]) -> None:
        async for message in socket:
            if self.is_stalled:
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                told: dict[str, Any] = orjson.loads(message.data)
                request = _request(told)
                self.by_websocket.append(request)
                # One after the other, as Asterisk does; and through the same queue as events.
                response = await self.fake.answer(request)
                outgoing.put_nowait(_told(told, response))

    async def _serve_http(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != self._authorization:
            raise web.HTTPUnauthorized
        path = request.rel_url.raw_path.removeprefix("/ari/")
        body = orjson.loads(await request.read() or b"null")
        asked = Request(cast("Method", request.method), path, dict(request.query), body, aside=True)
        self.by_http.append(asked)
        response = await self.fake.answer(asked)
        if response.body is None:
            return web.Response(status=response.status)
        return web.Response(
            status=response.status,
            body=orjson.dumps(response.body),
            content_type="application/json",
        )


def _request(told: dict[str, Any]) -> Request:
    assert told["type"] == "RESTRequest"
    query = {entry["name"]: entry["value"] for entry in told.get("query_strings", [])}
    body = told.get("message_body")
    if body:
        assert told["content_type"] == "application/json"
    return Request(told["method"], told["uri"], query, orjson.loads(body) if body else None)


def _told(request: dict[str, Any], response: Response) -> dict[str, Any]:
    told = {
        "type": "RESTResponse",
        "transaction_id": "",
        "request_id": request["request_id"],
        "status_code": response.status,
        "reason_phrase": "",
        "uri": request["uri"],
    }
    if response.body is not None:
        told["content_type"] = "application/json"
        told["message_body"] = orjson.dumps(response.body).decode()
    return told
