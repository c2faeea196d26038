"""Ids and names of our bridges, by which the next engine knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.ids import OfferId

BRIDGE_PREFIX = "cc:"


def bridge_of(offer: OfferId) -> str:
    """Return the id of the bridge for the conversation an offer leads to; used once."""
    return f"{offer}.talk"
