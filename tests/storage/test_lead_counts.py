"""Counts of leads: made now and then, whoever asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from ccengine.storage.lead_counts import HOLDS_SECONDS, LeadCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.storage.lead_lists import LeadLists


class Lists:
    """Counts how often it is asked; each answer is one more, and waits to be let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()

    async def states(self, client: str, campaign: str) -> Mapping[str, int]:
        del client, campaign
        self.asked += 1
        await self.go.wait()
        return {"fresh": self.asked}


async def test_what_was_counted_holds_for_some_seconds() -> None:
    lists = Lists()
    counts = LeadCounts(cast("LeadLists", lists))
    for now, fresh in ((100.0, 1), (100.0 + HOLDS_SECONDS - 1, 1), (100.0 + HOLDS_SECONDS, 2)):
        assert await counts.of("nour", "renewals", now) == {"fresh": fresh}
    assert await counts.of("nour", "spring", 100.0 + HOLDS_SECONDS) == {"fresh": 3}


async def test_who_asks_while_it_is_counted_gets_what_was_counted_before() -> None:
    lists = Lists()
    counts = LeadCounts(cast("LeadLists", lists))
    await counts.of("nour", "renewals", 100.0)
    lists.go.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(counts.of("nour", "renewals", 200.0))
        await asyncio.sleep(0)
        assert await counts.of("nour", "renewals", 200.0) == {"fresh": 1}
        lists.go.set()
    assert first.result() == {"fresh": 2}
    assert lists.asked == 2
