"""Recording a channel by MixMonitor, which only the manager can put on a channel that talks.

MixMonitor lives on the channel itself: it follows the caller through bridges, holds and transfers,
and goes on while no engine is there. Its file is true to time: a side that sends nothing is
silent there, and a pause (`MixMonitorMute`) is silence as long as the pause.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from ccengine.asterisk.ami.link import AmiDisconnected, AmiUntold
from ccengine.asterisk.recorder import NARROWBAND, RecorderReply

if TYPE_CHECKING:
    from ccengine.asterisk.ami.link import AmiAnswer

log = structlog.get_logger()

STEREO: Final = "D"
"""Both directions side by side, as 16 bit samples without a header: left what the channel says."""

MEANINGS: Final = {
    "no such channel": RecorderReply.GONE,
    "could not stop monitoring": RecorderReply.IDLE,
    "cannot set mute flag": RecorderReply.IDLE,
}
"""How Asterisk's errors begin, in small letters."""
SAFE_PATH: Final = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_./-]*")
"""MixMonitor tells file, options and a shell command apart by commas: there are none here."""
FORMATS: Final = "CHANNEL(audionativeformat)"
"""What the far end may send: one, or several such as `(ulaw|alaw)`."""
SAFE_CHANNEL: Final = re.compile(r"[0-9A-Za-z_.-]+")


class UnsafeName(ValueError):
    """A name would mean something else to MixMonitor. The message does not repeat it."""


class Link(Protocol):
    """What it needs of the link to the manager."""

    @property
    def connected(self) -> bool:
        """Whether a request sent now has somewhere to go."""

    async def wait_connected(self) -> None:
        """Return as soon as it has."""

    async def ask(self, action: str, **values: str) -> AmiAnswer:
        """Send one action, once."""


class AmiRecorder:
    """Records channels by a link to the manager.

    Args:
        link: held by whoever runs it.
        folder: the recordings folder, as Asterisk sees it.
    """

    def __init__(self, link: Link, folder: str) -> None:
        self._link = link
        self._folder = folder

    @property
    def connected(self) -> bool:
        """Whether a request sent now has somewhere to go."""
        return self._link.connected

    async def wait_connected(self) -> None:
        """Return as soon as it has."""
        await self._link.wait_connected()

    async def start(self, channel: str, recording: str) -> RecorderReply:
        """Record a channel to a file that there is not yet, until it hangs up or this is stopped.

        One whose formats are not all narrowband is refused: its file would be wrong.

        Raises:
            UnsafeName: the path or the channel's id is none of ours.
        """
        if SAFE_PATH.fullmatch(recording) is None or ".." in recording:
            message = "path of a recording"
            raise UnsafeName(message)
        formats = await self._ask("Getvar", channel, Variable=FORMATS)
        if isinstance(formats, RecorderReply):
            return formats
        if not NARROWBAND.issuperset(formats.value.strip("()").split("|")):
            log.error("recording_wideband", channel=channel, formats=formats.value)
            return RecorderReply.WIDEBAND
        file = f"{self._folder}/{recording}"
        return await self._do("MixMonitor", channel, File=file, Options=STEREO)

    async def stop(self, channel: str) -> RecorderReply:
        """End whatever records the channel."""
        return await self._do("StopMixMonitor", channel)

    async def pause(self, channel: str) -> RecorderReply:
        """Let the file get silence, for as long as it lasts; harmless when it is paused."""
        return await self._do("MixMonitorMute", channel, Direction="both", State="1")

    async def resume(self, channel: str) -> RecorderReply:
        """Let the file get both sides again; harmless when it does."""
        return await self._do("MixMonitorMute", channel, Direction="both", State="0")

    async def _do(self, action: str, channel: str, **values: str) -> RecorderReply:
        answer = await self._ask(action, channel, **values)
        return answer if isinstance(answer, RecorderReply) else RecorderReply.DONE

    async def _ask(self, action: str, channel: str, **values: str) -> AmiAnswer | RecorderReply:
        """Return what Asterisk said to an action that it has done, else why it has not."""
        if SAFE_CHANNEL.fullmatch(channel) is None:
            message = "id of a channel"
            raise UnsafeName(message)
        try:
            answer = await self._link.ask(action, Channel=channel, **values)
        except AmiDisconnected:
            return RecorderReply.AWAY
        except AmiUntold:
            log.warning("ami_untold", action_asked=action, channel=channel)
            return RecorderReply.UNTOLD
        if answer.success:
            return answer
        for begins, meaning in MEANINGS.items():
            if answer.message.lower().startswith(begins):
                return meaning
        log.warning("ami_refused", action_asked=action, channel=channel, cause=answer.message)
        return RecorderReply.REFUSED
