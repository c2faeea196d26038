"""A snoop: a channel of Asterisk's own that listens at another, and may whisper there."""

import asyncio
from contextlib import suppress
from typing import Final

from ccengine.asterisk.ari.sender import Sender, segment
from ccengine.asterisk.channels import Channel, Gone
from ccengine.asterisk.router import Router

NAME: Final = "Snoop/"
ENTER_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 10.0


async def snoop(
    router: Router, channel_id: str, snoop_id: str, *, spy: str, whisper: str
) -> Channel | None:
    """Make a snoop at a channel, and wait until it is with us; None: the channel is gone.

    Args:
        router: gives the handle.
        channel_id: at whom.
        snoop_id: of the new channel; never used twice.
        spy: `in`, `out`, `both` or `none`: which of its two streams is heard.
        whisper: likewise, where what is said into the snoop comes out.

    Raises:
        AriError: Asterisk refused, or does not say.
    """
    made = router.channel(snoop_id)
    ari = router.ari
    sender = Sender(ari.transport, patience_seconds=PATIENCE_SECONDS, may_send=ari.may_send)
    query = {"app": ari.app, "spy": spy, "whisper": whisper}
    path = f"channels/{segment(channel_id)}/snoop/{segment(snoop_id)}"
    if not await sender.done("POST", path, query):
        made.end(Gone(0, "nobody to listen to"))
        return None
    with suppress(TimeoutError):
        async with asyncio.timeout(ENTER_SECONDS):
            await made.entered()
    return made if made.is_up else None


def target_of(name: str) -> str:
    """Return at whom a snoop listens, by the name that Asterisk gave it; empty: it is none."""
    if not name.startswith(NAME):
        return ""
    return name.removeprefix(NAME).rpartition("-")[0]
