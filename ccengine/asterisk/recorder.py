"""What sessions see of whoever records channels: a port, and its answers."""

from __future__ import annotations

from asyncio import Event
from enum import StrEnum
from typing import Final, Protocol

NARROWBAND: Final = frozenset(
    {"ulaw", "alaw", "gsm", "g723", "g726", "g726aal2", "g729", "adpcm", "ilbc", "lpc10", "slin"}
    | {"speex", "codec2", "amr"}
)
"""Formats of 8000 samples a second, by Asterisk's names: only channels of these are recorded.

Of any other, side by side, Asterisk 22 writes the first 160 samples of each 20 ms: what the channel
says is too slow in the file, and half of it is missing.
"""


class RecorderReply(StrEnum):
    """What became of a request. None of them is an error: the call goes on in any case."""

    DONE = "done"
    AWAY = "away"  #: nobody is there to ask; nothing was sent
    UNTOLD = "untold"  #: it was sent, and nobody said what became of it
    GONE = "gone"  #: there is no such channel, or no longer
    IDLE = "idle"  #: nothing records the channel
    REFUSED = "refused"
    WIDEBAND = "wideband"  #: the channel has more than 8000 samples a second; nothing was begun


SURELY_OFF: Final = frozenset({RecorderReply.DONE, RecorderReply.IDLE, RecorderReply.GONE})
"""After a stop that was answered so, nothing records the channel."""


class Recorder(Protocol):
    """Records single channels: left what a channel says, right what it hears, true to time."""

    @property
    def connected(self) -> bool:
        """Whether a request sent now has somewhere to go."""

    async def wait_connected(self) -> None:
        """Return as soon as it has."""

    async def start(self, channel: str, recording: str) -> RecorderReply:
        """Record a channel to a file that there is not yet, until it hangs up or this is stopped.

        Args:
            channel: its id.
            recording: path below the recordings folder, with ending.
        """

    async def stop(self, channel: str) -> RecorderReply:
        """End whatever records the channel."""

    async def pause(self, channel: str) -> RecorderReply:
        """Let the file get silence, for as long as it lasts; harmless when it is paused."""

    async def resume(self, channel: str) -> RecorderReply:
        """Let the file get both sides again; harmless when it does."""


class NoRecorder:
    """Where there is nobody who records."""

    connected = False

    async def wait_connected(self) -> None:
        """Wait for ever."""
        await Event().wait()

    async def start(self, channel: str, recording: str) -> RecorderReply:
        """Do nothing."""
        del channel, recording
        return RecorderReply.AWAY

    async def stop(self, channel: str) -> RecorderReply:
        """Do nothing."""
        del channel
        return RecorderReply.AWAY

    pause = resume = stop
