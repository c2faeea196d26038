"""Who may get whose calls."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.at_desk import queues_of
from ccengine.api.models import Shown
from ccengine.api.route import NAME, Asked, Method, Nothing, Route, Strict
from ccengine.api.turns import in_turns
from ccengine.core.plan import supervisors_of

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.ids import AgentId


class StaffingQuery(Strict):
    """Which agents."""

    after: str | None = Field(None, pattern=f"^{NAME}$", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=200)


class Serves(Shown):
    """One agent's queues."""

    agent: str
    queues: list[str] = Field(description="In the order of the configuration.")
    coaches: list[str] = Field(
        description="Who may coach them: supervisors of their team, as far as the token sees those."
    )


class StaffingPage(Shown):
    """In the order of the agents' names."""

    agents: list[Serves]
    next: str | None = Field(description="`after` of the next page; null: this is the last.")


async def list_staffing(asked: Asked[StaffingQuery, Nothing]) -> StaffingPage:
    """List the agents that the token sees, with the queues that it sees."""
    after, limit = asked.query.after, asked.query.limit
    known = sorted(agent.id for agent in asked.ports.floor.center.agents())
    seen = (one for one in known if (after is None or one > after) and asked.sight.agent(one))
    page = list(islice(seen, limit + 1))
    shown = await in_turns(
        page[:limit],
        lambda one: Serves(
            agent=one, queues=list(queues_of(one, asked)), coaches=_coaches(one, asked)
        ),
    )
    return StaffingPage(agents=shown, next=page[limit - 1] if len(page) > limit else None)


def _coaches(agent: AgentId, asked: Asked[StaffingQuery, Nothing]) -> list[str]:
    found = supervisors_of(asked.ports.floor.center.plan, agent)
    return [one for one in found if asked.sight.agent(one)]


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listStaffing",
        method=Method.GET,
        path="/staffing",
        summary="Which agents may get the calls of which queues",
        description="Logged in or not; by clients, skills, groups and licences as of now.",
        query=StaffingQuery,
        body=Nothing,
        answer=StaffingPage,
        handler=list_staffing,
    ),
)
