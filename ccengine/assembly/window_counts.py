"""What each window of a campaign's limits has seen, by the books: over restarts and months."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ccengine.calls.dialing.windows import WindowCount
from ccengine.config.campaign_limits import CampaignLimit, limits_of
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import window_at
from ccengine.core.dialer.laws import WINDOWS
from ccengine.core.dialer.rules import AbandonLimit, Denominator
from ccengine.core.dialer.runs import ROUNDING
from ccengine.core.dialer.windows import parts
from ccengine.core.ids import ClientId
from ccengine.proof.laws import zone_of_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.wiring import Wiring
    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.windows import Tally
    from ccengine.core.ids import CampaignId, Instant
    from ccengine.storage.database import RecordDatabase

KINDS: Final = {window: kind for kind, window in WINDOWS.items()}


def counted(limit: AbandonLimit, tally: Tally, error_share: float) -> tuple[int, int]:
    """Return what pacing counts of a tally: abandoned calls, as the limit's rule has them, and
    live answers, which are never more than the rule's denominator."""
    errors, of = parts(limit, tally, error_share)
    abandoned = math.floor(errors + ROUNDING)
    match limit.of:
        case Denominator.LIVE_ANSWERS | Denominator.TO_AGENTS:
            return abandoned, math.floor(of + ROUNDING)
        case Denominator.CONNECTED:
            return abandoned, tally.connected + abandoned
        case Denominator.PLACED:
            return abandoned, tally.connected + tally.cut_off + abandoned


class StoredCounts:
    """Counts attempts in the database of call records, as a proof pack does."""

    def __init__(self, wiring: Wiring, database: RecordDatabase) -> None:
        self._wiring = wiring
        self._attempts = database.attempts

    async def counts(self, campaign: CampaignId, plan: CampaignPlan) -> Sequence[WindowCount]:
        """Return what the present window of each of the plan's limits has seen, in their order.

        Days and months are those of the rule's place, in the client's zone if it is there.
        """
        name, _, own = str(campaign).partition("/")
        client = self._wiring.tenant().clients.get(ClientId(name))
        found = None if client is None else client.campaigns.get(own)
        if client is None or found is None:
            return ()
        now = self._wiring.engine.clock.now()
        began = await self._attempts.began(name, own) or now
        counts = []
        for one in self._limits(client, found, plan, now):
            zone = zone_of_rule(one.rule, client.zone)
            window = window_at(one.limit.window, began, now, zone)
            seller = found.settings.seller if one.limit.per_seller else None
            tally = await self._attempts.tally(name, own, window, seller)
            abandoned, live = counted(one.limit, tally, plan.detector_error_share)
            counts.append(WindowCount(live=live, abandoned=abandoned, ends_at=window.ends))
        return counts

    def _limits(
        self, client: Client, campaign: Campaign, plan: CampaignPlan, at: Instant
    ) -> Sequence[CampaignLimit]:
        """Return the plan's limits with their rules, which are in the same order."""
        rules = self._wiring.tenant().dialing.over(built_in())
        country = campaign.settings.country or client.settings.country
        place = None if country is None else str(country)
        found = limits_of(campaign.settings, place, rules, at).limits
        if [one.limit.window for one in found] == [KINDS[one.window] for one in plan.limits]:
            return found
        # A rule has begun or ended since the plan was made, which is renewed each day.
        alike = (AbandonLimit(percent=0.0, window=KINDS[one.window]) for one in plan.limits)
        return [CampaignLimit(rule=f"{place}.", limit=one, source="") for one in alike]
