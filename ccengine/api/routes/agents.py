"""Agents: how they are, and what they or a supervisor for them want."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.agents import AgentShown, agent_of, shown
from ccengine.api.call_lists import QUEUE
from ccengine.api.faults import AGENT_UNKNOWN, QUEUE_UNKNOWN, REFUSED
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import BUSY, FIELDS_WRONG, FieldProblem
from ccengine.api.readable import read
from ccengine.api.readings import read_day
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.turns import in_turns
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWentNotReady,
    AgentWentReady,
    HelpAsked,
    WrapUpExtended,
)
from ccengine.core.ids import PhoneId, QueueId
from ccengine.core.states import AgentState, AgentStep
from ccengine.reporting.agent_day import beginning_of_day

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.api.route import AnyRoute
    from ccengine.core.agents import Agent
    from ccengine.core.events import Event

AFTER_THE_CALL = "During a call it means after the call."


class AgentsQuery(Strict):
    """Which agents."""

    after: str | None = Field(None, pattern=f"^{NAME}$", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=200)
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
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="One of the tenant's reasons; any text where it names none.",
    )


class LogIn(Strict):
    """Where."""

    phone: str = Field(pattern="^[0-9]{2,8}$", description="The phone's extension.")


class OneQueue(Strict):
    """Which queue."""

    queue: str = Field(pattern=f"^{QUEUE}$", description="Such as `nour/billing`.")


class DayShown(Shown):
    """What an agent did between two instants. Times in seconds."""

    agent: str
    zone: str = Field(description="The day begins at midnight there.")
    since: Utc
    until: Utc
    logged_in: float
    calls: int
    talked: float
    wrapped_up: float
    not_ready: dict[str, float] = Field(description="By reason.")
    missed: int = Field(description="Offers.")


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
        agents=await in_turns(kept, lambda agent: shown(agent, asked)),
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


async def log_in(asked: Asked[Nothing, LogIn]) -> Change:
    """Bind the agent to a phone."""
    agent, phone = agent_of(asked), PhoneId(asked.body.phone)
    if phone not in asked.ports.floor.tenant().settings.phones:
        wrong = FieldProblem(
            field="phone", problem="no such phone", remedy="Use an extension of tenant.yaml."
        )
        raise FIELDS_WRONG.because(errors=[wrong])
    _expect_free(asked, phone)
    asked.ports.floor.ensure_agent(agent.id)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentLoggedIn(agent=agent.id, phone=phone, by=by))


async def log_out(asked: Asked[Nothing, Nothing]) -> Change:
    """Let the agent go."""
    agent = agent_of(asked)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentLoggedOut(agent=agent.id, by=by))


async def pause(asked: Asked[Nothing, OneQueue]) -> Change:
    """Offer the agent no calls of a queue."""
    agent, queue = agent_of(asked), _queue_of(asked)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentPaused(agent=agent.id, queue=queue, by=by))


async def resume(asked: Asked[Nothing, OneQueue]) -> Change:
    """Offer the agent calls of the queue again."""
    agent, queue = agent_of(asked), _queue_of(asked)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, AgentResumed(agent=agent.id, queue=queue, by=by))


async def extend_wrap_up(asked: Asked[Nothing, Nothing]) -> Change:
    """Give the agent longer."""
    agent = agent_of(asked)
    by = asked.identity.on_behalf_of(agent.id)
    return act(asked, agent, WrapUpExtended(agent=agent.id, by=by))


async def end_wrap_up(asked: Asked[Nothing, Nothing]) -> Change:
    """End the wrap-up now; what was asked for during the call comes true.

    Raises:
        Refused: the agent does not wrap up.
    """
    agent = agent_of(asked)
    if agent.state is not AgentState.WRAP_UP:
        raise REFUSED.because(detail=f"agent '{agent.id}' is {agent.state}")
    by = asked.identity.on_behalf_of(agent.id)
    match agent.finish:
        case AgentStep.FINISH_OFFLINE:
            event: Event = AgentLoggedOut(agent=agent.id, by=by)
        case AgentStep.FINISH_NOT_READY:
            event = AgentWentNotReady(agent=agent.id, reason=agent.finish_reason, by=by)
        case _:
            event = AgentWentReady(agent=agent.id, by=by)
    return act(asked, agent, event)


async def ask_for_help(asked: Asked[Nothing, Nothing]) -> Change:
    """Have the supervisors of the agent's team rung."""
    agent = agent_of(asked)
    asked.ports.floor.ensure_agent(agent.id)
    return act(asked, agent, HelpAsked(agent=agent.id))


async def get_day(asked: Asked[Nothing, Nothing]) -> DayShown:
    """Tell the agent's own numbers since midnight."""
    agent, now = agent_of(asked), asked.ports.floor.now()
    zone = asked.ports.floor.tenant().zone_of(agent.id)
    since = beginning_of_day(now, zone)
    day = await read(asked, read_day, asked.ports.library.journal, agent.id, since, now)
    return DayShown.model_validate({**asdict(day), "zone": zone})


def _expect_free(asked: Asked[Any, LogIn], phone: PhoneId) -> None:
    """Leave an agent alone who sits at the phone and is not seen; agents themselves may sit down.

    Raises:
        Refused: there is one.
    """
    present = (one for one in asked.ports.floor.center.agents() if one.phone == phone)
    if asked.identity.scope.agent is None and not all(asked.sight.agent(one.id) for one in present):
        raise REFUSED.because(detail=f"phone '{phone}' is in use")


def _queue_of(asked: Asked[Any, OneQueue]) -> QueueId:
    queue = QueueId(asked.body.queue)
    known = queue in asked.ports.floor.center.plan.queues
    if not known or not asked.sight.queue(queue):
        raise QUEUE_UNKNOWN.because()
    return queue


def act(asked: Asked[Any, Any], agent: Agent, event: Event) -> Change:
    """Tell the core, as a phone would have done.

    Raises:
        Refused: it is impossible in the agent's present state.
    """
    before = shown(agent, asked)
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = shown(agent, asked)  # also of one whom the plan, and now the core, has no more
    return Change(
        target=f"agent {agent.id}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


def _action(
    operation: str,
    path: str,
    summary: str,
    handler: Callable[[Asked[Nothing, Any]], Awaitable[Change]],
    body: type[Strict] = Nothing,
    *,
    description: str = "",
) -> AnyRoute:
    faults = (AGENT_UNKNOWN, REFUSED)
    return Route(
        operation=operation,
        method=Method.POST,
        path=f"/agents/{{agent}}/{path}",
        summary=summary,
        description=description,
        query=Nothing,
        body=body,
        answer=AgentShown,
        handler=handler,
        faults=(*faults, QUEUE_UNKNOWN) if body is OneQueue else faults,
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
        operation="getAgentDay",
        method=Method.GET,
        path="/agents/{agent}/day",
        summary="An agent's own numbers since midnight",
        query=Nothing,
        body=Nothing,
        answer=DayShown,
        handler=get_day,
        faults=(AGENT_UNKNOWN, BUSY),
    ),
    _action(
        "logAgentIn",
        "log-in",
        "The agent sits at this phone",
        log_in,
        LogIn,
        description="From another phone this is a move. Who sat there before is logged out.",
    ),
    _action("logAgentOut", "log-out", "The agent leaves", log_out, description=AFTER_THE_CALL),
    _action(
        "setAgentReady",
        "ready",
        "The agent wants calls",
        go_ready,
        description=f"In wrap-up it ends the wrap-up. {AFTER_THE_CALL}",
    ),
    _action(
        "setAgentNotReady",
        "not-ready",
        "The agent wants no calls",
        go_not_ready,
        NotReady,
        description=AFTER_THE_CALL,
    ),
    _action("pauseQueue", "pause", "The agent wants no calls of one queue", pause, OneQueue),
    _action("resumeQueue", "resume", "The agent wants calls of it again", resume, OneQueue),
    _action("extendWrapUp", "wrap-up/extend", "The agent needs longer to wrap up", extend_wrap_up),
    _action(
        "endWrapUp",
        "wrap-up/end",
        "The agent has wrapped up",
        end_wrap_up,
        description="What was asked for during the call comes true.",
    ),
    _action("askForHelp", "help", "The agent asks for a supervisor of their team", ask_for_help),
)
