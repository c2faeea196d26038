"""Ids and names of our bridges, by which the next engine knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.ids import OfferId

BRIDGE_PREFIX = "cc:"

TALK = "mixing,video_sfu"
"""Kind of a bridge for people: one that always mixes; Asterisk has no plainer word for that.

Else Asterisk passes the packets of two on, and mixes once a third or a recording joins. A packet
has a number, mixed sound has none, and a translator that met a number gives nothing for sound
without. It is made anew on the channels of the bridge, but not behind a Local channel: whom the
dialplan dialed outside stays without sound until the end of the call.
In a bridge that mixes also every key that an agent presses is told."""


def bridge_of(offer: OfferId) -> str:
    """Return the id of the bridge for the conversation an offer leads to; used once."""
    return f"{offer}.talk"
