"""Routes become an aiohttp application: requests are known, allowed, read, served, audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from pydantic import BaseModel

from ccengine.api.idempotency import Replies
from ccengine.api.identity import Identity
from ccengine.api.problems import BUSY, ROLE_MAY_NOT, TOKEN_WRONG, Refused, speak_problems
from ccengine.api.refusals import as_seen
from ccengine.api.requests import JSON_TYPE, LARGEST_BODY, read_body, read_path, read_query
from ccengine.api.roles import MAY, Role
from ccengine.api.route import Asked, Change, Strict
from ccengine.api.sight import Sight
from ccengine.storage.audit import AuditEntry
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp.typedefs import Handler

    from ccengine.api.ports import Ports
    from ccengine.api.route import AnyRoute
    from ccengine.api.tokens import TokenBook

log = structlog.get_logger()

NOBODY: Final = Identity(name="", role=Role.ADMIN)
"""Who asks for what everybody may have: such routes show nothing that belongs to anybody."""

HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Desk:
    """Serves the routes."""

    def __init__(self, ports: Ports, tokens: TokenBook) -> None:
        self._ports = ports
        self._tokens = tokens
        self._replies = Replies(ports.library.keeper.database.replies, ports.floor.now)

    def application(self, routes: Iterable[AnyRoute]) -> web.Application:
        """Return what an HTTP server runs."""
        app = web.Application(
            middlewares=[_add_headers, speak_problems], client_max_size=LARGEST_BODY
        )
        for route in routes:
            app.router.add_route(route.method, route.path, self._handler(route))
        return app

    def _handler(self, route: AnyRoute) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return handle

    async def _serve(self, route: AnyRoute, request: web.Request) -> web.StreamResponse:
        identity = NOBODY if route.is_open else await self._who(route, request)
        path, query = read_path(request), read_query(route, request)
        body, raw = await read_body(route, request)
        asked = Asked(
            ports=self._ports,
            identity=identity,
            sight=Sight(identity, self._ports.floor.tenant()),
            path=path,
            query=query,
            body=body,
            request=request,
        )

        async def answer() -> web.StreamResponse:
            try:
                return await self._answer(route, asked)
            except Refused as refused:
                return as_seen(refused, asked).response()
            except ReaderBusy as busy:
                return BUSY.because(detail=str(busy)).response()

        if not route.takes_key:
            return await answer()
        return await self._replies.answer(request, identity.name, raw, answer)

    async def _who(self, route: AnyRoute, request: web.Request) -> Identity:
        identity = await self._tokens.whose_header(request.headers.get("Authorization"))
        if identity is None:
            raise TOKEN_WRONG.because()
        if identity.role not in MAY[route.operation]:
            may = ", ".join(sorted(MAY[route.operation]))
            raise ROLE_MAY_NOT.because(detail=f"This takes one of: {may}.")
        return identity

    async def _answer(self, route: AnyRoute, asked: Asked[Strict, Strict]) -> web.StreamResponse:
        answer = await route.handler(asked)
        if route.changes != isinstance(answer, Change):
            message = f"{route.operation}: what changes something answers with a Change, only"
            raise TypeError(message)
        if isinstance(answer, Change):
            await self._audit(route, answer.by or asked.identity, answer)
            answer = answer.answer
        if isinstance(answer, BaseModel):
            body = answer.model_dump_json(by_alias=True).encode()
            return web.Response(body=body, content_type=JSON_TYPE)
        return answer

    async def _audit(self, route: AnyRoute, identity: Identity, change: Change) -> None:
        log.info(
            "api_change",
            actor=identity.name,
            operation=route.operation,
            target=change.target,
        )
        await self._ports.library.keeper.database.audit.add(
            AuditEntry(
                at=self._ports.floor.now(),
                actor=identity.name,
                role=identity.role,
                operation=route.operation,
                target=change.target,
                before=change.before,
                after=change.after,
            )
        )


@web.middleware
async def _add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response
