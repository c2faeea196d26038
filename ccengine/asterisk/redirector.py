"""What sessions see of whoever sends a channel on in the dialplan: a port, and its answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class RedirectReply(StrEnum):
    """What became of a request. None of them is an error: the dialplan goes on in any case."""

    DONE = "done"
    AWAY = "away"  #: nobody is there to ask; nothing was sent
    UNTOLD = "untold"  #: it was sent, and nobody said what became of it
    GONE = "gone"  #: there is no such channel, or no longer
    REFUSED = "refused"


class Redirector(Protocol):
    """Sends single channels on that the dialplan has, and ARI has no hand in."""

    @property
    def connected(self) -> bool:
        """Whether a request sent now has somewhere to go."""

    async def redirect(self, channel: str, context: str) -> RedirectReply:
        """Have a channel go on at the beginning of a context, whatever it does now.

        Args:
            channel: its id.
            context: of ours, with an extension `s`.
        """

    async def limit(self, channel: str, seconds: int) -> RedirectReply:
        """Have a channel go on at its context's extension `T` after so long; 0: never.

        At once, whatever it does: by ARI that would wait until a prompt has been heard to its end.
        """
