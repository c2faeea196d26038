"""How many calls a campaign may abandon: by the law of its country, and by its own file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import Whereabouts, zones_of
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import (
    AbandonLimit,
    Rule,
    Unwatched,
    WindowKind,
    abandon_limits,
    ring_floor_seconds,
)

if TYPE_CHECKING:
    from ccengine.config.campaigns import CampaignFile
    from ccengine.config.dialing_rules import DialingRules
    from ccengine.core.dialer.rules import Law
    from ccengine.core.ids import Instant

OWN: Final = "abandon_percent"
HOUSE: Final = "house"
COUNTRIES: Final = "countries"
HOUSE_PERCENT: Final = 3.0
"""Of a campaign that calls more people than agents are free, for which nobody says anything: what
most laws have that say something."""

MORE_THAN_FREE: Final = (Mode.POWER, Mode.PREDICTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLimit:
    """A limit and who sets it."""

    rule: str  #: its id; `abandon_percent`: the campaign itself; `house`: nobody else does
    limit: AbandonLimit
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLimits:
    """All that hold for one campaign."""

    limits: tuple[CampaignLimit, ...]
    ring_floor_seconds: float
    unruled: bool  #: nobody wrote rules for its country


def countries_of(campaign: CampaignFile, country: str | None) -> tuple[str, ...]:
    """Return the countries whose limits are watched: its own first.

    Args:
        campaign: whose.
        country: of its numbers without one; None: nobody says.
    """
    own = () if country is None else (country,)
    return tuple(dict.fromkeys((*own, *campaign.countries)))


def places_of(campaign: CampaignFile, country: str | None) -> tuple[Whereabouts, ...]:
    """Return them as places, which may have any of their zones."""
    return tuple(Whereabouts(one, zones_of(one)) for one in countries_of(campaign, country))


def watched(law: Law, campaign: CampaignFile, country: str | None) -> Law:
    """Return a number's law as a campaign may go by it.

    Where more people are called than agents are free, somebody may be abandoned: not of a country
    whose limit nobody counts for this campaign.

    Args:
        law: of the number's places.
        campaign: that would call it.
        country: of its numbers without one; None: nobody says.
    """
    if campaign.mode not in MORE_THAN_FREE:
        return law
    named = countries_of(campaign, country)
    holding = law.rules_for(campaign.purpose, campaign.mode)
    missing = [
        Rule(
            id=COUNTRIES,
            place=rule.place,
            source=rule.source,
            checked=rule.checked,
            fact=Unwatched(limit=rule.id),
        )
        for rule in holding
        if isinstance(rule.fact, AbandonLimit) and rule.place.partition("-")[0] not in named
    ]
    return replace(law, rules=(*law.rules, *missing)) if missing else law


def limits_of(
    campaign: CampaignFile, country: str | None, rules: DialingRules, at: Instant
) -> CampaignLimits:
    """Return what holds for calls to the countries that a campaign names: the strictest paces.

    Args:
        campaign: whose.
        country: of its numbers without one; None: nobody says, so only its own limit is known.
        rules: the tenant's over the built-in ones.
        at: rules begin and end on days.
    """
    law = Lawbook(rules).law_for(places_of(campaign, country), at)
    holding = law.rules_for(campaign.purpose, campaign.mode)
    sources = {rule.id: rule.source for rule in holding}
    found = [
        CampaignLimit(rule=rule, limit=limit, source=sources[rule])
        for rule, limit in abandon_limits(holding)
    ]
    own = campaign.abandon_percent
    if own is not None:
        limit = AbandonLimit(percent=own, window=WindowKind.DAY)
        found.append(CampaignLimit(rule=OWN, limit=limit, source="the campaign's file"))
    if not found and campaign.mode in MORE_THAN_FREE:
        limit = AbandonLimit(percent=HOUSE_PERCENT, window=WindowKind.DAY)
        source = "no rule of the country and no abandon_percent"
        found.append(CampaignLimit(rule=HOUSE, limit=limit, source=source))
    return CampaignLimits(
        limits=tuple(found),
        ring_floor_seconds=ring_floor_seconds(holding),
        unruled=bool(law.unruled),
    )
