"""Which rules hold a number back: asked in one way, and told in one, by whoever wants to know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.config.campaign_limits import watched
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.lead_columns import debt_of
from ccengine.config.whereabouts import Whereabouts, whereabouts
from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.numbers_known import NumberFacts
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.verdicts import HoldReason, Verdict
from ccengine.core.ids import ClientId, Instant
from ccengine.reporting.masking import mask_number

if TYPE_CHECKING:
    from ccengine.config.campaigns import Campaign
    from ccengine.config.tenant import Tenant
    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.database import RecordDatabase


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the person lives, as far as whoever asks says so; else it is the lead's."""

    place: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, with what it was asked of."""

    request: DialRequest
    where: tuple[Whereabouts, ...]
    at: Instant
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What whoever asks has said by themselves; None: as the campaign has it."""

    purpose: Purpose | None
    mode: Mode | None
    agent_guaranteed: bool
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """A verdict, and those for campaigns that would call the number."""

    general: Judged
    campaigns: tuple[Judged, ...] = ()
    unwanted_by: tuple[str, ...] = ()  #: clients whose calls the person does not want

    @property
    def may_be_called(self) -> bool:
        """Whether nothing holds it back for anybody who was looked at."""
        said = (self.general, *self.campaigns)
        return not self.unwanted_by and all(one.verdict.may_be_called for one in said)


async def judged(
    tenant: Tenant,
    request: DialRequest,
    address: Address,
    database: RecordDatabase | None,
    at: Instant,
) -> Judged:
    """Ask the law whether a number may be called at an instant, as it is asked before a call.

    Args:
        tenant: whose rules they are.
        request: the call. What it does not say of the person is that of the campaign's lead.
        address: likewise.
        database: of what is known of the number; None: nothing is.
        at: the instant.
    """
    facts = NumberFacts()
    if database is not None:
        lead = await database.leads.with_number(request.number, request.client, request.campaign)
        if lead is not None:
            request, address = _of_lead(request, address, lead)
        facts = await database.number_facts(
            request.number,
            request.person,
            tenant.refusals,
            client=request.client,
            numbers=request.numbers,
            lead=None if lead is None else lead.key,
        )
    where = whereabouts(request.number, address.place, address.zone)
    law = Lawbook(tenant.dialing.over(built_in())).law_for(where, at)
    campaign = _campaign_of(tenant, request.client, request.campaign)
    if campaign is not None:
        country = tenant.clients[campaign.client].settings.country
        law = watched(law, campaign.settings, campaign.settings.country or country)
    if request.mode is Mode.PREVIEW:
        request = replace(request, agent_guaranteed=True)  # who has seen the lead first
    return Judged(request=request, where=where, at=at, verdict=judge(request, law, facts, at))


def _of_lead(request: DialRequest, address: Address, lead: Lead) -> tuple[DialRequest, Address]:
    person = request.person or lead.person
    debt = request.debt or debt_of(lead.fields)
    if not (address.place or address.zone):
        address = Address(place=lead.place, zone=lead.zone)
    numbers = tuple(one.number for one in lead.numbers)
    return replace(request, person=person, numbers=numbers, debt=debt), address


async def judged_everywhere(
    tenant: Tenant, general: Judged, asked: Asked, database: RecordDatabase
) -> Everywhere:
    """Ask the same for each campaign whose lists have the number, and of clients' own wishes.

    Args:
        tenant: whose rules they are.
        general: what was said of the number, for no campaign.
        asked: what whoever asks has said by themselves.
        database: of leads and wishes.
    """
    request, found = general.request, []
    for client, name in await database.leads.campaigns_with(request.number):
        campaign = _campaign_of(tenant, client, name)
        if campaign is not None and request.client in ("", client):
            settings = campaign.settings
            own = replace(
                request,
                client=client,
                campaign=name,
                purpose=asked.purpose or settings.purpose,
                mode=asked.mode or settings.mode,
                agent_guaranteed=asked.agent_guaranteed,
            )
            found.append(await judged(tenant, own, asked.address, database, general.at))
    facts = await database.number_facts(request.number, request.person, tenant.refusals)
    unwanted = {one.client for one in facts.opt_outs if one.client and not request.client}
    return Everywhere(general=general, campaigns=tuple(found), unwanted_by=tuple(sorted(unwanted)))


def _campaign_of(tenant: Tenant, client: str, name: str) -> Campaign | None:
    known = tenant.clients.get(ClientId(client))
    return None if known is None else known.campaigns.get(name)


class PlaceShown(Shown):
    """Where the person may be."""

    place: str = Field(description="ISO 3166, or a state as in US-FL; empty: nobody knows.")
    zones: list[str]


class HoldShown(Shown):
    """A rule that holds the number back."""

    rule: str
    reason: HoldReason
    until: Utc | None = Field(description="null: for ever, or until somebody does something.")
    text: str
    source: str = Field(description="The law it is taken from.")
    checked: str = Field(description="When it was compared with that.")


class WhyNotShown(Shown):
    """Whether a number may be called, and if not, which rules say so."""

    number: str = Field(description="Masked.")
    at: Utc
    places: list[PlaceShown]
    may_be_called: bool
    until: Utc | None = Field(description="Nothing holds it back from then on; null: unknown.")
    holds: list[HoldShown]

    @classmethod
    def of(cls, told: Judged) -> WhyNotShown:
        """Return what is told of a verdict."""
        return cls(
            number=mask_number(told.request.number),
            at=told.at,
            places=[PlaceShown(place=one.place, zones=list(one.zones)) for one in told.where],
            may_be_called=told.verdict.may_be_called,
            until=told.verdict.until,
            holds=[HoldShown.model_validate(hold) for hold in told.verdict.holds],
        )
