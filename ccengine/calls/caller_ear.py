"""The caller as a flow's steps see them: plays to the channel, listens for its digits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.calls.race import first_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.asterisk.channels import Channel

LATE_KEY_SECONDS: Final = 2.0
"""Between the last digit and an ending key that nobody waited for."""


class CallerEar:
    """What `ccengine.ivr.caller.Caller` asks for, on a channel of Asterisk's."""

    def __init__(self, channel: Channel, language: str) -> None:
        self._channel = channel
        self._language = language
        self._keys = 0

    @property
    def language(self) -> str:
        """The language prompts are played in."""
        return self._language

    def speak(self, language: str) -> None:
        """Have prompts played in another language from now on."""
        self._language = language

    def keys_taken(self) -> int:
        """Count the keys since it was asked last."""
        count, self._keys = self._keys, 0
        return count

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Play all media; a digit stops them, if `until_digit`, and is returned."""
        if until_digit and self._channel.has_digits:
            return await self._next_digit()
        playback = await self._channel.play(*media)
        if not until_digit:
            await playback.wait()
            return None
        digit, _ = await first_of(self._next_digit(), playback.wait())
        if digit is not None:
            await playback.stop()
        return digit

    async def digit(self, within_seconds: float) -> str | None:
        """Wait for the next digit; None when none came in time."""
        try:
            async with asyncio.timeout(within_seconds):
                return await self._next_digit()
        except TimeoutError:
            return None

    def pass_over(self, digit: str) -> None:
        """Take no notice of this key if it is the next one and comes soon."""
        self._channel.pass_over(digit, LATE_KEY_SECONDS)

    async def _next_digit(self) -> str:
        digit = await self._channel.next_digit()
        self._keys += 1
        return digit

    def forget_digits(self) -> None:
        """Drop digits typed so far."""
        self._channel.clear_digits()
