"""How many leads of a campaign are in which state, for screens that ask every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.ids import Instant
    from ccengine.storage.lead_lists import LeadLists

HOLDS_SECONDS: Final = 15.0
"""A million leads take most of a second to count."""


class LeadCounts:
    """Counts a campaign's leads no more often than every few seconds, whoever asks."""

    def __init__(self, lists: LeadLists) -> None:
        self._lists = lists
        self._known: dict[tuple[str, str], tuple[Instant, Mapping[str, int]]] = {}

    async def of(self, client: str, campaign: str, now: Instant) -> dict[str, int]:
        """Return how many leads are in which state, over all lists; a state that is missing: none.

        Args:
            client: whose campaign it is.
            campaign: its own name.
            now: what was counted a few seconds before is good enough.
        """
        at, counts = self._known.get((client, campaign), (0.0, None))
        if counts is None or not 0 <= now - at < HOLDS_SECONDS:
            if counts is not None:
                self._known[client, campaign] = now, counts  # for who asks while it is counted
            counts = await self._lists.states(client, campaign)
            self._known[client, campaign] = now, counts
        return dict(counts)
