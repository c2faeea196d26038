"""A client's own program: takes what it is sent over TLS, or does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Taken:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Receiver:
    """Answers each request with what `answer` says of it; takes note of those it answers 200."""

    folder: Path
    port: int = 0
    asked: list[Taken] = field(default_factory=list)
    accepted: list[Taken] = field(default_factory=list)  #: answered 200, whatever `answer` says now
    answer: Callable[[Taken], int] = lambda _: 200
    _server: LocalServer | None = None

    def __post_init__(self) -> None:
        self._key, self.certificate = certificate(self.folder)
        self.tls = ssl.create_default_context(cafile=str(self.certificate))

    async def begin(self) -> None:
        """Listen: where it did before, if it did."""
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self.handle)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self.certificate, self._key)
        self._server = await LocalServer.open(app, self.port, tls)
        self.port = self._server.port

    async def end(self) -> None:
        """Be away."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    @property
    def taken(self) -> list[Taken]:
        return [one for one in self.asked if self.answer(one) == 200]

    async def handle(self, request: web.Request) -> web.Response:
        one = Taken(request.method, request.raw_path, dict(request.headers), await request.read())
        self.asked.append(one)
        status = self.answer(one)
        if status == 200:
            self.accepted.append(one)
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, headers=headers)


def is_genuine(one: Taken, secret: str, now: float) -> bool:
    """Check a signature as the specification of Standard Webhooks has it."""
    name, at = one.headers["webhook-id"], one.headers["webhook-timestamp"]
    key = base64.b64decode(secret[len("whsec_") :])
    content = name.encode() + b"." + at.encode() + b"." + one.raw
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    version, _, given = one.headers["webhook-signature"].partition(",")
    return version == "v1" and hmac.compare_digest(given, wanted) and abs(now - int(at)) <= 300


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate of this machine that nobody else vouches for."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=receiver", "-keyout", key, "-out", cert),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    return key, cert


@asynccontextmanager
async def receiving(folder: Path) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port of this machine."""
    receiver = Receiver(folder)
    await receiver.begin()
    try:
        yield receiver
    finally:
        await receiver.end()
