"""Takes a request to its route, and its answer back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.agi_routes.every import ROUTES
from ccengine.agi_routes.route import AgiRoute, Asked, Unanswered
from ccengine.asterisk.agi.answers import Answer, Status
from ccengine.asterisk.agi.protocol import AgiError
from ccengine.asterisk.agi.server import call_id_of

if TYPE_CHECKING:
    from ccengine.agi_routes.route import AgiPorts
    from ccengine.asterisk.agi.protocol import Request, Route

NOT_READY = Answer(Status.BUSY, reason="not ready")


class Asking:
    """Answers requests; an `Answerer`."""

    def __init__(self, ports: AgiPorts) -> None:
        self._ports = ports

    async def __call__(self, request: Request) -> Answer:
        """Return the answer to a request, whatever is asked."""
        try:
            given = request.route()
        except AgiError as error:
            return Answer(Status.REFUSED, reason=str(error))
        route = ROUTES.get(given.segments[0])
        if route is None:
            return Answer(Status.UNKNOWN, reason="route")
        if not self._ports.health().connected:
            return NOT_READY  # what it knows of agents and calls is not yet as it is
        try:
            asked = self._asked(request, given, route)
            return Answer(Status.OK, await route.handler(asked), route=route.name)
        except Unanswered as told:
            return Answer(told.status, reason=told.reason, route=route.name)

    def _asked(self, request: Request, given: Route, route: AgiRoute) -> Asked:
        parts = given.segments[1:]
        if len(parts) != len(route.parts):
            raise Unanswered(Status.REFUSED, f"write {route.address}")
        strange = set(given.query) - set(route.query)
        if strange:
            raise Unanswered(Status.REFUSED, "unknown key")
        return Asked(
            ports=self._ports,
            path=dict(zip(route.parts, parts, strict=True)),
            query=given.query,
            call_id=call_id_of(request),
            caller=request.get("callerid"),
            dialled=request.get("extension"),
        )
