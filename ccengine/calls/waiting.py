"""A caller in line: music while the core decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.race import first_of
from ccengine.core.commands import Connect, DivertCall

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.engine import Mailbox

MUSIC_AFTER_SECONDS = 0.3
"""An agent who answers at once saves the caller a bar of music, and Asterisk a request."""


async def wait_for_agent(
    channel: Channel, mailbox: Mailbox, music: str, *, music_at_once: bool, key: str = ""
) -> Connect | DivertCall | str:
    """Play music until the core connects an agent or sends the caller elsewhere; return which.

    Args:
        channel: the caller's.
        mailbox: the call's.
        music: the class of the music.
        music_at_once: the caller may be hearing music already, from an earlier engine or the
            dialplan's fallback: go on with it, and be sure to stop it.
        key: is returned when the caller presses it; empty: keys mean nothing.
    """
    if not music_at_once:
        try:
            async with asyncio.timeout(MUSIC_AFTER_SECONDS):
                return await _news(channel, mailbox, key)
        except TimeoutError:
            pass
    await channel.start_music(music)
    news = await _news(channel, mailbox, key)
    # Measured on 22.10: music that is not stopped goes on in the bridge, over the talk.
    await channel.stop_music()
    return news


async def next_decision(mailbox: Mailbox) -> Connect | DivertCall:
    """Wait until the core connects the caller or sends them elsewhere."""
    while True:
        command = await mailbox.get()
        if isinstance(command, Connect | DivertCall):
            return command


async def _news(channel: Channel, mailbox: Mailbox, key: str) -> Connect | DivertCall | str:
    if not key:
        return await next_decision(mailbox)
    decision, pressed = await first_of(next_decision(mailbox), _pressed(channel, key))
    return pressed or key if decision is None else decision


async def _pressed(channel: Channel, key: str) -> str:
    while await channel.next_digit() != key:
        pass
    return key
