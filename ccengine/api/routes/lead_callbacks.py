"""Calls that agents promise leads, at a time by the lead's clock at which they may be called."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from ccengine.api.agents import agent_of
from ccengine.api.faults import AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED
from ccengine.api.lead_at_desk import number_at
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import field_wrong
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.config.dialing_rules import built_in
from ccengine.config.names import mistake
from ccengine.core.events import LeadCallbackBooked
from ccengine.core.ids import CallId, ClientId, owner_of
from ccengine.leads.callbacks import NotBooked, Terms, Wish, booked

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.campaigns import Campaign
    from ccengine.core.agents import Agent
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.runs import LeadCall

FORMAT = "%Y-%m-%dT%H:%M"
PLACE = "/agents/{agent}/calls/{call}/callback"


def _local(text: str) -> str:
    try:
        datetime.strptime(text, FORMAT)  # noqa: DTZ007 - the zone is the lead's
    except ValueError:
        message = "this is no date and time"
        raise mistake(message, "Write it as in 2026-11-24T15:30, by the lead's clock.") from None
    return text


class CallbackAsked(Strict):
    """When the lead wants to be called."""

    at: Annotated[str, AfterValidator(_local)] = Field(
        max_length=16, description="By the lead's clock, as in 2026-11-24T15:30."
    )
    own: bool = Field(
        default=False,
        description="This agent calls; another, if it is overdue for longer than the campaign "
        "allows.",
    )
    number: int | None = Field(
        None, ge=0, le=99, description="Which of the lead's numbers; left out: the one dialed."
    )
    zone: str | None = Field(
        None, max_length=64, description="IANA, where the lead may be in several time zones."
    )


class CallbackBooked(Shown):
    """The call that is promised."""

    call: str
    due_at: Utc | None = Field(description="null: none is promised.")
    local: str | None = Field(description="By the lead's clock.")
    zone: str | None = Field(description="The lead's, IANA.")
    own: bool


async def book(asked: Asked[Nothing, CallbackAsked]) -> Change:
    """Promise a lead a call.

    Raises:
        Refused: no such call, or no call may be made then: the remedy names when one may be.
    """
    agent, said = _part_of(asked)
    wanted, floor = asked.body, asked.ports.floor
    lead, campaign = await _lead(said, asked)
    number = said.number if wanted.number is None else number_at(lead, wanted.number)
    wish = Wish(
        at=datetime.strptime(wanted.at, FORMAT),  # noqa: DTZ007 - the zone is the lead's
        number=number or "",
        zone=wanted.zone or "",
    )
    tenant, database = floor.tenant(), asked.ports.library.keeper.database
    terms = Terms(
        campaign=campaign,
        plan=floor.center.plan.campaigns.get(said.campaign),
        rules=tenant.dialing.over(built_in()),
        facts=await database.number_facts(
            wish.number,
            lead.person,
            tenant.refusals,
            client=campaign.client,
            numbers=[one.number for one in lead.numbers],
        ),
    )
    try:
        found = booked(wish, lead, terms, floor.now())
    except NotBooked as error:
        raise field_wrong(field=error.field, problem=str(error), remedy=error.remedy) from None
    event = LeadCallbackBooked(
        call=CallId(asked.path["call"]),
        agent=agent.id,
        due_at=found.due_at,
        is_own=wanted.own,
        number="" if wish.number == said.number else wish.number,
        by=asked.identity.on_behalf_of(agent.id),
    )
    shown = CallbackBooked(
        call=event.call, due_at=found.due_at, local=found.local, zone=found.zone, own=wanted.own
    )
    return _told(asked, agent, said, event, shown)


async def take_back(asked: Asked[Nothing, Nothing]) -> Change:
    """Promise the lead no call any more.

    Raises:
        Refused: no such call.
    """
    agent, said = _part_of(asked)
    call = CallId(asked.path["call"])
    by = asked.identity.on_behalf_of(agent.id)
    event = LeadCallbackBooked(call=call, agent=agent.id, due_at=None, by=by)
    shown = CallbackBooked(call=call, due_at=None, local=None, zone=None, own=False)
    return _told(asked, agent, said, event, shown)


def _part_of(asked: Asked[Any, Any]) -> tuple[Agent, LeadCall]:
    """Return the agent, and whom the call in the request's address is to.

    Raises:
        Refused: the token sees no such, or there is nothing to be said of it any more.
    """
    agent, floor, call = agent_of(asked), asked.ports.floor, CallId(asked.path["call"])
    debrief = floor.center.debrief_of(agent.id, call, floor.now())
    if debrief is None or not asked.sight.client(debrief.client):
        raise CALL_UNKNOWN.because(detail="The agent has no such call to say anything of now.")
    said = floor.center.lead_of(agent.id, call)
    if said is None:
        raise REFUSED.because(detail="no campaign has dialed this call: it has no lead")
    return agent, said


async def _lead(said: LeadCall, asked: Asked[Any, Any]) -> tuple[Lead, Campaign]:
    client = asked.ports.floor.tenant().clients.get(ClientId(owner_of(said.campaign)))
    name = said.campaign.partition("/")[2]
    campaign = None if client is None else client.campaigns.get(name)
    lead = await asked.ports.library.keeper.database.leads.get(said.lead)
    if campaign is None or lead is None:
        raise REFUSED.because(detail="the campaign or its list is not there any more")
    return lead, campaign


def _told(
    asked: Asked[Any, Any],
    agent: Agent,
    before: LeadCall,
    event: LeadCallbackBooked,
    shown: CallbackBooked,
) -> Change:
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    promised = before.promise
    return Change(
        target=f"call {event.call}, agent {agent.id}",
        before={"due_at": None if promised is None else promised.due_at},
        after={"due_at": event.due_at, "own": event.is_own},
        answer=shown,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="bookLeadCallback",
        method=Method.PUT,
        path=PLACE,
        summary="Promise a lead another call, at a time by the lead's clock",
        description="It replaces what was promised before. At a time at which the law or the "
        "campaign allows no call it is refused: the remedy names the next one. The law is asked "
        "again when the call is made.",
        query=Nothing,
        body=CallbackAsked,
        answer=CallbackBooked,
        handler=book,
        faults=(AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="cancelLeadCallback",
        method=Method.DELETE,
        path=PLACE,
        summary="Promise the lead no call any more",
        query=Nothing,
        body=Nothing,
        answer=CallbackBooked,
        handler=take_back,
        faults=(AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED),
    ),
)
