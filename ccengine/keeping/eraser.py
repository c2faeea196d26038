"""Erases recordings whose time is over, or which somebody wants gone; nothing that is on hold."""

from __future__ import annotations

import asyncio
from glob import escape
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.keeping import KeepingRules
from ccengine.keeping.errands import remove_one
from ccengine.keeping.keys import NO_CLIENT, sync_folder
from ccengine.reporting.instants import day_folder, utc_text
from ccengine.storage.audit import AuditEntry
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.keeping.house import House
    from ccengine.storage.kept import KeptRecording

log = structlog.get_logger()

EXPIRY_SECONDS: Final = 3_600.0
EXPIRED_AT_ONCE: Final = 500
ACTOR: Final = "retention"
"""In the audit: nobody but a client's rule."""
MOVED_SECONDS: Final = 5.0
"""Then it is looked again whether a move has ended."""
DAY_SECONDS: Final = 86_400.0


class Eraser:
    """Takes sound away, here and in stores. What became of it stays known."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._next_expiry = 0.0

    async def expire(self) -> None:
        """Once an hour: have erased what clients' rules let go, as they are now."""
        now = self._house.now()
        if now < self._next_expiry:
            return
        self._next_expiry = now + EXPIRY_SECONDS
        kept = self._house.database.kept
        for client, queue in await kept.queues():
            rules = self._house.rules(client)
            days = (rules or KeepingRules()).days_of(queue)
            # A client that is gone left its rules with what was kept by then.
            await kept.expire(client, queue, days, unknown=rules is None)
        while expired := await kept.expired(now, EXPIRED_AT_ONCE):
            for row in expired:
                await self._let_go(row, now)

    async def _let_go(self, row: KeptRecording, now: float) -> None:
        days = round(((row.expires_at or now) - row.started_at) / DAY_SECONDS)
        because = f"kept for {days} days"
        if not await self._house.database.kept.begin_to_erase(row.call, because):
            return
        entry = AuditEntry(
            at=now,
            actor=ACTOR,
            role=ACTOR,
            operation="eraseRecording",
            target=f"recording {row.call}",
            before={"sha256": row.sha256, "started_at": utc_text(row.started_at)},
            after={"because": because},
        )
        await self._house.database.audit.add(entry)

    async def erase(self, row: KeptRecording) -> None:
        """Erase what is being erased, here and in its store; some seconds later, while it is moved.

        Raises:
            StoreFailed: the store may have it still.
            OSError: it is here still.
        """
        if row.hold_reason is not None:  # nobody can put it on hold by now, but a fault of ours
            message = f"{row.call} is on hold"
            raise PermissionError(message)
        kept = self._house.database.kept
        if row.call in self._house.moving:  # what is put there after it was removed would stay
            later = {"next_at": self._house.now() + MOVED_SECONDS}
            await kept.change(row.call, [KeptState.ERASING], later)
            return
        await asyncio.to_thread(self._remove, row)
        for place, item in self._house.places_of(row):
            await self._house.mover.run(remove_one, place, item)
        values = {
            "state": KeptState.ERASED,
            "erased_at": self._house.now(),
            "picture": None,
            "cleared": True,
            "put_to": [],
            "stored": None,
            "attempts": 0,
            "detail": "",
        }
        await kept.change(row.call, [KeptState.ERASING], values)
        log.info("recording_erased", call_id=row.call, client=row.client, cause=row.erased_because)

    def clear(self, row: KeptRecording) -> None:
        """Remove Asterisk's files, and the sealed one if its store has it."""
        for file in self._spool(row):
            file.unlink(missing_ok=True)
        sealed = self._house.sealed(row)
        if row.stored is not None and sealed is not None:
            sealed.unlink(missing_ok=True)

    def _remove(self, row: KeptRecording) -> None:
        self.clear(row)
        folders = self._house.folders
        client = row.client or NO_CLIENT
        folder = folders.kept / row.tenant / client / day_folder(row.started_at)
        name = escape(row.call)
        patterns = (f"{name}.json", f"{name}.json.sig", f"{name}.*.age")
        for place, wanted in ((folder, patterns), (folders.drafts, (f"{name}.*",))):
            for pattern in wanted:
                for file in place.glob(pattern):
                    file.unlink(missing_ok=True)
        if folder.is_dir():
            sync_folder(folder)

    def _spool(self, row: KeptRecording) -> Iterator[Path]:
        """Yield Asterisk's files of a call, where the client's are."""
        spool = self._house.folders.spool
        own = (spool / row.tenant / row.client).resolve()
        for path in row.spool:
            file = (spool / path).resolve()
            if file.is_relative_to(own):
                yield file
