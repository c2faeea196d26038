"""Campaigns and their lists as people name them on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from ccengine.cli.output import fail, print_problems, read_settings
from ccengine.config.campaigns import Campaign
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.config.papers import Form

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Chosen:
    """A campaign, the country of numbers without one, and what its agents fill in."""

    campaign: Campaign
    country: str
    form: Form | None = None


def campaign_named(name: str) -> Chosen:
    """Return the campaign `client/campaign`, or `campaign` if one client alone has it; else end."""
    settings = read_settings()
    loaded = load_tenant(settings.tenant_folder)
    if loaded.tenant is None:
        print_problems(loaded.problems, settings)
        raise typer.Exit(1)
    return campaign_of(loaded.tenant, name)


def campaign_of(tenant: Tenant, name: str) -> Chosen:
    """Return a tenant's campaign `client/campaign`, or `campaign` if one client alone has it."""
    found = {
        campaign.id: Chosen(
            campaign,
            campaign.settings.country or client.settings.country or "",
            client.form_of(campaign),
        )
        for client in tenant.clients.values()
        for campaign in client.campaigns.values()
    }
    named = [one for key, one in found.items() if name in (key, one.campaign.name)]
    if len(named) > 1:
        ids = ", ".join(one.campaign.id for one in named)
        fail(f"there are several campaigns '{name}'", f"name one of {ids}", code=2)
    if not named:
        fail(f"there is no campaign '{name}'", suggestion(name, found), code=2)
    return named[0]


def list_named(campaign: Campaign, name: str | None) -> str:
    """Return one of a campaign's lists; None: its only one. Else end."""
    lists = campaign.settings.lists
    if name is None:
        if len(lists) == 1:
            return next(iter(lists))
        fail(f"campaign '{campaign.id}' has several lists", f"--list {' | '.join(lists)}", code=2)
    if name not in lists:
        fail(f"there is no list '{name}'", suggestion(name, lists), code=2)
    return name
