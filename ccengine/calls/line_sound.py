"""What a caller in line hears: music, or something said in its place, or silence.

Measured on 22.10: a prompt takes the music's place at once, and music does not come back by itself
at its end; what is asked for while a prompt plays is done after it. So the prompt is stopped first,
then the music, and then the caller may be joined with somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.asterisk.channels import Channel, PlaybackEnd

TURNS = 2
"""Ids of playbacks in line, used in turn: the next engine knows them without being told."""


class LineSound:
    """One channel's sound. Each method may be cancelled; `stop` then still ends all of it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._inherited = False
        self._music: str | None = None  #: that plays, or may
        self._plays = False  #: certainly
        self._said = 0

    def inherit(self) -> None:
        """Take note that music or words may be on the channel that were not begun here."""
        self._inherited = True

    async def play_music(self, music_class: str) -> None:
        """Go on with the music, or begin it; in the place of other music."""
        if self._plays and self._music == music_class:
            return
        if self._music not in (None, music_class):
            await self._channel.stop_music()
        self._music = music_class
        await self._channel.start_music(music_class)
        self._plays = True

    async def say(self, media: Sequence[str]) -> PlaybackEnd:
        """Say something in the music's place; when it is over there is silence."""
        self._said, self._plays = (self._said + 1) % TURNS, False
        playback = await self._channel.play(*media, playback_id=self._id(self._said))
        ended = await playback.wait()
        self._music = None
        return ended

    async def hush(self) -> None:
        """End what is being said."""
        await self._channel.silence()

    async def give_way(self) -> None:
        """End what is being said; what somebody else says now takes the music's place."""
        await self._channel.silence()
        self._plays = False

    async def stop(self) -> None:
        """Have silence: the caller is about to be joined, or sent elsewhere."""
        await self._channel.silence()
        if self._inherited:
            for turn in range(TURNS):
                await self._channel.ari.stop_playback(self._id(turn))
        if self._inherited or self._music is not None:
            await self._channel.stop_music()
        self._inherited, self._music, self._plays = False, None, False

    def _id(self, turn: int) -> str:
        return f"{self._channel.id}.said-{turn}"
