"""A caller in line: music while the core decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.commands import Connect

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.engine import Mailbox

MUSIC_AFTER_SECONDS = 0.3
"""An agent who answers at once saves the caller a bar of music, and Asterisk a request."""


async def wait_for_agent(channel: Channel, mailbox: Mailbox, music: str) -> Connect:
    """Play music until the core connects an agent; return whom.

    The music goes on until the channel is bridged, so a caller never hears silence.
    """
    try:
        async with asyncio.timeout(MUSIC_AFTER_SECONDS):
            return await _next_connect(mailbox)
    except TimeoutError:
        await channel.start_music(music)
    return await _next_connect(mailbox)


async def _next_connect(mailbox: Mailbox) -> Connect:
    while True:
        command = await mailbox.get()
        if isinstance(command, Connect):
            return command
