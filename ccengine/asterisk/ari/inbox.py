"""The bounded queue between the reader, which never waits, and the one consumer."""

import asyncio

from ccengine.asterisk.ari.events import AriEvent, Connected, Disconnected, Replaced, StreamItem

LIMIT = 10_000  # items; beyond it the connection is dropped and resynced: a loss that is known
ALARM_AT = 1_000  # items; a healthy consumer is never this far behind


class Inbox:
    """Keeps order, counts its alarms, and says when it is full instead of losing silently."""

    def __init__(self, *, limit: int = LIMIT, alarm_at: int = ALARM_AT) -> None:
        self._items: asyncio.Queue[StreamItem] = asyncio.Queue()
        self._limit = limit
        self._alarm_at = alarm_at
        self._alarmed = False
        self._room = asyncio.Event()
        self._room.set()
        self.alarms = 0
        self.highest = 0

    def __len__(self) -> int:
        return self._items.qsize()

    def put(self, event: AriEvent) -> bool:
        """Take an event; False when there is no room, and then the event is not taken."""
        size = self._items.qsize()
        if size >= self._limit:
            self._room.clear()
            return False
        if size >= self._alarm_at and not self._alarmed:
            self._alarmed = True
            self.alarms += 1
        self.highest = max(self.highest, size + 1)
        self._items.put_nowait(event)
        return True

    def mark(self, marker: Connected | Disconnected | Replaced) -> None:
        """Take a marker; there is always room for one."""
        self._items.put_nowait(marker)

    async def get(self) -> StreamItem:
        """Return the oldest item, waiting for one."""
        item = await self._items.get()
        left = self._items.qsize()
        if left <= self._limit // 2:
            self._room.set()
        if left < self._alarm_at:
            self._alarmed = False
        return item

    async def wait_for_room(self) -> None:
        """Return when an inbox that overflowed has been worked down to half."""
        await self._room.wait()
