"""Agents: how they are, and what they or a supervisor for them want."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.agents import AGENT_UNKNOWN, REFUSED, AgentShown, agent_of, shown
from ccengine.api.models import Shown
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import AgentWentNotReady, AgentWentReady
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.agents import Agent
    from ccengine.core.events import Event

AFTER_THE_CALL = "During a call it means after the call."


class AgentsQuery(Strict):
    """Which agents."""

    after: str | None = Field(None, pattern=f"^{NAME}$", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=500)
    state: AgentState | None = None
    team: str | None = Field(None, pattern=f"^{NAME}$")


class AgentPage(Shown):
    """In the order of their names."""

    agents: list[AgentShown]
    next: str | None = Field(description="`after` of the next page; null: this is the last.")


class NotReady(Strict):
    """Why no calls are wanted."""

    reason: str = Field(
        min_length=1,
        max_length=64,
        description="One of the tenant's reasons; any text where it names none.",
    )


async def list_agents(asked: Asked[AgentsQuery, Nothing]) -> AgentPage:
    """List the agents that the token sees."""
    query, teams = asked.query, asked.ports.floor.tenant().settings.agents
    found = (
        agent
        for agent in sorted(asked.ports.floor.center.agents(), key=lambda one: one.id)
        if (query.after is None or agent.id > query.after)
        and (query.state is None or agent.state is query.state)
        and (query.team is None or (agent.id in teams and teams[agent.id].team == query.team))
        and asked.sight.agent(agent.id)
    )
    page = list(islice(found, query.limit + 1))
    kept = page[: query.limit]
    return AgentPage(
        agents=[shown(agent, asked) for agent in kept],
        next=kept[-1].id if len(page) > query.limit else None,
    )


async def get_agent(asked: Asked[Nothing, Nothing]) -> AgentShown:
    """Show one."""
    return shown(agent_of(asked), asked)


async def go_ready(asked: Asked[Nothing, Nothing]) -> Change:
    """Have the agent want calls."""
    agent = agent_of(asked)
    asked.ports.floor.ensure_agent(agent.id)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentWentReady(agent=agent.id, by=by))


async def go_not_ready(asked: Asked[Nothing, NotReady]) -> Change:
    """Have the agent want no calls."""
    agent = agent_of(asked)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentWentNotReady(agent=agent.id, reason=asked.body.reason, by=by))


def act(asked: Asked[Any, Any], agent: Agent, event: Event) -> Change:
    """Tell the core, as a phone would have done.

    Raises:
        Refused: it is impossible in the agent's present state.
    """
    before = shown(agent, asked)
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = shown(asked.ports.floor.center.agent(agent.id), asked)
    return Change(
        target=f"agent {agent.id}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listAgents",
        method=Method.GET,
        path="/agents",
        summary="Agents and their states",
        query=AgentsQuery,
        body=Nothing,
        answer=AgentPage,
        handler=list_agents,
    ),
    Route(
        operation="getAgent",
        method=Method.GET,
        path="/agents/{agent}",
        summary="An agent's state",
        query=Nothing,
        body=Nothing,
        answer=AgentShown,
        handler=get_agent,
        faults=(AGENT_UNKNOWN,),
    ),
    Route(
        operation="setAgentReady",
        method=Method.POST,
        path="/agents/{agent}/ready",
        summary="The agent wants calls",
        description=f"In wrap-up it ends the wrap-up. {AFTER_THE_CALL}",
        query=Nothing,
        body=Nothing,
        answer=AgentShown,
        handler=go_ready,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
    Route(
        operation="setAgentNotReady",
        method=Method.POST,
        path="/agents/{agent}/not-ready",
        summary="The agent wants no calls",
        description=AFTER_THE_CALL,
        query=Nothing,
        body=NotReady,
        answer=AgentShown,
        handler=go_not_ready,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
)
