"""Sends a channel on by the manager: ARI can move only what it has already, and waits for prompts.

Measured: 0.6 to 1.2 ms until the answer, and the channel is on its way by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ami.link import AmiDisconnected, AmiUntold
from ccengine.asterisk.ami.recorder import SAFE_CHANNEL, UnsafeName
from ccengine.asterisk.redirector import RedirectReply

if TYPE_CHECKING:
    from ccengine.asterisk.ami.recorder import Link

log = structlog.get_logger()

LIMIT: Final = "TIMEOUT(absolute)"
"""Of a channel in the dialplan: what is left of its time."""

GONE: Final = ("channel does not exist", "redirect failed, channel not up", "no such channel")
"""How Asterisk's errors begin, in small letters."""


class AmiRedirector:
    """Redirects channels by a link to the manager, which whoever made it holds."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def connected(self) -> bool:
        """Whether a request sent now has somewhere to go."""
        return self._link.connected

    async def redirect(self, channel: str, context: str) -> RedirectReply:
        """Have a channel go on at the beginning of a context, whatever it does now.

        Raises:
            UnsafeName: one of the two would mean something else in the protocol.
        """
        if not (SAFE_CHANNEL.fullmatch(channel) and SAFE_CHANNEL.fullmatch(context)):
            message = "channel or context of a redirect"
            raise UnsafeName(message)
        return await self._ask("Redirect", channel, Context=context, Exten="s", Priority="1")

    async def limit(self, channel: str, seconds: int) -> RedirectReply:
        """Have a channel go on at its context's extension `T` after so long; 0: never.

        Raises:
            UnsafeName: the channel would mean something else in the protocol.
        """
        if not SAFE_CHANNEL.fullmatch(channel):
            message = "channel of a limit"
            raise UnsafeName(message)
        return await self._ask("Setvar", channel, Variable=LIMIT, Value=str(seconds))

    async def _ask(self, action: str, channel: str, **values: str) -> RedirectReply:
        try:
            answer = await self._link.ask(action, Channel=channel, **values)
        except AmiDisconnected:
            return RedirectReply.AWAY
        except AmiUntold:
            log.warning("ami_untold", action_asked=action, channel=channel)
            return RedirectReply.UNTOLD
        if answer.success:
            return RedirectReply.DONE
        if answer.message.lower().startswith(GONE):
            return RedirectReply.GONE
        log.warning("ami_refused", action_asked=action, channel=channel, cause=answer.message)
        return RedirectReply.REFUSED
