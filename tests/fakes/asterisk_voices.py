"""Callers who say something while they are recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.asterisk_model import FakeChannel, FakeRecording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.asterisk_world import FakeWorld


class FakeVoices:
    """Recordings of channels: ended by a key, by silence, by their limit, or with the channel."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self.speaks_seconds = 4.0  #: everybody, before they fall silent

    def record(self, channel: FakeChannel, query: Mapping[str, str]) -> FakeRecording:
        """Begin to record; the tone is not counted."""
        loop = asyncio.get_running_loop()
        recording = FakeRecording(query["name"], query["format"], "", loop.time(), of=channel.id)
        silence, limit = float(query["maxSilenceSeconds"]), float(query["maxDurationSeconds"])
        self._world.record(recording)
        loop.call_later(min(self.speaks_seconds + silence, limit), self._end, recording)
        return recording

    def gone(self, channel_id: str) -> None:
        """The channel says nothing more: a key was pressed on it, or it is gone."""
        for recording in list(self._world.recordings.values()):
            if recording.of == channel_id:
                self._end(recording)

    def _end(self, recording: FakeRecording) -> None:
        if recording.state == "recording":
            self._world.end_recording(recording)
