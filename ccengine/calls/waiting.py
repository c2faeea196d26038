"""A caller in line: music while the core decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.commands import Connect, DivertCall

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.engine import Mailbox

MUSIC_AFTER_SECONDS = 0.3
"""An agent who answers at once saves the caller a bar of music, and Asterisk a request."""


async def wait_for_agent(
    channel: Channel, mailbox: Mailbox, music: str, *, music_at_once: bool
) -> Connect | DivertCall:
    """Play music until the core connects an agent or sends the caller elsewhere; return which.

    Args:
        music_at_once: the caller may be hearing music already, from an earlier engine or the
            dialplan's fallback: go on with it, and be sure to stop it.
    """
    if not music_at_once:
        try:
            async with asyncio.timeout(MUSIC_AFTER_SECONDS):
                return await _next_decision(mailbox)
        except TimeoutError:
            pass
    await channel.start_music(music)
    decision = await _next_decision(mailbox)
    # Measured on 22.10: music that is not stopped goes on in the bridge, over the talk.
    await channel.stop_music()
    return decision


async def _next_decision(mailbox: Mailbox) -> Connect | DivertCall:
    while True:
        command = await mailbox.get()
        if isinstance(command, Connect | DivertCall):
            return command
