"""Leads that an agent is shown, who has them dialed or skips them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.agents import agent_of
from ccengine.api.faults import AGENT_UNKNOWN, REFUSED
from ccengine.api.lead_at_desk import number_at
from ccengine.api.models import Shown
from ccengine.api.problems import field_wrong
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import LeadAccepted, LeadSkipped
from ccengine.core.ids import owner_of

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.agents import Agent
    from ccengine.core.dialer.runs import Preview
    from ccengine.core.events import Event

LATE = "the agent is not shown this lead any more"


class DialAsked(Strict):
    """Which of the lead's numbers is dialed."""

    lead: int = Field(ge=0, le=2**63 - 1, description="The one that the agent is shown.")
    number: int | None = Field(
        None, ge=0, le=99, description="`position` of one of its numbers; left out: the usual one."
    )


class SkipAsked(Strict):
    """Why it is not dialed now."""

    lead: int = Field(ge=0, le=2**63 - 1, description="The one that the agent is shown.")
    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


class PreviewEnded(Shown):
    """What was done: watch the desk, or the live feed."""

    agent: str
    campaign: str
    lead: int


async def dial(asked: Asked[Nothing, DialAsked]) -> Change:
    """Have the lead dialed for the agent.

    Raises:
        Refused: the agent is not shown it any more, or it cannot be dialed now.
    """
    agent, preview = _preview_of(asked)
    number = number_at(preview.lead, asked.body.number)
    if number is None:
        problem = "the lead has no such number that can be dialed"
        remedy = "Take `position` of one of `preview.numbers` of the desk."
        raise field_wrong(field="number", problem=problem, remedy=remedy)
    accepted = LeadAccepted(
        campaign=preview.campaign, lead=preview.lead.key, agent=agent.id, number=number
    )
    return _ended(asked, agent, preview, accepted, "dialed")


async def skip(asked: Asked[Nothing, SkipAsked]) -> Change:
    """Put the lead off; the agent is shown another.

    Raises:
        Refused: the agent is not shown it any more.
    """
    agent, preview = _preview_of(asked)
    skipped = LeadSkipped(
        campaign=preview.campaign,
        lead=preview.lead.key,
        agent=agent.id,
        reason=asked.body.reason.strip(),
    )
    return _ended(asked, agent, preview, skipped, "skipped")


def _preview_of(asked: Asked[Any, DialAsked] | Asked[Any, SkipAsked]) -> tuple[Agent, Preview]:
    agent = agent_of(asked)
    preview = asked.ports.floor.center.previews.get(agent.id)
    if preview is None or preview.lead.key != asked.body.lead:
        raise REFUSED.because(detail=LATE)
    if not asked.sight.client(owner_of(preview.campaign)):
        raise REFUSED.because(detail=LATE)
    return agent, preview


def _ended(
    asked: Asked[Any, Any], agent: Agent, preview: Preview, event: Event, how: str
) -> Change:
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    return Change(
        target=f"agent {agent.id}, lead {preview.lead.key}",
        before={"preview": "shown"},
        after={"preview": how},
        answer=PreviewEnded(agent=agent.id, campaign=preview.campaign, lead=preview.lead.key),
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="dialLead",
        method=Method.POST,
        path="/agents/{agent}/preview/dial",
        summary="Have the lead dialed that the agent is shown",
        description="Who answers is offered to this very agent, who is kept for it meanwhile.",
        query=Nothing,
        body=DialAsked,
        answer=PreviewEnded,
        handler=dial,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
    Route(
        operation="skipLead",
        method=Method.POST,
        path="/agents/{agent}/preview/skip",
        summary="Put the lead off that the agent is shown, for a reason",
        description="When it comes again is said by the campaign's retries.",
        query=Nothing,
        body=SkipAsked,
        answer=PreviewEnded,
        handler=skip,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
)
