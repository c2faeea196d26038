"""Sends one message: once, quickly, and without following anybody anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiohttp
from yarl import URL

from ccengine.webhooks.addresses import PrivateAddress, PublicResolver, check_literal
from ccengine.webhooks.signing import signed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

SECONDS: Final = 10.0
TAKEN: Final = range(200, 300)
GONE: Final = 410
DETAIL_LENGTH: Final = 200
AGENT: Final = "ccengine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent."""

    name: str  #: the message's own; the same when it is sent again
    method: str
    url: str
    body: bytes
    private: bool  #: the address may be one of the house


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What makes the receiver believe us."""

    secret: str
    authorization: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of it."""

    taken: bool
    detail: str = ""  #: why not
    hopeless: bool = False  #: it need not be tried again
    late: bool = False  #: nobody answered in time: others would wait as long


class Sender:
    """HTTP clients for receivers outside and, where that is meant, inside the house.

    Args:
        now: seconds since the epoch.
        tls: other than the system's certificates, for tests.
    """

    def __init__(self, now: Callable[[], float], *, tls: ssl.SSLContext | None = None) -> None:
        self._now = now
        self._tls = tls
        self._outside: aiohttp.ClientSession | None = None
        self._inside: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._outside = self._session(PublicResolver())
        self._inside = self._session(None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for session in (self._outside, self._inside):
            if session is not None:
                await session.close()

    async def send(self, letter: Letter, keys: Keys) -> Receipt:
        """Send a message."""
        session = self._inside if letter.private else self._outside
        if session is None:
            message = "use the sender as a context"
            raise RuntimeError(message)
        headers = {
            "Content-Type": "application/json",
            **signed(keys.secret, letter.name, int(self._now()), letter.body),
        }
        if keys.authorization is not None:
            headers["Authorization"] = keys.authorization
        try:
            if not letter.private:
                check_literal(URL(letter.url).raw_host or "")  # as the connection reads it
            async with session.request(
                letter.method,
                letter.url,
                data=letter.body,
                headers=headers,
                allow_redirects=False,
            ) as response:
                taken = response.status in TAKEN
                detail = "" if taken else f"status {response.status}"
                return Receipt(taken, detail, hopeless=response.status == GONE)
        except PrivateAddress as error:
            return Receipt(taken=False, detail=str(error), hopeless=True)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            late = isinstance(error, TimeoutError)
            return Receipt(taken=False, detail=_detail(error), late=late)

    def _session(self, resolver: PublicResolver | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver,
                use_dns_cache=False,  # each connection is to an address just looked at
                limit_per_host=4,
                ssl=True if self._tls is None else self._tls,
            ),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            headers={"User-Agent": AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )


def _detail(error: BaseException) -> str:
    private = error.__cause__ if isinstance(error.__cause__, PrivateAddress) else None
    text = str(private or error) or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:DETAIL_LENGTH]
