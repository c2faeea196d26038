"""Lookups of flows that fail: whose they are is told to those only who see the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.api.route import Asked, Method, Nothing, Route

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute


class FailingLookup(Shown):
    """One that nobody asks for a while."""

    client: str
    lookup: str
    breaker: str = Field(description="`open`, or `half-open` while it is tried again.")


class FailingLookups(Shown):
    """In the order of their names."""

    lookups: list[FailingLookup]


async def list_failing(asked: Asked[Nothing, Nothing]) -> FailingLookups:
    """List those of the clients that the token sees."""
    states = sorted(asked.ports.health().lookups.items())
    named = [(*name.split("/", 1), state) for name, state in states]
    return FailingLookups(
        lookups=[
            FailingLookup(client=client, lookup=lookup, breaker=state)
            for client, lookup, state in named
            if asked.sight.client(client)
        ]
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listFailingLookups",
        method=Method.GET,
        path="/lookups/failing",
        summary="Lookups of flows that fail and are left alone for a while: calls go on without",
        query=Nothing,
        body=Nothing,
        answer=FailingLookups,
        handler=list_failing,
    ),
)
