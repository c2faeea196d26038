"""What keeps campaigns from beginning, beyond what their files say: sound, numbers, a way out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.callback_checks import has_way_out
from ccengine.config.problems import Problem
from ccengine.core.ids import CampaignId
from ccengine.ivr.lead_messages import hindrance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.core.ids import Instant
    from ccengine.ivr.configuration import Configuration

REMEDY = "it is not started before"


def hindrances(configuration: Configuration, sounds: Path, at: Instant) -> Mapping[CampaignId, str]:
    """Return why campaigns cannot begin, of those that cannot.

    Args:
        configuration: with them.
        sounds: the folder of rendered prompts.
        at: tests of numbers are too old from some day on.
    """
    found: dict[CampaignId, str] = {}
    for client, campaign in _campaigns(configuration):
        day = datetime.fromtimestamp(at, ZoneInfo(client.zone)).date()
        reason = _of_files(client, campaign, day)
        reason = reason or hindrance(configuration.prompts, client, campaign, sounds)
        if reason:
            found[CampaignId(campaign.id)] = reason
    return found


def hindered(configuration: Configuration, sounds: Path, at: Instant) -> Iterator[Problem]:
    """Yield the same as warnings; nothing where no state folder was laid out yet."""
    if sounds.exists():
        reasons = hindrances(configuration, sounds, at)
        for _, campaign in _campaigns(configuration):
            reason = reasons.get(CampaignId(campaign.id))
            if reason is not None:
                message = f"campaign '{campaign.name}' cannot begin: {reason}"
                yield Problem(campaign.path, 1, message, REMEDY, is_warning=True)


def _of_files(client: Client, campaign: Campaign, day: date) -> str:
    if not campaign.settings.shown_on(day):
        days = campaign.settings.caller_id_days
        return f"none of its 'caller_ids' was tested within {days} days"
    if not has_way_out(client):
        return f"client '{client.id}' may call nobody outside: see 'outbound' of client.yaml"
    return ""


def _campaigns(configuration: Configuration) -> Iterator[tuple[Client, Campaign]]:
    tenant = configuration.tenant
    for client in () if tenant is None else tenant.clients.values():
        for campaign in client.campaigns.values():
            yield client, campaign
