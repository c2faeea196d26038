"""Coaching, from a screen: begin, change the mode, take over, end. `{agent}` is the coach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ccengine.api.agents import agent_of
from ccengine.api.faults import AGENT_UNKNOWN, REFUSED
from ccengine.api.models import Shown, Utc
from ccengine.api.roles import Role
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import CoachMode
from ccengine.core.ids import AgentId
from ccengine.core.plan import supervisors_of

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.agents import Agent
    from ccengine.core.coachings import Coaching


class CoachingNow(Shown):
    """Whom a supervisor coaches now."""

    coaching: str
    agent: str = Field(description="Whom the supervisor follows.")
    mode: CoachMode
    call: str | None = Field(description="That they hear. null, too, if the token does not see it.")
    unheard: str = Field(description="Why they hear nothing; empty: they hear the call.")
    started_at: Utc


class CoachShown(Shown):
    """A supervisor, as a coach."""

    coach: str
    coaching: CoachingNow | None = Field(description="null: they coach nobody.")


class CoachingAsked(Strict):
    """Whom to coach, and how."""

    agent: Annotated[str, Field(pattern=f"^{NAME}$", description="Of the supervisor's team.")]
    mode: CoachMode = CoachMode.MONITOR


async def get_coaching(asked: Asked[Nothing, Nothing]) -> CoachShown:
    """Show whom a supervisor coaches."""
    return _shown(agent_of(asked), asked)


async def set_coaching(asked: Asked[Nothing, CoachingAsked]) -> Change:
    """Have the supervisor's phone ring, or the mode change of what goes on.

    Raises:
        Refused: they may not coach that agent, or not now.
    """
    coach, body = agent_of(asked), asked.body
    whom = _whom(asked, coach)
    known, desk = _coaching_of(coach, asked), asked.ports.floor.coaching
    before = _shown(coach, asked)
    by = asked.identity.on_behalf_of(coach.id)
    if known is None:
        rejection = desk.begin(coach.id, whom, body.mode, by)
    elif known.agent != whom:
        rejection = f"agent '{coach.id}' coaches agent '{known.agent}'"
    else:
        rejection = desk.set_mode(coach.id, body.mode, by)
    return _changed(asked, coach, before, rejection)


async def take_over(asked: Asked[Nothing, Nothing]) -> Change:
    """Have the supervisor be the agent of the call they hear, a moment later."""
    coach = agent_of(asked)
    before, by = _shown(coach, asked), asked.identity.on_behalf_of(coach.id)
    return _changed(asked, coach, before, asked.ports.floor.coaching.take_over(coach.id, by))


async def end_coaching(asked: Asked[Nothing, Nothing]) -> Change:
    """Have the supervisor coach nobody, a moment later; no call is touched."""
    coach = agent_of(asked)
    before, by = _shown(coach, asked), asked.identity.on_behalf_of(coach.id)
    return _changed(asked, coach, before, asked.ports.floor.coaching.end(coach.id, by))


def _whom(asked: Asked[Nothing, CoachingAsked], coach: Agent) -> AgentId:
    """Return who is to be coached.

    Raises:
        Refused: the token sees no such agent; an agent's own is told the same of all but their
            teams', whether there is such an agent or not.
    """
    whom, plan = AgentId(asked.body.agent), asked.ports.floor.center.plan
    if asked.identity.role is Role.AGENT:
        if coach.id not in supervisors_of(plan, whom):
            detail = f"agent '{coach.id}' is no supervisor of agent '{whom}'"
            raise REFUSED.because(detail=detail)
    elif whom not in plan.agents or not asked.sight.agent(whom):
        raise AGENT_UNKNOWN.because()
    return whom


def _coaching_of(coach: Agent, asked: Asked[Any, Any]) -> Coaching | None:
    known = coach.coaching
    return None if known is None else asked.ports.floor.center.coachings.get(known)


def _shown(coach: Agent, asked: Asked[Any, Any]) -> CoachShown:
    known = _coaching_of(coach, asked)
    if known is None:
        return CoachShown(coach=coach.id, coaching=None)
    seat = known.seat
    is_seen = seat.client is not None and asked.sight.client(seat.client)
    now = CoachingNow(
        coaching=known.id,
        agent=known.agent,
        mode=known.mode,
        call=seat.call if is_seen else None,
        unheard=seat.unheard or "",
        started_at=known.started_at,
    )
    return CoachShown(coach=coach.id, coaching=now)


def _changed(asked: Asked[Any, Any], coach: Agent, before: CoachShown, rejection: str) -> Change:
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = _shown(coach, asked)
    return Change(
        target=f"agent {coach.id}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


PATH = "/agents/{agent}/coaching"

ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getCoaching",
        method=Method.GET,
        path=PATH,
        summary="Whom a supervisor coaches",
        query=Nothing,
        body=Nothing,
        answer=CoachShown,
        handler=get_coaching,
        faults=(AGENT_UNKNOWN,),
    ),
    Route(
        operation="setCoaching",
        method=Method.PUT,
        path=PATH,
        summary="Coach an agent: rings the supervisor's phone; or change the mode of what goes on",
        query=Nothing,
        body=CoachingAsked,
        answer=CoachShown,
        handler=set_coaching,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
    Route(
        operation="takeCallOver",
        method=Method.POST,
        path=f"{PATH}/take-over",
        summary="Be the agent of the call that the supervisor hears",
        query=Nothing,
        body=Nothing,
        answer=CoachShown,
        handler=take_over,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
    Route(
        operation="endCoaching",
        method=Method.DELETE,
        path=PATH,
        summary="Coach nobody",
        query=Nothing,
        body=Nothing,
        answer=CoachShown,
        handler=end_coaching,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
)
