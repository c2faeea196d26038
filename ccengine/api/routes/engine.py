"""The engine itself: is it well, who am I, what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import Asked, Method, Nothing, Route, Strict

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute


class HealthShown(Shown):
    """Whether the engine can serve calls."""

    status: str = Field(description="`ok` or `unavailable`.")
    reasons: list[str] = Field(description="Why not.")
    failing_lookups: int = Field(
        description="So many lookups of flows fail and are left alone for a while; "
        "`/lookups/failing` says which. Calls go on without them."
    )
    dead_submissions: int = Field(
        description="So many submissions of flows could not be carried out, and are not tried "
        "again: `ccengine outbox list --dead` says which."
    )


class Me(Shown):
    """Whose the token is, and what it sees. null: all of them."""

    name: str
    role: str
    clients: list[str] | None
    teams: list[str] | None
    sites: list[str] | None
    agent: str | None = Field(description="Of an agent's token: whose it is.")
    expires_at: Utc | None


class AuditQuery(Strict):
    """Which entries."""

    before: int | None = Field(None, ge=1, le=2**53, description="Only lower numbers: go on here.")
    limit: int = Field(100, ge=1, le=500)
    actor: str | None = Field(None, max_length=32, description="Only this token's.")
    target: str | None = Field(None, max_length=128, description="Only about this.")


class AuditShown(Shown):
    """One change."""

    number: int
    at: Utc
    actor: str = Field(description="The token's name.")
    role: str
    operation: str
    target: str
    before: Any
    after: Any


class AuditPage(Shown):
    """The newest first."""

    entries: list[AuditShown]


async def health(asked: Asked[Nothing, Nothing]) -> web.Response:
    """Answer without asking anybody: for load balancers and watchdogs."""
    found = asked.ports.health()
    shown = HealthShown(
        status="ok" if found.connected else "unavailable",
        reasons=list(found.reasons),
        failing_lookups=len(found.lookups),
        dead_submissions=found.dead_submissions,
    )
    return web.Response(
        status=200 if found.connected else 503,
        body=shown.model_dump_json().encode(),
        content_type=JSON_TYPE,
    )


async def who_am_i(asked: Asked[Nothing, Nothing]) -> Me:
    """Tell what the token is."""
    identity, scope = asked.identity, asked.identity.scope
    return Me(
        name=identity.name,
        role=identity.role,
        clients=None if scope.clients is None else sorted(scope.clients),
        teams=None if scope.teams is None else sorted(scope.teams),
        sites=None if scope.sites is None else sorted(scope.sites),
        agent=scope.agent,
        expires_at=identity.expires_at,
    )


async def list_audit(asked: Asked[AuditQuery, Nothing]) -> AuditPage:
    """Read the audit."""
    query = asked.query
    entries = await asked.ports.library.keeper.database.audit.entries(
        before=query.before, limit=query.limit, actor=query.actor, target=query.target
    )
    return AuditPage(entries=[AuditShown.model_validate(entry) for entry in entries])


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getHealth",
        method=Method.GET,
        path="/healthz",
        summary="Is the engine well?",
        query=Nothing,
        body=Nothing,
        answer=HealthShown,
        handler=health,
        statuses={503: "It cannot serve calls now; the reasons say why."},
        is_open=True,
    ),
    Route(
        operation="whoAmI",
        method=Method.GET,
        path="/me",
        summary="Whose token is this, and what does it see?",
        query=Nothing,
        body=Nothing,
        answer=Me,
        handler=who_am_i,
    ),
    Route(
        operation="listAudit",
        method=Method.GET,
        path="/audit",
        summary="What was changed by the API, by whom, before and after",
        query=AuditQuery,
        body=Nothing,
        answer=AuditPage,
        handler=list_audit,
    ),
)
