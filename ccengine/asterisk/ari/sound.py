"""What Asterisk can tell of a channel's sound: packets that came, and whether somebody speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.asterisk.ari.errors import AriRefused
from ccengine.asterisk.ari.sender import Sender, segment

if TYPE_CHECKING:
    from ccengine.asterisk.ari.client import Ari

SILENCE_MS: Final = 1000
"""So long nobody speaks before it is told that nobody does."""
LOUDNESS: Final = 256
"""Of 16-bit samples, on average: what is louder is speech."""
_TALK_DETECT: Final = "TALK_DETECT"


class SoundOfChannels:
    """Asks about channels, without patience: who looks every few seconds looks again."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._sender = Sender(ari.transport, patience_seconds=0.0, may_send=ari.may_send)

    async def packets(self, channel_id: str) -> int | None:
        """Return how many packets of sound have come from its far end; None: it is not known.

        Channels without RTP, such as those of pages and snoops, have none.
        """
        try:
            body = await self._sender.get(f"channels/{segment(channel_id)}/rtp_statistics")
        except AriRefused:  # 403, "Unsupported channel type"
            return None
        count = body.get("rxcount") if isinstance(body, dict) else None
        return count if type(count) is int else None

    async def listen(self, channel_id: str) -> bool:
        """Have it told when its far end speaks, from now on; False: it is gone."""
        name, value = f"{_TALK_DETECT}(set)", f"{SILENCE_MS},{LOUDNESS}"
        return await self._ari.set_variable(channel_id, name=name, value=value)

    async def stop_listening(self, channel_id: str) -> bool:
        """Have that told no more; False: it is gone."""
        return await self._ari.set_variable(channel_id, name=f"{_TALK_DETECT}(remove)", value="")
