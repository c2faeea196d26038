"""Moves kept recordings to clients' stores: put there, read back, and only then removed here.

A store that is away is asked again, later and later; recordings wait here meanwhile, and can be
heard. Another client's store is another matter, and so is one recording that cannot be read here:
it is tried again, and the others are moved.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.secret_files import SecretMissing
from ccengine.keeping.errands import move_one
from ccengine.keeping.faults import SealedChanged
from ccengine.keeping.order import Move
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from ccengine.config.keeping import Store
    from ccengine.keeping.house import House
    from ccengine.storage.kept import KeptRecording

log = structlog.get_logger()

POLL_SECONDS: Final = 10.0
AT_ONCE: Final = 50
BACKOFF_SECONDS: Final = (10.0, 30.0, 120.0, 600.0, 1_800.0)
"""Between one try of a store, or of a recording, and the next; the last of them again and again."""
DETAIL: Final = 255
NOTHING_PUT: Final = (SealedChanged, SecretMissing)
"""Found before the store was asked for anything."""


class Mover:
    """Sees to all clients' stores, one recording after another."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._away: dict[str, int] = {}  #: tries in vain, by client
        self._next_at: dict[str, float] = {}

    @property
    def away(self) -> frozenset[str]:
        """The clients whose stores do not take what they are given."""
        return frozenset(self._away)

    async def run(self) -> None:
        """Move what there is, for ever."""
        while True:
            try:
                more = await self.turn()
            except Exception as error:  # whatever it is: calls go on, and it is tried again
                log.exception("moving_failed", cause=str(error))
                more = False
            if not more:
                await asyncio.sleep(POLL_SECONDS)

    async def turn(self) -> bool:
        """Move what can be moved now; tell whether there may be more."""
        more = False
        for client in list(self._house.tenant().clients):
            rules = self._house.rules(client)
            if rules is not None and rules.store is not None:
                more = await self._serve(client, rules.store) or more
        return more

    async def _serve(self, client: str, store: Store) -> bool:
        now = self._house.now()
        if now < self._next_at.get(client, 0.0):
            return False
        rows = await self._house.database.kept.to_move([client], now, AT_ONCE)
        for row in rows:
            if not await self._move(row, store):
                return False
        return len(rows) == AT_ONCE

    async def _move(self, row: KeptRecording, store: Store) -> bool:
        """Move one; tell whether its store may take others now."""
        place = self._house.place(row.client)
        if place is None or row.file is None or row.sealed_sha256 is None:
            return True
        what = Move(
            place=place,
            prefix=store.prefix,
            kept=self._house.folders.kept,
            file=row.file,
            sha256=row.sealed_sha256,
        )
        self._house.moving.add(row.call)
        try:
            return await self._put(row, what)
        finally:
            self._house.moving.discard(row.call)

    async def _put(self, row: KeptRecording, what: Move) -> bool:
        kept = self._house.database.kept
        # Before anything is there: whatever happens now, who erases it knows where it may be.
        put_to = list(dict.fromkeys([*row.put_to, what.stored]))
        if not await kept.change(row.call, [KeptState.KEPT], {"put_to": put_to}):
            return True  # it is being erased by now
        try:
            stored = await self._house.mover.run(move_one, what)
        except Exception as error:
            await self._missed(row, error)
            if _is_of_this_one(error):
                return True
            self._leave(row.client)
            return False
        self._away.pop(row.client, None)
        # The keeper removes the file here, also if we are killed now.
        values = {"stored": stored, "cleared": False, "detail": "", "attempts": 0}
        if await kept.change(row.call, [KeptState.KEPT], values):
            log.info("recording_moved", call_id=row.call, client=row.client, bytes=row.sealed_bytes)
        return True

    async def _missed(self, row: KeptRecording, error: Exception) -> None:
        wait = BACKOFF_SECONDS[min(row.attempts, len(BACKOFF_SECONDS) - 1)]
        cause = str(error) or type(error).__name__
        log.warning(
            "recording_not_moved",
            call_id=row.call,
            client=row.client,
            cause=cause,
            attempts=row.attempts + 1,
        )
        values = {
            "attempts": row.attempts + 1,
            "next_at": self._house.now() + wait,
            "detail": cause[:DETAIL],
        }
        if isinstance(error, NOTHING_PUT):
            values["put_to"] = list(row.put_to)
        await self._house.database.kept.change(row.call, [KeptState.KEPT], values)

    def _leave(self, client: str) -> None:
        """Leave a client's store alone for a while."""
        attempts = self._away.get(client, 0)
        self._away[client] = attempts + 1
        wait = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS) - 1)]
        self._next_at[client] = self._house.now() + wait


def _is_of_this_one(error: Exception) -> bool:
    """Tell whether others could be moved all the same: the network's errors are the store's."""
    if isinstance(error, (ConnectionError, TimeoutError)):
        return False
    return isinstance(error, (SealedChanged, OSError))
