"""What an agent may promise a lead: another call, on which numbers and by whose clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.leads.callbacks import clocks_of
from ccengine.reporting.masking import mask_number

if TYPE_CHECKING:
    from ccengine.api.route import Asked
    from ccengine.core.agents import Agent
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.core.ids import CallId, ClientId


class CallbackNumber(Shown):
    """A number on which a lead can be called back."""

    position: int = Field(description="Among the lead's; what `bookLeadCallback` takes.")
    number: str = Field(description="Masked, where the client hides numbers from agents.")
    is_dialed: bool = Field(description="The one of this call.")
    zones: list[str] = Field(
        description="By whose clock a time is meant, IANA; of several the agent names one."
    )


class CallbackAtDesk(Shown):
    """How another call can be promised to a lead."""

    call: str = Field(description="In or after which it is promised.")
    numbers: list[CallbackNumber]


def callback_at_desk(
    agent: Agent, call: CallId, lead: Lead, said: LeadCall, asked: Asked[Any, Any]
) -> CallbackAtDesk | None:
    """Return how an agent may promise a lead another call; None: they cannot, now.

    Args:
        agent: whose desk it is.
        call: to the lead.
        lead: who.
        said: what is said of the call.
        asked: by whom.
    """
    floor, now = asked.ports.floor, asked.ports.floor.now()
    debrief = floor.center.debrief_of(agent.id, call, now)
    if debrief is None or floor.center.lead_of(agent.id, call) is None:
        return None
    client: ClientId = debrief.client
    whole = asked.sight.sees_numbers_of(client)
    usual = floor.tenant().clients[client].zone
    numbers = [
        CallbackNumber(
            position=position,
            number=one.number if whole else mask_number(one.number),
            is_dialed=one.number == said.number,
            zones=list(clocks_of(lead, one.number, usual, now)),
        )
        for position, one in enumerate(lead.numbers)
        if not one.is_dead
    ]
    return CallbackAtDesk(call=call, numbers=numbers) if numbers else None
