"""The moment at which two channels are in one bridge."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from ccengine.asterisk.ari.events import ChannelEnteredBridge

if TYPE_CHECKING:
    from types import TracebackType

    from ccengine.asterisk.router import Move, Router


class Meeting:
    """Watches two channels for as long as the block."""

    def __init__(self, router: Router, *channels: str) -> None:
        self._router = router
        self._channels = channels
        self._in: dict[str, str] = {}
        self._met: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def __enter__(self) -> Self:
        for channel in self._channels:
            self._router.watch_moves(channel, self._moved)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for channel in self._channels:
            self._router.unwatch_moves(channel, self._moved)

    @property
    def has_been(self) -> bool:
        """They have met, whatever came then."""
        return self._met.done()

    async def wait(self) -> float:
        """Return when they met, by the loop's clock."""
        return await asyncio.shield(self._met)

    def _moved(self, move: Move) -> None:
        if isinstance(move, ChannelEnteredBridge):
            self._in[move.channel.id] = move.bridge.id
        else:
            self._in.pop(move.channel.id, None)
        bridges = {self._in.get(channel) for channel in self._channels}
        if len(bridges) == 1 and None not in bridges and not self._met.done():
            self._met.set_result(asyncio.get_running_loop().time())
