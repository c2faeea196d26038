"""Which built-in rules of consent a tenant relies on that nobody has compared with the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.consents import is_checked, ruling_place
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.tenant import Tenant

REMEDY: Final = "have a lawyer look, and write what is right into 'consent.places' of client.yaml"


def unchecked_rules(tenant: Tenant, file: Path) -> tuple[Problem, ...]:
    """Return one warning that names the places of sites and clients with such rules; or nothing.

    Args:
        tenant: whose clients may ask for consent.
        file: tenant.yaml.
    """
    sites = {site.place for site in tenant.settings.sites.values() if site.place}
    found: set[str] = set()
    for client in tenant.clients.values():
        settings = client.settings.consent
        if settings is None:
            continue
        country = client.settings.country
        places = {*sites, country} if country else sites
        ruling = {ruling_place(settings, place) for place in places}
        found |= {place for place in ruling if place is not None and not is_checked(place)}
    if not found:
        return ()
    named = ", ".join(sorted(found))
    message = f"nobody has compared the built-in rule of consent with the law of: {named}"
    return (Problem(file, 1, message, REMEDY, is_warning=True),)
