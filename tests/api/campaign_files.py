"""A campaign for the demo's other client, so that either has one: dialed at any hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RENEWALS = """\
name: Nour renewals
mode: progressive
purpose: service
seller: Nour
queue: billing
country: AE
abandon_percent: 3
script: cancellation
caller_ids:
  600100: {tested: 2026-01-15}
lists: {all: {}}
fields:
  name: {label: Name, required: yes}
  plan: {label: Plan}
  margin: {label: Margin, shown: no}
"""


OFFER = """\
version: 1
title: An offer
steps:
  - {say: "Hello {name}, you have {plan}?", note: "Before {plan} ends."}
"""


def previewed(tenant: Path) -> Path:
    """Add the same campaign, whose leads agents see first, with a script that names them."""
    with_campaigns(tenant)
    client = tenant / "clients" / "nour"
    (client / "scripts" / "offer.yaml").write_text(OFFER)
    text = RENEWALS.replace("progressive", "preview").replace(
        "script: cancellation", "script: offer"
    )
    (client / "campaigns" / "renewals.yaml").write_text(text)
    return tenant


def with_campaigns(tenant: Path) -> Path:
    """Add a campaign `renewals` to client nour of a copy of the demo; return the folder."""
    folder = tenant / "clients" / "nour" / "campaigns"
    folder.mkdir()
    (folder / "renewals.yaml").write_text(RENEWALS)
    return tenant
