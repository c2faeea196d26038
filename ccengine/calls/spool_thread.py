"""Looks at files that are being recorded, beside the loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from ccengine.storage.spool import SpoolLook, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ccengine.core.ids import CallId, Instant

    Wanted = Mapping[CallId, tuple[Path, int]]


class SpoolReader(Protocol):
    """Who looks at files."""

    async def look(self, wanted: Wanted) -> dict[CallId, SpoolLook]:
        """Look at each call's file, past the frames that were seen before. Absent: no file."""
        ...


class SpoolThread:
    """Looks at files on a thread of its own: they may be slow, and are not small."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._thread = ThreadPoolExecutor(1, "recordings")

    async def look(self, wanted: Wanted) -> dict[CallId, SpoolLook]:
        """Look at each call's file, past the frames that were seen before. Absent: no file."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._look, dict(wanted))

    def close(self) -> None:
        """End the thread; a look that goes on is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _look(self, wanted: Wanted) -> dict[CallId, SpoolLook]:
        seen = {call: look_at(file, frames, self._now) for call, (file, frames) in wanted.items()}
        return {call: look for call, look in seen.items() if look is not None}
