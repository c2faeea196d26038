"""Which formats of sound the channels may have that we originate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL: Final = "Local/"
TELEPHONE: Final = "slin"
"""16 bit samples, 8000 a second."""


def with_format(query: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is asked of Asterisk for a new channel, with its format where that needs one.

    A Local channel can have any, and a bridge that mixes then takes the finest there is: it mixed
    192,000 samples a second for a call by telephone, and a recording of that channel got of each
    packet what comes in the first 8000.
    """
    if not query["endpoint"].startswith(LOCAL):
        return query
    return {**query, "formats": TELEPHONE}
