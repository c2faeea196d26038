"""Who rings a campaign's number back: which flow answers them, and what it knows of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.clients import digits_of
from ccengine.config.dialable import identity_of
from ccengine.core.events import FlowDataSet
from ccengine.ivr.data import CAMPAIGN, LEAD, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.last_calls import LastCall
    from ccengine.calls.wiring import Wiring
    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.config.tenant import Route
    from ccengine.core.calls import Call

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
"""So long the caller may wait to be recognised: then they are answered like a stranger."""


async def ring_back(wiring: Wiring, call: Call, client: Client, route: Route) -> str | None:
    """Return the flow of who rings a campaign's number back; None: the number's own.

    Of several campaigns that show the number, that counts which has called them last.
    """
    showing = _showing(client, route.number)
    if not any(one.settings.ring_back for one in showing):
        return None
    last = await _last_call(wiring, call, client, route)
    campaign = next((one for one in showing if last and one.name == last.campaign), None)
    if campaign is None:
        last = None
        campaign = next(one for one in showing if one.settings.ring_back)
    known = {CAMPAIGN: campaign.name, LEAD: "" if last is None else last.lead}
    values = {name: written(value) for name, value in known.items()}
    wiring.engine.post(FlowDataSet(call=call.id, values=values))
    return campaign.settings.ring_back


def _showing(client: Client, number: str) -> Sequence[Campaign]:
    digits = digits_of(number)
    return [
        one
        for _, one in sorted(client.campaigns.items())
        if digits in {digits_of(shown) for shown in one.settings.caller_ids}
    ]


async def _last_call(wiring: Wiring, call: Call, client: Client, route: Route) -> LastCall | None:
    number = identity_of(call.caller, client)
    if wiring.last_calls is None or not number:
        return None
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await wiring.last_calls.last(client.id, digits_of(route.number), number)
    except Exception:
        # Whoever rings is answered, whatever has become of the database.
        log.exception("ring_back_not_recognised", call_id=call.id)
        return None
