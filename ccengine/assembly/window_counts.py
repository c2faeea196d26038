"""What each window of a campaign's limits has seen, by the books: over restarts and months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.calls.dialing.windows import WindowCount
from ccengine.config.campaign_limits import limits_of
from ccengine.config.campaign_plans import WINDOWS
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import window_at
from ccengine.core.ids import ClientId
from ccengine.proof.laws import zone_of_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.wiring import Wiring
    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.pacing.budgets import Window
    from ccengine.core.ids import CampaignId, Instant
    from ccengine.storage.database import RecordDatabase

KINDS: Final = {window: kind for kind, window in WINDOWS.items()}


class StoredCounts:
    """Counts attempts in the database of call records."""

    def __init__(self, wiring: Wiring, database: RecordDatabase) -> None:
        self._wiring = wiring
        self._attempts = database.attempts

    async def counts(self, campaign: CampaignId, plan: CampaignPlan) -> Sequence[WindowCount]:
        """Return what the present window of each of the plan's limits has seen, in their order.

        Days and months are those of the campaign's country, in the client's zone if it is there.
        """
        name, _, own = str(campaign).partition("/")
        client = self._wiring.tenant().clients.get(ClientId(name))
        found = None if client is None else client.campaigns.get(own)
        if client is None or found is None:
            return ()
        now = self._wiring.engine.clock.now()
        began = await self._attempts.began(name, own) or now
        place = _country(client, found)
        zone = zone_of_rule(f"{place}.", client.zone)
        sellers = self._by_seller(found, place, now)
        counts = []
        for limit in plan.limits:
            window = window_at(KINDS[limit.window], began, now, zone)
            seller = found.settings.seller if limit.window in sellers else None
            tally = await self._attempts.tally(name, own, window, seller)
            counts.append(
                WindowCount(
                    live=tally.connected + tally.abandoned,
                    abandoned=tally.abandoned,
                    ends_at=window.ends,
                )
            )
        return counts

    def _by_seller(self, campaign: Campaign, country: str, at: Instant) -> set[Window]:
        """Return the windows that a rule counts for each seller by itself."""
        rules = self._wiring.tenant().dialing.over(built_in())
        found = limits_of(campaign.settings, country, rules, at).limits
        return {WINDOWS[one.limit.window] for one in found if one.limit.per_seller}


def _country(client: Client, campaign: Campaign) -> str:
    return str(campaign.settings.country or client.settings.country or "")
