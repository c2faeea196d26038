"""What looks after the recordings that go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.recording_watch import RecordingWatch
from ccengine.calls.spool_thread import SpoolThread

if TYPE_CHECKING:
    from ccengine.calls.recordings import Recordings
    from ccengine.calls.wiring import Wiring
    from ccengine.config.settings import Settings


async def watch_recordings(wiring: Wiring, recordings: Recordings, settings: Settings) -> None:
    """Look at the recordings of all talks until cancelled."""
    files = SpoolThread(wiring.engine.clock.now)
    watch = RecordingWatch(
        wiring,
        recordings,
        files,
        look_seconds=settings.gap_look_seconds,
        unheard_seconds=settings.unheard_seconds,
    )
    wiring.engine.observe(watch.observe)
    try:
        await watch.run()
    finally:
        files.close()
