"""The connection to Asterisk, supervised for ever: drop, wait, reconnect, tell the consumer."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWSTimeout, TCPConnector
from yarl import URL

from ccengine.asterisk.ari.decode import Tally
from ccengine.asterisk.ari.errors import AriDisconnected, AriTimeout
from ccengine.asterisk.ari.events import Connected, Disconnected, Replaced, StreamItem
from ccengine.asterisk.ari.inbox import Inbox
from ccengine.asterisk.ari.transport import Request, Response
from ccengine.asterisk.ari.websocket import REPLACED, Socket
from ccengine.asterisk.backoff import Backoff

# Nobody here consumes these, and unfiltered a call makes 54 events, 33 of them ChannelVarset.
# A list of allowed types would also have to name RESTResponse, or every request would time out.
NOISE = (
    "BridgeAttendedTransfer",
    "BridgeBlindTransfer",
    "BridgeCreated",
    "BridgeDestroyed",
    "BridgeMerged",
    "BridgeVideoSourceChanged",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelDialplan",
    "ChannelVarset",
    "Dial",
    "EndpointStateChange",
    "PeerStatusChange",
    "PlaybackContinuing",
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AriAddress:
    """Where Asterisk's HTTP server is and who we are; the password is never printed."""

    url: str
    user: str
    password: str = field(repr=False)
    app: str = "ccengine"

    @property
    def headers(self) -> Mapping[str, str]:
        """The credentials, in the only place where they do not end up in a log."""
        token = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}


@dataclass(frozen=True, slots=True)
class Pace:
    """Every time limit of a connection, in seconds."""

    connect: float = 3.0
    request: float = 5.0
    aside: float = 30.0
    ping: float = 2.0  # a far end that is silent for two pings is gone: 4 s
    close: float = 0.5
    steady: float = 5.0  # a connection that held this long resets the back-off


class Connection:
    """A transport over one websocket, and HTTP of its own for what may take long."""

    def __init__(
        self,
        address: AriAddress,
        *,
        pace: Pace | None = None,
        backoff: Backoff | None = None,
        inbox: Inbox | None = None,
        noise: tuple[str, ...] = NOISE,
    ) -> None:
        self._address = address
        self._pace = pace or Pace()
        self._backoff = backoff or Backoff()
        self._noise = noise
        self._socket: Socket | None = None
        self._http: ClientSession | None = None
        self._up = asyncio.Event()
        self.inbox = Inbox() if inbox is None else inbox  # an empty one is false
        self.tally = Tally()
        self.number = 0

    @property
    def connected(self) -> bool:
        """A request sent now has somewhere to go."""
        return self._socket is not None

    async def wait_connected(self) -> None:
        """Return as soon as there is a connection."""
        await self._up.wait()

    async def events(self) -> AsyncIterator[StreamItem]:
        """The one stream of events and markers; it ends after `Replaced`."""
        while True:
            item = await self.inbox.get()
            yield item
            if isinstance(item, Replaced):
                return

    async def request(self, request: Request) -> Response:
        """Send one request; raises AriDisconnected or AriTimeout."""
        if self._socket is None or self._http is None:
            raise AriDisconnected(request.path)
        if request.aside:
            return await self._request_by_http(self._http, request)
        return await self._socket.request(request)

    async def run(self) -> None:
        """Hold the connection until cancelled (calls stay as they are) or replaced."""
        async with self._session() as sockets, self._session() as http:
            self._http = http
            try:
                while await self._connect_once(sockets) != REPLACED:
                    await self.inbox.wait_for_room()
                    await asyncio.sleep(self._backoff.next_delay())
            finally:
                self._http = None
        self.inbox.mark(Replaced(self.number))
        _log.error("ari_replaced", connection=self.number)

    def _session(self) -> ClientSession:
        # A websocket occupies a place of its connector for ever: two sessions, neither starved.
        return ClientSession(
            headers=self._address.headers,
            connector=TCPConnector(limit=4),
            timeout=ClientTimeout(total=self._pace.aside, connect=self._pace.connect),
        )

    async def _connect_once(self, session: ClientSession) -> str:
        """Connect and serve until the end of that connection; return why it ended."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._pace.connect):
                websocket = await session.ws_connect(
                    URL(self._address.url) / "ari/events" % {"app": self._address.app},
                    timeout=ClientWSTimeout(ws_close=self._pace.close),
                    autoping=False,
                    max_msg_size=0,
                    decode_text=False,
                )
        except (ClientError, OSError) as error:
            reason = f"{type(error).__name__}: {error}"
            _log.warning("ari_unreachable", cause=reason)
            return reason
        began = loop.time()
        self.number += 1
        socket = Socket(
            websocket,
            take=self.inbox.put,
            tally=self.tally,
            request_seconds=self._pace.request,
            ping_seconds=self._pace.ping,
        )
        async with websocket:
            reason = await self._serve(socket)
        if loop.time() - began >= self._pace.steady:
            self._backoff.reset()
        return reason

    async def _serve(self, socket: Socket) -> str:
        # The marker goes in before the first event is read: what follows it is newer than it.
        self.inbox.mark(Connected(self.number))
        self._socket = socket
        self._up.set()
        _log.info("ari_connected", connection=self.number)
        try:
            async with asyncio.TaskGroup() as tasks:
                others = (
                    tasks.create_task(socket.keep_alive()),
                    tasks.create_task(self._set_filter(socket)),
                )
                reason = await socket.read()
                for other in others:
                    other.cancel()
        finally:
            self._socket = None
            self._up.clear()
        if reason != REPLACED:
            self.inbox.mark(Disconnected(self.number, reason))
        _log.warning("ari_disconnected", cause=reason, queued=len(self.inbox))
        return reason

    async def _set_filter(self, socket: Socket) -> None:
        disallowed = [{"type": name} for name in self._noise]
        path = f"applications/{self._address.app}/eventFilter"
        request = Request("PUT", path, {}, {"disallowed": disallowed})
        try:
            response = await socket.request(request)
        except (AriDisconnected, AriTimeout) as error:
            _log.warning("ari_unfiltered", cause=str(error))
            return
        if not response.is_done:
            _log.warning("ari_unfiltered", status=response.status)

    async def _request_by_http(self, http: ClientSession, request: Request) -> Response:
        url = URL(f"{self._address.url}/ari/{request.path}", encoded=True)
        body: dict[str, Any] = {} if request.body is None else {"json": request.body}
        try:
            async with http.request(request.method, url, params=request.query, **body) as answer:
                content = await answer.read()
                return Response(answer.status, orjson.loads(content) if content else None)
        except TimeoutError:
            raise AriTimeout(request.path) from None
        except (ClientError, OSError, orjson.JSONDecodeError) as error:
            raise AriDisconnected(request.path) from error
