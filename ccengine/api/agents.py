"""An agent as the API shows them, as far as a token sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import AGENT_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.core.errors import UnknownAgent
from ccengine.core.ids import AgentId
from ccengine.core.plan import AgentSettings
from ccengine.core.states import AgentState, AgentStep

if TYPE_CHECKING:
    from ccengine.api.route import Asked
    from ccengine.core.agents import Agent

AFTER = {
    AgentStep.FINISH_NOT_READY: AgentState.NOT_READY,
    AgentStep.FINISH_OFFLINE: AgentState.OFFLINE,
}


class AgentShown(Shown):
    """An agent's present state."""

    agent: str
    name: str
    team: str | None
    site: str | None
    clients: list[str] = Field(description="For whom they may answer, of those the token sees.")
    state: AgentState
    reason: str = Field(description="Why not ready.")
    phone: str | None = Field(description="Where they are logged in.")
    call: str | None = Field(
        description="Offered, or on it, or wrapping it up. null, too, if the token does not see it."
    )
    until: Utc | None = Field(description="When the state ends by itself, or its limit passes.")
    overdue: bool = Field(
        description="The reason's limit has passed, or the wrap-up wants an outcome."
    )
    barred: str = Field(description="Why an available agent is offered nothing.")
    paused: list[str] = Field(description="Queues whose calls they do not want.")
    after_call: AgentState | None = Field(description="What was asked for during the call.")
    asks_for_help: bool


def agent_of(asked: Asked[Any, Any]) -> Agent:
    """Return the agent in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    name = AgentId(asked.path["agent"])
    if not asked.sight.agent(name):
        raise AGENT_UNKNOWN.because()
    try:
        return asked.ports.floor.center.agent(name)
    except UnknownAgent:
        raise AGENT_UNKNOWN.because() from None


def shown(agent: Agent, asked: Asked[Any, Any]) -> AgentShown:
    """Return the agent as the token sees them."""
    tenant, sight = asked.ports.floor.tenant(), asked.sight
    settings = tenant.settings.agents.get(agent.id, AgentSettings(name=agent.id, number=""))
    team = None if settings.team is None else tenant.settings.teams.get(settings.team)
    is_seen = agent.client is None or sight.client(agent.client)
    return AgentShown(
        agent=agent.id,
        name=settings.name,
        team=settings.team,
        site=None if team is None else team.site,
        clients=[client for client in settings.clients if sight.client(client)],
        state=agent.state,
        reason=agent.reason,
        phone=agent.phone,
        call=agent.call if is_seen else None,
        until=agent.until,
        overdue=agent.overdue,
        barred=agent.barred,
        paused=[queue for queue in agent.paused if sight.queue(queue)],
        after_call=AFTER.get(agent.finish),
        asks_for_help=agent.asks_for_help,
    )
