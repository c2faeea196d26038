"""Closures: one switch for a group of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CLOSURE_UNKNOWN, REFUSED
from ccengine.api.models import Moment, Shown, Utc
from ccengine.api.roles import SEE_AGENTS
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import NumbersClosed, NumbersOpened
from ccengine.core.ids import ClosureId

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.closures import Closure
    from ccengine.core.commands import ShowClosure
    from ccengine.core.events import ClosureEvent


class ClosureShown(Shown):
    """Numbers with one switch, and whether they are closed."""

    closure: str
    name: str
    numbers: list[str] = Field(description="Those of clients that the token sees.")
    closed: bool
    by: str = Field(description="Who said so last; empty: not seen, or nobody did.")
    reason: str = Field(description="Empty also where others' numbers are closed with them.")
    since: Utc | None = Field(description="Closed.")
    until: Utc | None = Field(description="They open by themselves then.")


class ClosureList(Shown):
    """In the order of the configuration."""

    closures: list[ClosureShown]


class Close(Strict):
    """Why, and until when."""

    reason: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    until: Moment | None = Field(
        None, description="They open by themselves then; left out: when somebody says so."
    )


async def list_closures(asked: Asked[Nothing, Nothing]) -> ClosureList:
    """List those that the token sees."""
    floor = asked.ports.floor
    return ClosureList(
        closures=[
            _shown(one, asked)
            for one in floor.center.closures(floor.now())
            if asked.sight.closure(one.closure)
        ]
    )


async def close(asked: Asked[Nothing, Close]) -> Change:
    """Close the numbers."""
    until = None if asked.body.until is None else asked.body.until.timestamp()
    return _switch(
        asked,
        NumbersClosed(
            closure=_closure_of(asked),
            by=asked.identity.name,
            reason=asked.body.reason.strip(),
            until=until,
        ),
    )


async def open_again(asked: Asked[Nothing, Nothing]) -> Change:
    """Open them."""
    return _switch(asked, NumbersOpened(closure=_closure_of(asked), by=asked.identity.name))


def _closure_of(asked: Asked[Any, Any]) -> ClosureId:
    """Return the closure in the request's address.

    Raises:
        Refused: there is none that the token sees, or others' numbers are closed with it.
    """
    closure = ClosureId(asked.path["closure"])
    if closure not in asked.ports.floor.center.plan.closures or not asked.sight.closure(closure):
        raise CLOSURE_UNKNOWN.because()
    if not asked.sight.closure(closure, whole=True):
        detail = "numbers of clients are closed with it that the token does not see"
        raise REFUSED.because(detail=detail)
    return closure


def _switch(asked: Asked[Any, Any], event: ClosureEvent) -> Change:
    before = _now(asked, event.closure)
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = _now(asked, event.closure)
    return Change(
        target=f"closure {event.closure}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


def _now(asked: Asked[Any, Any], closure: ClosureId) -> ClosureShown:
    floor = asked.ports.floor
    known = (one for one in floor.center.closures(floor.now()) if one.closure == closure)
    return _shown(next(known), asked)


def _shown(shown: ShowClosure, asked: Asked[Any, Any]) -> ClosureShown:
    settings = asked.ports.floor.tenant().settings.closures.get(shown.closure)
    sees_agents = asked.identity.role in SEE_AGENTS
    return ClosureShown(
        closure=shown.closure,
        name=shown.closure if settings is None else settings.name,
        numbers=[] if settings is None else _numbers(settings, asked),
        closed=shown.closed,
        by=shown.by if sees_agents else "",
        reason=shown.reason if asked.sight.closure(shown.closure, whole=True) else "",
        since=shown.since,
        until=shown.until,
    )


def _numbers(closure: Closure, asked: Asked[Any, Any]) -> list[str]:
    tenant = asked.ports.floor.tenant()
    seen = [client for client in tenant.clients if asked.sight.client(client)]
    return [number for client in seen for number in tenant.numbers_of(closure, client)]


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listClosures",
        method=Method.GET,
        path="/closures",
        summary="Numbers that are closed and opened by one switch",
        query=Nothing,
        body=Nothing,
        answer=ClosureList,
        handler=list_closures,
    ),
    Route(
        operation="closeNumbers",
        method=Method.POST,
        path="/closures/{closure}/close",
        summary="Close the numbers: from now on their callers go through the closure's flow",
        description="Who is in a flow or a line already stays there. Closed numbers stay so, for "
        "the new reason and until the new end.",
        query=Nothing,
        body=Close,
        answer=ClosureShown,
        handler=close,
        faults=(CLOSURE_UNKNOWN, REFUSED),
    ),
    Route(
        operation="openNumbers",
        method=Method.POST,
        path="/closures/{closure}/open",
        summary="Open the numbers again",
        query=Nothing,
        body=Nothing,
        answer=ClosureShown,
        handler=open_again,
        faults=(CLOSURE_UNKNOWN, REFUSED),
    ),
)
