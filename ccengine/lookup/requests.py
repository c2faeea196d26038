"""HTTP requests with values in them, and sending one: bounded, and without following anybody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import orjson
from yarl import URL

from ccengine.config.requests import NoAddress, filled_body, url_part
from ccengine.ivr.data import text_of
from ccengine.ivr.templates import HOLE, filled
from ccengine.lookup.source import LARGEST_BYTES, QuestionRefused, SourceFailed, sendable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.config.lookup_sources import HttpRequest
    from ccengine.ivr.data import Value

AGENT: Final = "ccengine"
NOT_FOUND: Final = 404
GONE: Final = 410
TOO_MANY: Final = 429
SERVER_FAULT: Final = 500
DONE: Final = range(200, 300)
CONNECTIONS_PER_HOST: Final = 32


@dataclass(frozen=True, slots=True)
class Made:
    """A request as it is sent."""

    method: str
    url: URL = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes


def made(request: HttpRequest, values: Mapping[str, Value], token: str | None) -> Made:
    """Return a request with values in it: encoded in its address, as JSON in its body.

    Raises:
        QuestionRefused: it would be another request with these values.
    """

    def text(name: str) -> str:
        return text_of(values.get(name))

    try:
        url = filled(request.url, lambda name: url_part(name, text(name)))
    except NoAddress as error:
        raise QuestionRefused(_without_value(error)) from None
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": AGENT}
    for name, template in request.headers.items():
        header = filled(template, text)
        if not header.isprintable() or not header.isascii():
            message = f"header {name} would hold characters that no header may"
            raise QuestionRefused(message)
        headers[name] = header
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = None
    if request.body is not None:
        body = orjson.dumps(filled_body(request.body, lambda one: _meant(one, values)))
        headers["Content-Type"] = "application/json"
    return Made(str(request.method), URL(url, encoded=True), headers, body)


def _without_value(error: NoAddress) -> str:
    return str(error).partition(",")[0]


def _meant(template: str, values: Mapping[str, Value]) -> object:
    """Return what a text in a body means: the value itself, where it is nothing but its name."""
    alone = HOLE.fullmatch(template)
    if alone is None:
        return filled(template, lambda name: text_of(values.get(name)))
    return as_json(values.get(alone[1]))


def as_json(value: Value | None) -> Any:
    """Return a value as JSON has it.

    Raises:
        QuestionRefused: it is a number longer than JSON has.
    """
    match value:
        case Decimal():
            return sendable(value)
        case datetime() | date():
            return text_of(value)
        case _:
            return value


class Wire:
    """The way to other programs. One for all of them; made in a running loop."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=CONNECTIONS_PER_HOST),
            timeout=aiohttp.ClientTimeout(total=None),  # whoever asks has a deadline
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def send(self, request: Made) -> Reply:
        """Return what came back.

        Raises:
            SourceFailed: nothing did, or more than is read of anybody.
        """
        async with self._answer(request) as response:
            return Reply(response.status, await _bounded(response))

    async def status(self, request: Made) -> int:
        """Return whether it was taken; what else came back is not read.

        Raises:
            SourceFailed: nothing came back.
        """
        async with self._answer(request) as response:
            return response.status

    @asynccontextmanager
    async def _answer(self, request: Made) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                yield response
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Its text would name the address, and so what was asked for.
            raise SourceFailed(_cause(error), hopeless=False) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BYTES:
            response.close()  # not one byte more
            message = f"the answer is longer than {LARGEST_BYTES // 1024} KB"
            raise SourceFailed(message)
    return bytes(body)


def _cause(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__
