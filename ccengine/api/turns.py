"""Long lists are made a little at a time: calls have their turn between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Made = TypeVar("Made")

AT_ONCE = 25  #: a quarter of a millisecond


async def in_turns(items: Sequence[Item], make: Callable[[Item], Made]) -> list[Made]:
    """Return what is made of each item.

    What one turn makes is of one instant; of the next turn's items some may be gone by then.
    """
    made: list[Made] = []
    for begin in range(0, len(items), AT_ONCE):
        if made:
            await asyncio.sleep(0)
        made += [make(one) for one in items[begin : begin + AT_ONCE]]
    return made
