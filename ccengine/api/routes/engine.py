"""The engine itself: is it well, who am I, what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import Asked, Media, Method, Nothing, Route, Strict
from ccengine.core.events import DiskLevel

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute


FIGURES: Final = Media("text/plain", "Prometheus's text format.")


class HealthShown(Shown):
    """Whether the engine can serve calls."""

    status: str = Field(description="`ok` or `unavailable`.")
    reasons: list[str] = Field(description="Why not.")
    failing_lookups: int = Field(
        description="So many lookups of flows fail and are left alone for a while; "
        "`/lookups/failing` says which. Calls go on without them."
    )
    coaching_leaks: int = Field(
        description="So many times since the start somebody heard a coach who must not, or would "
        "have: each coach was taken out at once. The journal has them as `CoachLeaked`."
    )
    dead_submissions: int = Field(
        description="So many submissions of flows could not be carried out, and are not tried "
        "again: `ccengine outbox list --dead` says which."
    )
    recordings_failing: int = Field(
        description="So many recordings could not be joined and sealed yet; it is tried on."
    )
    erasures_failing: int = Field(
        description="So many recordings must go, and could not be removed yet, here or in their "
        "store; it is tried on."
    )
    moves_failing: int = Field(
        description="So many recordings could not be moved to their store yet; it is tried on."
    )
    stores_away: int = Field(
        description="So many clients' stores take no recordings; they wait here, and can be heard."
    )
    disk_level: DiskLevel = Field(
        description="Of the disk of recordings; from `full` on none is begun."
    )
    disk_used_percent: float


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
        coaching_leaks=found.coaching_leaks,
        dead_submissions=found.dead_submissions,
        recordings_failing=found.recordings_failing,
        erasures_failing=found.erasures_failing,
        moves_failing=found.moves_failing,
        stores_away=found.stores_away,
        disk_level=found.disk_level,
        disk_used_percent=found.disk_used_percent,
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


async def read_metrics(asked: Asked[Nothing, Nothing]) -> web.Response:
    """Give the figures."""
    return web.Response(body=asked.ports.metrics(), content_type=FIGURES.content_type)


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
        operation="readMetrics",
        method=Method.GET,
        path="/metrics",
        summary="Figures for Prometheus",
        description="Since the engine started: gaps found in recordings, phones that nothing came "
        "from, and when recordings were looked at last.",
        query=Nothing,
        body=Nothing,
        answer=FIGURES,
        handler=read_metrics,
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
