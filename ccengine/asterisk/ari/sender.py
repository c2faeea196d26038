"""Sends requests, rides over a short drop of the connection, and knows what "gone" looks like."""

import asyncio
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from ccengine.asterisk.ari.errors import AriDisconnected, AriRefused, BadRequest
from ccengine.asterisk.ari.transport import Method, Request, Response, Transport

_LONGEST_ID = 149  # Asterisk's limit for a channel's id
_NOT_FOUND = 404
_CONFLICT = 409

Gone = Callable[[int, str], bool]  # (status, Asterisk's words) -> what it is about is gone


def already_made(status: int, _message: str) -> bool:
    """For making what an earlier try of ours may have made."""
    return status == _CONFLICT


def gone(status: int, _message: str) -> bool:
    """404; or 409, when it exists but has left Stasis or not reached it, or does not record."""
    return status in {_NOT_FOUND, _CONFLICT}


def not_found(status: int, _message: str) -> bool:
    """Only 404, where a conflict means something else."""
    return status == _NOT_FOUND


def no_such_source(status: int, _message: str) -> bool:
    """What /applications says of an endpoint or a channel that is not there."""
    return status in {_NOT_FOUND, 422}


def gone_from_bridge(status: int, message: str) -> bool:
    """What /bridges says of a bridge or a channel that is gone; it has its own numbers."""
    if status == _CONFLICT:
        return message == "Bridge not in Stasis application"
    return status in {_NOT_FOUND, 422} or (status == 400 and message == "Channel not found")  # noqa: PLR2004


class Sender:
    """Repeats what a drop left open: every id is ours, so a second time does no harm."""

    def __init__(
        self, transport: Transport, *, patience_seconds: float, may_send: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._patience_seconds = patience_seconds
        self._may_send = may_send

    async def send(self, request: Request, *, once: bool = False) -> Response:
        """Send until answered, or only once.

        Raises:
            AriDisconnected: the connection stays away; or is lost, and it is unknown what was done.
        """
        if not self._may_send():
            raise AriDisconnected(request.path)
        try:
            return await self._transport.request(request)
        except AriDisconnected:
            if once or self._patience_seconds <= 0:
                raise
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await self._send_again(request)
        except TimeoutError:
            raise AriDisconnected(request.path) from None

    async def _send_again(self, request: Request) -> Response:
        while True:
            await self._transport.wait_connected()
            try:
                return await self._transport.request(request)
            except AriDisconnected:
                await asyncio.sleep(0)

    async def done(
        self,
        method: Method,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        when_gone: Gone = gone,
        aside: bool = False,
    ) -> bool:
        """Send; True when done, False when what it is about is gone; else raises AriRefused."""
        check_values(query or {})
        request = Request(method, path, query or {}, aside=aside)
        response = await self.send(request)
        if response.is_done:
            return True
        if when_gone(response.status, message_of(response)):
            return False
        raise refusal(request, response)

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, aside: bool = False
    ) -> object | None:
        """Fetch; None when it does not exist."""
        check_values(query or {})
        request = Request("GET", path, query or {}, aside=aside)
        response = await self.send(request)
        if response.is_done:
            return response.body
        if response.status == _NOT_FOUND:
            return None
        raise refusal(request, response)


def refusal(request: Request, response: Response) -> AriRefused:
    """Make the error for an answer that is neither done nor gone."""
    return AriRefused(response.status, request.method, request.path, message_of(response))


def message_of(response: Response) -> str:
    """Asterisk's own words about a failure."""
    if isinstance(response.body, dict):
        return str(response.body.get("message") or response.body.get("error") or "")
    return ""


def segment(identifier: str) -> str:
    """Make a checked id fit into a path."""
    if not identifier or len(identifier) > _LONGEST_ID:
        msg = f"an id has 1 to {_LONGEST_ID} characters"
        raise BadRequest(msg)
    check_values({"id": identifier})
    return quote(identifier, safe="")


def check_values(values: Mapping[str, str]) -> None:
    """Refuse control characters: some of these values travel on into text protocols."""
    for name, value in values.items():
        if not value.isprintable() and any(unicodedata.category(c) == "Cc" for c in value):
            msg = f"a control character in {name}"
            raise BadRequest(msg)


def joined(values: Sequence[str], name: str) -> str:
    """Make a list as ARI takes it; a comma inside a value would make two of it."""
    if any("," in value for value in values):
        msg = f"a comma in {name}"
        raise BadRequest(msg)
    return ",".join(values)
