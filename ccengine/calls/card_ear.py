"""A caller who types a card, alone: their prompts and keys, and what the agent hears of it."""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import TYPE_CHECKING, Final

from ccengine.calls.race import first_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccengine.asterisk.channels import Channel, Playback

KEY_TONE: Final = "tone:!440/120"
"""The same for each key, whichever it is: it tells an agent that somebody types."""

TONE_SECONDS: Final = 0.15

SILENCE: Final = "tone:0/1000"
"""While a caller types, phones send keys in the place of sound. With nothing played either, no time
would pass in the recording's file: what is said later would stand too early in it."""


PLAYBACKS: Final = 6
"""So many names are used in turn: the end of one is told while the next one plays already."""


def playbacks_of(entry: str) -> tuple[str, ...]:
    """Return the playbacks at a caller who types a card, so that a later engine can end them.

    Args:
        entry: the card's.
    """
    return tuple(f"{entry}.{number}" for number in range(PLAYBACKS))


def tones_of(entry: str) -> tuple[str, ...]:
    """Return those at the agent who waits: a tone has no end of its own, and others wait for it."""
    return tuple(f"{entry}.tone{number}" for number in range(PLAYBACKS))


class CardEar:
    """What `ccengine.ivr.card_dialogue.Keypad` asks for. No key is counted, kept or told."""

    def __init__(self, channel: Channel, entry: str, pressed: Callable[[], None]) -> None:
        self._channel = channel
        self._names = cycle(playbacks_of(entry))
        self._silence: Playback | None = None
        self._pressed = pressed

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Play all media; a key stops them, if `until_digit`, and is returned."""
        if until_digit and self._channel.has_digits:
            return await self._next_key()
        await self.end_silence()
        playback = await self._channel.play(*media, playback_id=next(self._names))
        key = None
        if until_digit:
            key, _ = await first_of(self._next_key(), playback.wait())
            if key is not None:
                await playback.stop()
        else:
            await playback.wait()
        self._silence = await self._channel.play(SILENCE, playback_id=next(self._names))
        return key

    async def end_silence(self) -> None:
        """Play nothing any more: the caller hears somebody again."""
        if self._silence is not None:
            silence, self._silence = self._silence, None
            await silence.stop()

    async def digit(self, within_seconds: float) -> str | None:
        """Wait for the next key; None when none came in time."""
        try:
            async with asyncio.timeout(within_seconds):
                return await self._next_key()
        except TimeoutError:
            return None

    async def _next_key(self) -> str:
        key = await self._channel.next_digit()
        self._pressed()
        return key


class KeyTone:
    """Sounds at the agent's ear when a key was pressed; a tone that still sounds is enough."""

    def __init__(self, leg: Channel, entry: str) -> None:
        self._leg = leg
        self._names = cycle(tones_of(entry))
        self._wanted = asyncio.Event()

    def sound(self) -> None:
        """Have a tone sound now."""
        self._wanted.set()

    async def run(self) -> None:
        """Sound tones until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            tone = await self._leg.play(KEY_TONE, playback_id=next(self._names))
            try:
                await asyncio.sleep(TONE_SECONDS)
            finally:
                await tone.stop()
