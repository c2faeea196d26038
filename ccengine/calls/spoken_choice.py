"""A menu by key or by voice: whichever comes first. Whatever fails of the voice, keys work on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.caller_sound import CannotListen
from ccengine.asterisk.channels import Channel
from ccengine.calls.race import first_of
from ccengine.ivr.recogniser import Recogniser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.caller_ear import CallerEar
    from ccengine.ivr.recogniser import Listener, Phrases

log = structlog.get_logger()

NO_KEY = ""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What it takes to understand callers."""

    recogniser: Recogniser
    sound_of: Callable[[Channel], AbstractAsyncContextManager[AsyncIterator[bytes]]]
    """Opens what a channel's caller says, as 16-bit samples at 8,000 Hz."""


class SpokenChoice:
    """One caller at menus that may be answered by voice.

    Args:
        channel: the caller's.
        ear: the same, as steps see it.
        hearing: what it takes to understand them.
    """

    def __init__(self, channel: Channel, ear: CallerEar, hearing: Hearing) -> None:
        self._channel = channel
        self._ear = ear
        self._hearing = hearing

    async def choose(self, media: Sequence[str], seconds: float, phrases: Phrases) -> str | None:
        """Play, and return the key that is pressed or said; None: none in time."""
        if not self._hearing.recogniser.understands(self._ear.language):
            return await self._pressed(media, seconds) or None
        pressed, said = await first_of(self._pressed(media, seconds), self._said(phrases))
        if pressed is None:
            await self._channel.silence()
            return said
        return pressed or None

    async def _pressed(self, media: Sequence[str], seconds: float) -> str:
        digit = await self._ear.play(media, until_digit=True)
        return digit or await self._ear.digit(seconds) or NO_KEY

    async def _said(self, phrases: Phrases) -> str:
        """Return a key that was said; waits for ever where nothing can be heard."""
        try:
            async with (
                self._hearing.recogniser.open(self._ear.language, phrases) as listener,
                self._hearing.sound_of(self._channel) as sound,
            ):
                _, key = await first_of(_feed(listener, sound), _believed(listener, phrases))
                if key is not None:
                    log.info("menu_spoken", channel=self._channel.id, key=key)
                    return key
        except CannotListen as error:
            log.warning("caller_not_heard", channel=self._channel.id, cause=str(error))
        except Exception:
            # A recogniser's fault must not cost a caller the menu.
            log.exception("caller_not_heard", channel=self._channel.id)
        return await _never()


async def _feed(listener: Listener, sound: AsyncIterator[bytes]) -> str:
    async for samples in sound:
        listener.feed(samples)
    return await _never()  # what was said before the sound ended may still be understood


async def _believed(listener: Listener, phrases: Phrases) -> str:
    while True:
        key = await listener.choice()
        if key in phrases:
            return key


async def _never() -> str:
    await asyncio.Event().wait()
    return NO_KEY
