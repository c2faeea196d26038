"""Frames for all who see the same, each written once; whoever reads too slowly loses the place.

Nothing is kept for one listener but a place in the channel's latest frames, so that a slow one
costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_FRAMES: Final = 256
MOST_BYTES: Final = 2 * 2**20
AT_ONCE: Final = 25  # listeners that are woken before calls have their turn


@dataclass(frozen=True, slots=True)
class Frame:
    """What is sent at once."""

    since: int  #: row after which all that is seen is in it; nothing was between it and the last
    upto: int  #: row up to which all is in it
    data: bytes


class TooSlow(Exception):
    """The listener's place is gone: too many frames were not read."""


class Listener:
    """One reader of a channel."""

    def __init__(self, channel: Channel, place: int) -> None:
        self._channel = channel
        self._place = place
        self._news: asyncio.Future[None] | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the place is gone."""

    async def next(self) -> Frame:
        """Return the next frame, once there is one.

        Raises:
            TooSlow: it is not kept any more.
        """
        while (frame := self._channel.frame(self._place)) is None:
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        self._place += 1
        return frame

    def leave(self) -> None:
        """Read no more."""
        self._channel.listeners.discard(self)

    def wake(self) -> None:
        """Have it look again."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def check(self, first: int) -> None:
        """Know that frames before `first` are not kept any more."""
        if self._place < first and not self.lost.done():
            self.lost.set_result(None)


class Channel:
    """The latest frames of one view.

    Args:
        at: row up to which all is known to those who begin to listen now.
        most_frames: kept; whoever is further behind loses the place.
        most_bytes: of all frames kept, likewise.
    """

    def __init__(
        self, at: int, *, most_frames: int = MOST_FRAMES, most_bytes: int = MOST_BYTES
    ) -> None:
        self.listeners: set[Listener] = set()
        self._frames: deque[Frame] = deque()
        self._first = 0  # place of the first frame kept
        self._begin = at  # everything up to here came before the first frame kept
        self._bytes = 0
        self._most_frames = most_frames
        self._most_bytes = most_bytes

    @property
    def upto(self) -> int:
        """The last row that is in a frame, or came before all of them."""
        return self._frames[-1].upto if self._frames else self._begin

    def put(self, frame: Frame) -> None:
        """Keep a frame and have it read."""
        self._frames.append(frame)
        self._bytes += len(frame.data)
        dropped = False
        while len(self._frames) > self._most_frames or self._bytes > self._most_bytes:
            self._drop()
            dropped = True
        if dropped:
            for listener in self.listeners:
                listener.check(self._first)
        _wake(iter(list(self.listeners)))

    def frame(self, place: int) -> Frame | None:
        """Return the frame at a place, None if it is not there yet.

        Raises:
            TooSlow: it is not kept any more.
        """
        index = place - self._first
        if index < 0:
            raise TooSlow
        return self._frames[index] if index < len(self._frames) else None

    def join(self, after: int) -> Listener | None:
        """Listen from behind a row on; None: what follows it is not kept, or cut elsewhere."""
        before = self._begin
        for index, frame in enumerate(self._frames):
            if before <= after <= frame.since:
                return self._listener(index)
            before = frame.upto
        return self._listener(len(self._frames)) if after >= before else None

    def _listener(self, index: int) -> Listener:
        listener = Listener(self, self._first + index)
        self.listeners.add(listener)
        return listener

    def _drop(self) -> None:
        frame = self._frames.popleft()
        self._begin = frame.upto
        self._bytes -= len(frame.data)
        self._first += 1


def _wake(listeners: Iterable[Listener]) -> None:
    """Wake some, and let others have their turn before the rest."""
    rest = iter(listeners)
    some = list(islice(rest, AT_ONCE))
    for listener in some:
        listener.wake()
    if len(some) == AT_ONCE:
        asyncio.get_running_loop().call_soon(_wake, rest)
