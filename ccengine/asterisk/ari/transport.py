"""What a client needs of a connection; the real one and the tests' fake both offer it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ccengine.asterisk.ari.events import StreamItem

_DONE = range(200, 300)

Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out.

    Asterisk serves a websocket's requests one after the other: what may take long goes `aside`.
    """

    method: Method
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object] | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """Asterisk's answer: an HTTP status and parsed JSON, None without a body."""

    status: int
    body: object = None

    @property
    def is_done(self) -> bool:
        """Asterisk did what it was asked."""
        return self.status in _DONE


class Transport(Protocol):
    """Requests out, one stream of events in, over a connection that is mended for ever."""

    @property
    def connected(self) -> bool:
        """A request sent now has somewhere to go."""
        ...

    async def wait_connected(self) -> None:
        """Return as soon as there is a connection."""
        ...

    async def request(self, request: Request) -> Response:
        """Send one request; raises AriDisconnected or AriTimeout."""
        ...

    def events(self) -> AsyncIterator[StreamItem]:
        """The one stream of events and markers, for one consumer."""
        ...

    async def run(self) -> None:
        """Hold the connection until cancelled or replaced; owned by whoever builds the parts."""
        ...
