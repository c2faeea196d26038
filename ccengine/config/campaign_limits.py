"""How many calls a campaign may abandon: by the law of its country, and by its own file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import Whereabouts, zones_of
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import AbandonLimit, WindowKind, abandon_limits, ring_floor_seconds

if TYPE_CHECKING:
    from ccengine.config.campaigns import CampaignFile
    from ccengine.config.dialing_rules import DialingRules
    from ccengine.core.ids import Instant

OWN: Final = "abandon_percent"
HOUSE: Final = "house"
HOUSE_PERCENT: Final = 3.0
"""Of a predictive campaign for which nobody says anything: what most laws have that say something.
"""


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


def limits_of(
    campaign: CampaignFile, country: str | None, rules: DialingRules, at: Instant
) -> CampaignLimits:
    """Return what holds for calls to a campaign's own country: its numbers may be of others, too.

    Args:
        campaign: whose.
        country: of its numbers without one; None: nobody says, so only its own limit is known.
        rules: the tenant's over the built-in ones.
        at: rules begin and end on days.
    """
    where = () if country is None else (Whereabouts(country, zones_of(country)),)
    law = Lawbook(rules).law_for(where, at)
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
    if not found and campaign.mode is Mode.PREDICTIVE:
        limit = AbandonLimit(percent=HOUSE_PERCENT, window=WindowKind.DAY)
        source = "no rule of the country and no abandon_percent"
        found.append(CampaignLimit(rule=HOUSE, limit=limit, source=source))
    return CampaignLimits(
        limits=tuple(found),
        ring_floor_seconds=ring_floor_seconds(holding),
        unruled=bool(law.unruled),
    )
