"""Long lists do not keep calls waiting."""

from __future__ import annotations

import asyncio

from ccengine.api.turns import AT_ONCE, in_turns


async def test_others_have_their_turn_between() -> None:
    made_at: list[int] = []
    turns, is_made = 0, asyncio.Event()

    async def other() -> None:
        nonlocal turns
        while not is_made.is_set():
            await asyncio.sleep(0)
            turns += 1

    def make(number: int) -> int:
        made_at.append(turns)
        return number * 2

    async with asyncio.TaskGroup() as group:
        group.create_task(other())
        await asyncio.sleep(0)
        made = await in_turns(range(3 * AT_ONCE + 1), make)
        is_made.set()
    assert made == [number * 2 for number in range(3 * AT_ONCE + 1)]
    assert max(made_at.count(turn) for turn in set(made_at)) <= AT_ONCE
    assert await in_turns([], make) == []
