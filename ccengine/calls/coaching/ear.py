"""What a coach is told: that they wait, that they may not hear this call, that it is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.languages import agents_language
from ccengine.core.coaching import AGENT_LEFT, NOT_LED
from ccengine.core.coachings import Unheard
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring

log = structlog.get_logger()

WORDS: Final = {
    Unheard.NO_CALL: Confirmation.COACH_WAITS,
    Unheard.OTHER_CLIENT: Confirmation.COACH_OTHER_CLIENT,
    Unheard.PRIVATE: Confirmation.COACH_PRIVATE,
}
GOODBYES: Final = {
    AGENT_LEFT: Confirmation.COACH_AGENT_AWAY,
    NOT_LED: Confirmation.COACH_NOT_TEAM,
}
SAID_WITHIN_SECONDS: Final = 8.0


class CoachEar:
    """What is said runs beside the session, which is never late for it."""

    def __init__(self, wiring: Wiring, channel: Channel) -> None:
        self._wiring = wiring
        self._channel = channel
        self._acts: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._has_music = False
        self._turn = 0

    async def run(self) -> None:
        """Do what `begin` was given, one after the other, until cancelled."""
        while True:
            act = await self._acts.get()
            try:
                await act()
            except AriError as error:
                log.warning("coach_not_told", channel=self._channel.id, cause=str(error))

    def begin(self, act: Callable[[], Awaitable[None]]) -> None:
        """Have something done beside the session."""
        self._acts.put_nowait(act)

    async def wait(self, why: Unheard) -> None:
        """Say why there is nothing to hear; between calls music follows, else silence."""
        await self.stop()
        self._turn += 1
        turn = self._turn

        async def say() -> None:
            if turn == self._turn:
                await self.say(WORDS[why])
            if turn == self._turn and why is Unheard.NO_CALL:
                self._has_music = True
                await self._channel.start_music("default")

        self.begin(say)

    async def stop(self) -> None:
        """End what is said, and the music."""
        self._turn += 1
        await self._channel.silence()
        if self._has_music:
            self._has_music = False
            await self._channel.stop_music()

    async def say(self, word: Confirmation) -> None:
        """Say it to the end; the coach is in no bridge."""
        language = agents_language(self._wiring)
        media = self._wiring.configuration.prompts.confirmation(word, language)
        with suppress(TimeoutError):
            async with asyncio.timeout(SAID_WITHIN_SECONDS):
                await (await self._channel.play(media)).wait()

    async def say_goodbye(self, reason: str, *, leaked: bool) -> None:
        """Say why it is over, if the coach is there and would wonder."""
        await self.stop()
        if leaked:
            await self.say(Confirmation.UNAVAILABLE)
        elif reason in GOODBYES:
            await self.say(GOODBYES[reason])
