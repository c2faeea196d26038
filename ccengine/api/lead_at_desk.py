"""What an agent sees of a lead: one that they may have dialed, or the one they talk with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.at_desk import name_of
from ccengine.api.callback_at_desk import CallbackAtDesk, callback_at_desk
from ccengine.api.models import Shown, Utc
from ccengine.api.papers import ScriptShown, script_shown
from ccengine.config.script_places import PLACE_IN_SCRIPT
from ccengine.core.dialer.leads import AttemptOutcome, Lead
from ccengine.core.ids import CallId, CampaignId, ClientId, owner_of
from ccengine.reporting.masking import mask_number

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from ccengine.api.route import Asked
    from ccengine.config.campaigns import Campaign
    from ccengine.core.agents import Agent, Debrief
    from ccengine.core.calls import Call
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.storage.attempts import StoredAttempt

NOT_KNOWN: Final = "…"
ATTEMPTS_SHOWN: Final = 10


class FieldAtDesk(Shown):
    """Something that is known of a lead."""

    label: str
    text: str


class AttemptAtDesk(Shown):
    """An attempt to reach the lead."""

    at: Utc
    number: str = Field(description="Masked, where the client hides numbers from agents.")
    outcome: AttemptOutcome | None = Field(description="null: it goes on.")
    disposition: str = Field(description="What was said of it; empty: nothing.")


class LeadAtDesk(Shown):
    """A lead, as its agent sees it."""

    lead: int
    campaign: str
    campaign_name: str
    client: str
    client_name: str
    fields: list[FieldAtDesk] = Field(description="Those that agents are shown.")
    attempts: list[AttemptAtDesk] = Field(description="The last one first.")
    callback_at: Utc | None = Field(None, description="Of a call that they are promised now.")
    callback_own: bool = Field(default=False, description="This agent has promised to make it.")
    callback: CallbackAtDesk | None = Field(
        None, description="How another call can be promised now; null: it cannot."
    )


class NumberAtDesk(Shown):
    """A number that can be dialed."""

    position: int = Field(description="Among the lead's; what `dialLead` takes.")
    number: str = Field(description="Masked, where the client hides numbers from agents.")
    is_usual: bool = Field(description="The one that is its turn.")


class PreviewAtDesk(LeadAtDesk):
    """A lead that the agent may have dialed, or skip."""

    numbers: list[NumberAtDesk]
    until: Utc = Field(description="Then the campaign skips it or dials it by itself.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsAtDesk:
    """What a desk has of leads."""

    lead: LeadAtDesk | None = None  #: whom the agent talks with, or did last
    preview: PreviewAtDesk | None = None
    script: ScriptShown | None = None  #: the campaign's, with fields filled in


async def leads_at_desk(
    agent: Agent, call: Call | None, debrief: Debrief | None, asked: Asked[Any, Any]
) -> LeadsAtDesk:
    """Return the lead that the agent is shown, talks with, or has talked with just now.

    Args:
        agent: whose desk it is.
        call: at the desk, and seen by the token.
        debrief: of the last call, and seen by the token.
        asked: by whom.
    """
    center = asked.ports.floor.center
    preview = center.previews.get(agent.id)
    if preview is not None:
        campaign = _campaign(preview.campaign, asked)
        if campaign is not None:
            return await _shown(preview.lead, campaign, asked, until=preview.until)
    if call is not None:
        return await _talked_with(agent, call.id, call.lead, asked)
    if debrief is not None:
        return await _talked_with(agent, debrief.call, _last(agent, debrief, asked), asked)
    return LeadsAtDesk()


async def _talked_with(
    agent: Agent, call: CallId, said: LeadCall | None, asked: Asked[Any, Any]
) -> LeadsAtDesk:
    """Return the lead of a call, with what is promised to them and may be."""
    campaign = None if said is None else _campaign(said.campaign, asked)
    if said is None or campaign is None:
        return LeadsAtDesk()
    lead = await asked.ports.library.keeper.database.leads.get(said.lead)
    if lead is None:
        return LeadsAtDesk()
    shown = await _shown(lead, campaign, asked)
    if shown.lead is None:
        return shown
    told: dict[str, Any] = {"callback": callback_at_desk(agent, call, lead, said, asked)}
    if said.promise is not None:
        told["callback_at"] = said.promise.due_at
        told["callback_own"] = said.promise.agent == agent.id
    return replace(shown, lead=shown.lead.model_copy(update=told))


def filled_in(script: ScriptShown, values: Mapping[str, str]) -> ScriptShown:
    """Return a script with what is known of a lead; what is not known is shown as a gap."""

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1])
        return found[0] if known is None else known or NOT_KNOWN

    steps = [
        step.model_copy(
            update={
                "say": PLACE_IN_SCRIPT.sub(value, step.say),
                "note": None if step.note is None else PLACE_IN_SCRIPT.sub(value, step.note),
            }
        )
        for step in script.steps
    ]
    return script.model_copy(update={"steps": steps})


def _last(agent: Agent, debrief: Debrief, asked: Asked[Any, Any]) -> LeadCall | None:
    """Return the lead of a call that is over, as long as its agent may say how it went."""
    return asked.ports.floor.center.lead_of(agent.id, debrief.call)


def _campaign(name: CampaignId, asked: Asked[Any, Any]) -> Campaign | None:
    """Return a campaign that the token sees, as the configuration in force has it."""
    client = ClientId(owner_of(name))
    known = asked.ports.floor.tenant().clients.get(client)
    if known is None or not asked.sight.client(client):
        return None
    return known.campaigns.get(name.partition("/")[2])


async def _shown(
    lead: Lead, campaign: Campaign, asked: Asked[Any, Any], until: float | None = None
) -> LeadsAtDesk:
    attempts = await asked.ports.library.keeper.database.attempts.of_lead(lead.key)
    facts = _facts(lead, campaign, attempts, asked)
    script = _script(lead, campaign, asked)
    if until is None:
        return LeadsAtDesk(lead=LeadAtDesk(**facts), script=script)
    numbers = [
        NumberAtDesk(
            position=position,
            number=_number(one.number, campaign, asked),
            is_usual=one.number == lead.to_dial,
        )
        for position, one in enumerate(lead.numbers)
        if not one.is_dead
    ]
    return LeadsAtDesk(preview=PreviewAtDesk(**facts, numbers=numbers, until=until), script=script)


def _facts(
    lead: Lead, campaign: Campaign, attempts: Sequence[StoredAttempt], asked: Asked[Any, Any]
) -> dict[str, Any]:
    fields = campaign.settings.fields
    return {
        "lead": lead.key,
        "campaign": campaign.id,
        "campaign_name": campaign.settings.name,
        "client": campaign.client,
        "client_name": name_of(campaign.client, asked),
        "fields": [
            FieldAtDesk(label=known.label, text=lead.fields[name])
            for name, known in fields.items()
            if known.shown and lead.fields.get(name)
        ],
        "attempts": [
            AttemptAtDesk(
                at=one.placed_at,
                number=_number(one.number, campaign, asked),
                outcome=one.outcome,
                disposition=one.disposition,
            )
            for one in [*reversed(attempts)][:ATTEMPTS_SHOWN]
        ],
    }


def _script(lead: Lead, campaign: Campaign, asked: Asked[Any, Any]) -> ScriptShown | None:
    known = asked.ports.floor.tenant().clients[campaign.client]
    script = known.papers.scripts.get(campaign.settings.script or "")
    if script is None:
        return None
    fields = campaign.settings.fields.items()
    values = {name: lead.fields.get(name, "") for name, one in fields if one.shown}
    return filled_in(script_shown(script), values)


def _number(number: str, campaign: Campaign, asked: Asked[Any, Any]) -> str:
    return number if asked.sight.sees_numbers_of(campaign.client) else mask_number(number)


def number_at(lead: Lead, position: int | None) -> str | None:
    """Return one of a lead's numbers that can be dialed; None: it has none there.

    Args:
        lead: whose.
        position: among its numbers; None: the one that is its turn.
    """
    if position is None:
        return lead.to_dial
    if position >= len(lead.numbers) or lead.numbers[position].is_dead:
        return None
    return lead.numbers[position].number
