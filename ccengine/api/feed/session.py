"""One client of the live feed, from its token to why it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from socket import SO_SNDBUF, SOL_SOCKET
from typing import TYPE_CHECKING, Final

import orjson
import structlog
from aiohttp import WSMsgType, web

from ccengine.api.feed.channel import TooSlow
from ccengine.api.feed.protocol import (
    LARGEST_MESSAGE,
    REASONS,
    SUBPROTOCOL,
    TOKEN_PREFIX,
    Close,
    Hello,
    Leave,
    Subscribe,
)
from ccengine.storage.errors import StorageError

if TYPE_CHECKING:
    from ccengine.api.feed.backlog import Backlog
    from ccengine.api.feed.channel import Listener
    from ccengine.api.feed.hub import Hub
    from ccengine.api.identity import Identity
    from ccengine.api.tokens import TokenBook

log = structlog.get_logger()

BEGIN_SECONDS: Final = 10.0
HEARTBEAT_SECONDS: Final = 20.0
CLOSING_SECONDS: Final = 3.0
STALLED_SECONDS: Final = 30.0
"""So long a client that did not read may take to read why it is dropped."""
UNREAD_BYTES: Final = 2**16
TOKEN_AGAIN_SECONDS: Final = 15.0
FARTHEST_ROWS: Final = 100_000
"""Whoever is further behind begins with a snapshot again."""


class Session:
    """Serves one websocket."""

    def __init__(self, hub: Hub, backlog: Backlog, tokens: TokenBook) -> None:
        self._hub = hub
        self._backlog = backlog
        self._tokens = tokens
        self.socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=HEARTBEAT_SECONDS,
            timeout=STALLED_SECONDS,
            max_msg_size=LARGEST_MESSAGE,
            compress=False,  # each frame is written once for all
        )
        self._name = ""

    async def serve(self, request: web.Request) -> None:
        """Serve until either side ends it."""
        await self.socket.prepare(request)
        _keep_little(request)
        try:
            await self._serve(request)
        except* Leave as leaves:
            await self._close(_first(leaves))
        except* StorageError as errors:
            log.exception("feed_failed", actor=self._name, cause=str(errors.exceptions[0]))
            await self._close(Leave(Close.BUSY))
        except* (ConnectionError, TooSlow):
            pass  # the other side is gone
        finally:
            _abort(request)

    async def leave(self, code: Close) -> None:
        """End it from outside."""
        if self.socket.prepared:
            await self._close(Leave(code))

    async def _serve(self, request: web.Request) -> None:
        try:
            async with asyncio.timeout(BEGIN_SECONDS):
                wanted = Subscribe.read(await self._first_text())
        except TimeoutError:
            raise Leave(Close.LATE) from None
        token = wanted.token or _token_of(request)
        identity = await self._tokens.whose(token)
        if identity is None:
            raise Leave(Close.TOKEN_WRONG)
        self._name = identity.name
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._tell(identity, wanted)),
                group.create_task(self._watch_token(token)),
            ]
            await self._listen()
            for task in tasks:
                task.cancel()

    async def _first_text(self) -> str:
        message = await self.socket.receive()
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        raise Leave(Close.MALFORMED)

    async def _listen(self) -> None:
        """Return when the client has gone.

        Raises:
            Leave: it said something more.
        """
        message = await self.socket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            raise Leave(Close.MALFORMED)

    async def _watch_token(self, token: str) -> None:
        while True:
            await asyncio.sleep(TOKEN_AGAIN_SECONDS)
            if await self._tokens.whose(token) is None:
                raise Leave(Close.TOKEN_WRONG)

    async def _tell(self, identity: Identity, wanted: Subscribe) -> None:
        after = await self._greet(identity, wanted)
        while (listener := self._hub.join(identity, after)) is None:
            after = await self._send_backlog(identity, after)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_watch(listener))
                while True:
                    await self._send((await listener.next()).data)
        finally:
            listener.leave()

    async def _greet(self, identity: Identity, wanted: Subscribe) -> int:
        stream = await self._backlog.stream()
        last = self._hub.upto()
        reason = _why_not(wanted, stream, last)
        resumed = wanted.after is not None and not reason
        hello = Hello(seq=last, stream=stream, resumed=resumed, reason=reason)
        await self._send(orjson.dumps(hello))
        if resumed and wanted.after is not None:
            return wanted.after
        snapshot = self._hub.snapshot(identity)
        await self._send(snapshot.data)
        return snapshot.upto

    async def _send_backlog(self, identity: Identity, after: int) -> int:
        upto, view = self._hub.upto(), self._hub.view(identity)
        chunk = await self._backlog.read(view, after, upto)
        await self._send(chunk.data)
        return chunk.upto

    async def _send(self, data: bytes) -> None:
        await self.socket.send_frame(data, WSMsgType.TEXT)

    async def _close(self, leave: Leave) -> None:
        log.info("feed_closed", actor=self._name, code=int(leave.code), cause=str(leave))
        patience = STALLED_SECONDS if leave.code is Close.TOO_SLOW else CLOSING_SECONDS
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(patience):
                reason = str(leave).encode()[:120]
                await self.socket.close(code=leave.code, message=reason, drain=False)


async def _watch(listener: Listener) -> None:
    """Leave when the client does not read: also while something is being sent to it."""
    await listener.lost
    raise Leave(Close.TOO_SLOW)


def _why_not(wanted: Subscribe, stream: str, last: int) -> str:
    if wanted.after is None:
        return ""
    if wanted.stream is not None and wanted.stream != stream:
        return "another journal"
    if wanted.after > last:
        return "a number that the journal has not come to"
    return "too far behind" if last - wanted.after > FARTHEST_ROWS else ""


def _first(errors: BaseExceptionGroup[Leave]) -> Leave:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Leave) else Leave(Close.MALFORMED, REASONS[Close.MALFORMED])


def _token_of(request: web.Request) -> str:
    """Return the token that came with the handshake; empty: none did."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    found = [one.strip() for one in offered if one.strip().startswith(TOKEN_PREFIX)]
    return found[0].removeprefix(TOKEN_PREFIX) if found else ""


def _keep_little(request: web.Request) -> None:
    """Let the system hold little for a client that does not read: it is noticed the sooner."""
    socket = None if request.transport is None else request.transport.get_extra_info("socket")
    if socket is not None:
        socket.setsockopt(SOL_SOCKET, SO_SNDBUF, UNREAD_BYTES)


def _abort(request: web.Request) -> None:
    """Let go of what a client that does not read has not taken."""
    if request.transport is not None:
        request.transport.abort()
