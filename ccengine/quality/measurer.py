"""Tells the journal what was found in recordings, a little after each was kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.core.ids import CallId
from ccengine.quality.measuring import talks_measured
from ccengine.storage.catching_up import AFTER_START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.events import Event
    from ccengine.core.ids import Instant
    from ccengine.keeping.keeping import Keeping
    from ccengine.storage.records import RecordKeeper

log = structlog.get_logger()

LOOKS_EVERY_SECONDS: Final = 10.0
LOOKS_BACK_SECONDS: Final = 2 * 86_400.0
"""What was kept so long before the engine's start is looked at again: records tell what is new."""
AT_ONCE: Final = 50
SOON_SECONDS: Final = 0.5


class Measurer:
    """Follows what is kept.

    Args:
        keeper: of call records, which know what was told.
        keeping: of recordings.
        post: tells the engine; why it was refused, or empty.
        now: the engine's clock.
    """

    def __init__(
        self,
        keeper: RecordKeeper,
        keeping: Keeping,
        post: Callable[[Event], str],
        now: Callable[[], Instant],
    ) -> None:
        self._keeper = keeper
        self._keeping = keeping
        self._post = post
        self._place = (now() - LOOKS_BACK_SECONDS, "")

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        await asyncio.sleep(AFTER_START_SECONDS)
        while True:
            try:
                found = await self.look()
            except Exception:  # a mistake here must cost no call; the next look tries again
                log.exception("talks_not_measured")
                found = 0
            await asyncio.sleep(SOON_SECONDS if found == AT_ONCE else LOOKS_EVERY_SECONDS)

    async def look(self) -> int:
        """Tell of some more recordings; return how many were looked at."""
        found = await self._keeper.database.quality.kept_after(*self._place, AT_ONCE)
        for call, kept_at, started_at in found:
            try:
                await self._measure(call, started_at)
            except Exception:  # others do not wait for it; after the next start it is tried again
                log.exception("talk_not_measured", call_id=call)
            self._place = (kept_at, call)
        return len(found)

    async def _measure(self, call: str, started_at: Instant) -> None:
        record = await self._keeper.get(CallId(call))
        talks = () if record is None else record.conversations
        if record is None or all(talk.measured_seconds is not None for talk in talks):
            return
        analysis = await self._keeping.analysis_of(call)
        if analysis is not None:
            for event in talks_measured(record, analysis, started_at):
                self._post(event)
