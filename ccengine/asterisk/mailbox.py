"""A bounded queue that forgets its oldest item rather than make anybody wait or grow."""

import asyncio
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class Mailbox(Generic[_Item]):
    """For what may be looked at by nobody, such as keys pressed during music."""

    def __init__(self, kept: int) -> None:
        self._items: asyncio.Queue[_Item] = asyncio.Queue(kept)

    def __len__(self) -> int:
        return self._items.qsize()

    def put(self, item: _Item) -> None:
        """Add an item, at the cost of the oldest when there is no room."""
        if self._items.full():
            self._items.get_nowait()
        self._items.put_nowait(item)

    async def get(self) -> _Item:
        """Take the oldest item, waiting for one."""
        return await self._items.get()

    def drop_first(self, item: _Item) -> bool:
        """Forget the oldest item if it is this one; tell whether there was any."""
        kept = [self._items.get_nowait() for _ in range(len(self))]
        for one in kept[1:] if kept[:1] == [item] else kept:
            self._items.put_nowait(one)
        return bool(kept)

    def clear(self) -> None:
        """Forget all items."""
        while not self._items.empty():
            self._items.get_nowait()
