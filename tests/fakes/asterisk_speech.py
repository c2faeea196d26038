"""What comes from far ends: packets, speech, and what is told of it where it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.asterisk_model import FakeChannel


class FakeSpeech:
    """Talk detection."""

    def __init__(self, emit: Callable[..., None]) -> None:
        self._emit = emit

    def speak(self, channel: FakeChannel, *, on: bool = True) -> None:
        """Have the far end speak, or be silent."""
        if channel.speaks is not on:
            channel.speaks = on
            self._tell(channel)

    def listen(self, channel: FakeChannel, *, on: bool) -> None:
        """Tell of it from now on, or no more."""
        channel.listened = on
        if on and channel.speaks:
            self._tell(channel)

    def _tell(self, channel: FakeChannel) -> None:
        if channel.listened:
            kind = "ChannelTalkingStarted" if channel.speaks else "ChannelTalkingFinished"
            self._emit(kind, channel=channel.as_json())
