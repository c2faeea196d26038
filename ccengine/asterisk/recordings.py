"""What a session holds of a recording of a bridge or a channel, from before it starts."""

import asyncio

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.events import RecordingSnapshot


class Recording:
    """One recording, until its file is complete."""

    def __init__(self, ari: Ari, name: str) -> None:
        self.name = name
        self.started = False
        self.is_asked_for = False  #: Asterisk has taken the request
        self._ari = ari
        self._ended: asyncio.Future[RecordingSnapshot | None] = (
            asyncio.get_running_loop().create_future()
        )

    @property
    def is_over(self) -> bool:
        """The file is complete, or there will be none."""
        return self._ended.done()

    async def stop(self) -> bool:
        """End it and keep the file; False when it had ended."""
        return await self._ari.stop_recording(self.name)

    async def wait(self) -> RecordingSnapshot | None:
        """Wait for the end; None when it came while we were deaf."""
        return await asyncio.shield(self._ended)

    def end(self, snapshot: RecordingSnapshot | None) -> None:
        """Take note of the end; the first one counts."""
        if not self._ended.done():
            self._ended.set_result(snapshot)
