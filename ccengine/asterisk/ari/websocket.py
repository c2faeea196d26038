"""One websocket from its opening to its end: events in, small requests out and answered."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Final

import orjson
import structlog
from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

from ccengine.asterisk.ari.decode import Malformed, Tally, decode
from ccengine.asterisk.ari.errors import AriDisconnected, AriTimeout
from ccengine.asterisk.ari.events import ApplicationReplaced, AriEvent, UnknownEvent
from ccengine.asterisk.ari.transport import Request, Response

REPLACED: Final = "replaced"
OVERFLOW: Final = "overflow"
STALLED: Final = "stalled"
_PINGS_UNANSWERED = 2

_log = structlog.get_logger(__name__)


class Socket:
    """Reads without ever waiting for anybody; a clean end is an end like any other."""

    def __init__(
        self,
        websocket: "ClientWebSocketResponse[Any]",
        *,
        take: Callable[[AriEvent], bool],
        tally: Tally,
        request_seconds: float,
        ping_seconds: float,
    ) -> None:
        self._websocket = websocket
        self._take = take
        self._tally = tally
        self._request_seconds = request_seconds
        self._ping_seconds = ping_seconds
        self._pending: dict[str, asyncio.Future[Response]] = {}
        self._numbers = itertools.count(1)
        self._unanswered = 0
        self._stalled = False
        self._over = False

    async def request(self, request: Request) -> Response:
        """Send one request; raises AriDisconnected at the end of the socket, AriTimeout."""
        if self._over:
            raise AriDisconnected(request.path)
        number = str(next(self._numbers))
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        try:
            async with asyncio.timeout(self._request_seconds):
                await self._websocket.send_frame(_encode(number, request), WSMsgType.TEXT)
                return await answer
        except TimeoutError:
            raise AriTimeout(request.path) from None
        except OSError as error:
            raise AriDisconnected(str(error)) from error
        finally:
            del self._pending[number]

    async def read(self) -> str:
        """Read until the socket ends for whatever reason; return the reason."""
        try:
            while True:
                message = await self._websocket.receive()
                self._unanswered = 0
                reason = await self._handle(message)
                if reason:
                    return STALLED if self._stalled else reason
        finally:
            self._end()

    async def keep_alive(self) -> None:
        """Ping for ever; end a socket whose far end has gone silent."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            if self._unanswered >= _PINGS_UNANSWERED:
                self._stalled = True
                await self._websocket.close()
                return
            self._unanswered += 1
            try:
                await self._websocket.ping()
            except OSError:
                return  # the reader is about to see the same

    async def _handle(self, message: WSMessage) -> str:
        kind = message.type
        if kind is WSMsgType.TEXT:
            return self._understand(message.data)
        if kind is WSMsgType.PING:
            await self._websocket.pong(message.data)
            return ""
        if kind in {WSMsgType.PONG, WSMsgType.BINARY}:
            return ""
        if kind is WSMsgType.ERROR:
            return f"error: {message.data}"
        return f"closed: {self._websocket.close_code}"

    def _understand(self, text: bytes) -> str:
        try:
            raw = orjson.loads(text)
        except orjson.JSONDecodeError:
            self._report(Malformed("", "not JSON"))
            return ""
        if type(raw) is dict and raw.get("type") == "RESTResponse":
            self._answer(raw)
            return ""
        event = decode(raw)
        if isinstance(event, Malformed):
            self._report(event)
            return ""
        if isinstance(event, ApplicationReplaced):
            return REPLACED
        if isinstance(event, UnknownEvent) and self._tally.note_unknown(event):
            _log.info("ari_unknown", type=event.type)
        return "" if self._take(event) else OVERFLOW

    def _report(self, malformed: Malformed) -> None:
        if self._tally.note_malformed(malformed):
            _log.warning(
                "ari_malformed",
                type=malformed.type,
                reason=malformed.reason,
            )

    def _answer(self, raw: dict[str, Any]) -> None:
        pending = self._pending.get(raw.get("request_id", ""))
        if pending is None or pending.done():
            return  # it timed out, or was cancelled with its session
        try:
            body = raw.get("message_body")
            pending.set_result(
                Response(int(raw["status_code"]), orjson.loads(body) if body else None)
            )
        except (KeyError, ValueError, TypeError):
            self._report(Malformed("RESTResponse", "status_code or message_body"))

    def _end(self) -> None:
        self._over = True
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(AriDisconnected("the connection ended before the answer"))


def _encode(number: str, request: Request) -> bytes:
    message: dict[str, object] = {
        "type": "RESTRequest",
        "request_id": number,
        "method": request.method,
        "uri": request.path,
    }
    if request.query:
        message["query_strings"] = [
            {"name": name, "value": value} for name, value in request.query.items()
        ]
    if request.body is not None:
        message["content_type"] = "application/json"
        message["message_body"] = orjson.dumps(request.body).decode()
    return orjson.dumps(message)
