"""Ids and names of our bridges, by which the next engine knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.ids import OfferId

BRIDGE_PREFIX = "cc:"

TALK = "mixing,dtmf_events"
"""Kind of a bridge for people. In a plain one, two who are not recorded exchange their sound and
their keys beside Asterisk (`native_rtp`), and no key that an agent presses is told."""


def bridge_of(offer: OfferId) -> str:
    """Return the id of the bridge for the conversation an offer leads to; used once."""
    return f"{offer}.talk"
