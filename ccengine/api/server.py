"""The HTTP server, on loopback: `GET /healthz` for anybody, `GET /calls/{id}` with the token."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Self

import orjson
from aiohttp import web

from ccengine.api.problems import problem, speak_problems
from ccengine.api.tokens import ApiToken
from ccengine.core.ids import CallId
from ccengine.reporting.call_record import CallRecord
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from types import TracebackType

CALL_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can serve calls, and if not, why."""

    connected: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Where the API listens and where its token is."""

    token_file: Path
    port: int  #: 0: any free one; see `ApiServer.port`
    host: str = LOOPBACK


FindCall = Callable[[CallId], Awaitable[CallRecord | None]]


class ApiServer:
    """The API. `start` and `stop` it, or use it as a context."""

    def __init__(
        self, settings: ApiSettings, health: Callable[[], Health], calls: FindCall
    ) -> None:
        self._settings = settings
        self._health = health
        self._calls = calls
        self._runner: web.AppRunner | None = None
        self._token: ApiToken | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
            TokenUnusable: there is no token.
        """
        self._token = ApiToken.read(self._settings.token_file)
        app = web.Application(middlewares=[speak_problems])
        app.router.add_get("/healthz", self._get_health)
        app.router.add_get("/calls/{call}", self._get_call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._settings.host, self._settings.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Finish what is being answered, for two seconds at most, and stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _get_health(self, _request: web.Request) -> web.Response:
        health = self._health()
        status = "ok" if health.connected else "unavailable"
        body = {"status": status, "reasons": health.reasons}
        return _json(body, status=200 if health.connected else 503)

    async def _get_call(self, request: web.Request) -> web.Response:
        if self._token is None or not self._token.is_in(request.headers.get("Authorization")):
            return problem(
                401,
                "token-wrong",
                "No token, or a wrong one",
                remedy="Send `Authorization: Bearer <token>`; `ccengine info` names its file.",
                headers={"WWW-Authenticate": 'Bearer realm="ccengine"'},
            )
        call = request.match_info["call"]
        record = await self._calls(CallId(call)) if CALL_ID.fullmatch(call) else None
        if record is None:
            return problem(
                404,
                "call-unknown",
                "No such call",
                remedy="Call ids are in the log as call_id, and are the recordings' names.",
            )
        return _json(call_body(record))


def call_body(record: CallRecord) -> dict[str, object]:
    """Return a call record as the API shows it: instants as UTC text, nothing left out."""
    body = {field.name: _shown(field.name, getattr(record, field.name)) for field in fields(record)}
    body["steps"] = [{**_plain(step), "at": utc_text(step.at)} for step in record.steps]
    body["offers"] = [
        {name: _shown(name, value) for name, value in _plain(offer).items()}
        for offer in record.offers
    ]
    return body


def _plain(item: object) -> dict[str, object]:
    plain: dict[str, object] = orjson.loads(orjson.dumps(item))
    return plain


def _shown(name: str, value: object) -> object:
    is_instant = isinstance(value, float) and (name == "at" or name.endswith("_at"))
    return utc_text(value) if is_instant and isinstance(value, float) else value


def _json(body: Mapping[str, object], *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
