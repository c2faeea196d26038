"""What a call holds of a bridge: who is in it, its recording, and its one end."""

import asyncio
from collections.abc import Callable

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.events import (
    AriEvent,
    RecordingFailed,
    RecordingFinished,
    RecordingSnapshot,
    RecordingStarted,
)
from ccengine.asterisk.channels import Channel
from ccengine.asterisk.recordings import Recording

_LEAVING_SECONDS = 1.0  # for a channel that we hung up to be out of its bridge
# The real one now and then does not tell the end of a recording that ends with its bridge.
_END_TOLD_WITHIN_SECONDS = 3.0


class Bridge:
    """One bridge, from before it is made until it is destroyed, which happens once."""

    def __init__(self, ari: Ari, bridge_id: str, *, over: Callable[["Bridge"], None]) -> None:
        self.id = bridge_id
        self.is_destroyed = False
        self.passes_keys = False
        """Whether what one presses goes on to the others, as to a machine that was called: what
        agents press in a talk with a caller are codes, and nobody else's."""
        self._ari = ari
        self._over = over
        self._members: dict[str, Channel] = {}
        self._recordings: dict[str, Recording] = {}
        self._destroying = asyncio.Lock()

    @property
    def members(self) -> frozenset[str]:
        """Ids of the channels in it: put in by us, not taken out, not gone."""
        return frozenset(member.id for member in self._present())

    @property
    def open_recordings(self) -> tuple[Recording, ...]:
        """Recordings whose end was not heard of."""
        return tuple(self._recordings.values())

    async def create(self, *, name: str, kind: str = "mixing") -> None:
        """Make it in Asterisk; harmless when that was done."""
        await self._ari.create_bridge(self.id, name=name, kind=kind)

    async def add(self, *channels: Channel) -> bool:
        """Put channels in, all or none; False when one of them, or the bridge, is gone."""
        if any(channel.is_gone for channel in channels):
            return False
        for channel in channels:
            await channel.silence()
        added = await self._ari.add_to_bridge(
            self.id, channel_ids=[c.id for c in channels], absorbs_keys=not self.passes_keys
        )
        if added:
            self.attach(*channels)
        return added

    async def holds(self, channel: Channel) -> bool:
        """Look whether Asterisk has a channel in it."""
        found = await self._ari.bridge(self.id)
        return found is not None and channel.id in found.channel_ids

    def attach(self, *channels: Channel) -> None:
        """Take note of who is in it, after a restart of the engine."""
        self._members.update((channel.id, channel) for channel in channels)

    async def remove(self, channel: Channel) -> None:
        """Take a channel out; it stays ours, and silent."""
        if self._members.pop(channel.id, None) is not None and not channel.is_gone:
            await channel.silence()
            if self.passes_keys:
                await channel.keys.be_over()
            await self._ari.remove_from_bridge(self.id, channel_ids=[channel.id])

    async def record(self, name: str, *, file_format: str = "wav") -> Recording | None:
        """Record what is heard in it; None when it is gone."""
        recording = self.attach_recording(name)
        begun = False
        try:
            begun = await self._ari.record_bridge(self.id, name=name, file_format=file_format)
        finally:
            if not begun:
                del self._recordings[name]
                recording.end(None)
        return recording if begun else None

    def attach_recording(self, name: str) -> Recording:
        """Take note of a recording, before it starts or after a restart of the engine."""
        recording = self._recordings[name] = Recording(self._ari, name)
        return recording

    async def destroy(self) -> None:
        """Empty it, then end it; harmless when that was done."""
        async with self._destroying:
            if self.is_destroyed:
                return
            await self._empty()
            await self._ari.destroy_bridge(self.id)
            self.is_destroyed = True
            self._settle()
            if self._recordings:
                loop = asyncio.get_running_loop()
                loop.call_later(_END_TOLD_WITHIN_SECONDS, self._end_untold)

    def deliver(self, event: AriEvent) -> None:
        """Take note of an event about one of its recordings."""
        match event:
            case RecordingStarted(recording=told):
                if told.name in self._recordings:
                    self._recordings[told.name].started = True
            case RecordingFinished(recording=told) | RecordingFailed(recording=told):
                self.end_recording(told.name, told)
            case _:
                pass

    def end_recording(self, name: str, snapshot: RecordingSnapshot | None) -> None:
        """Take note that a recording ended; None when only its absence was seen."""
        recording = self._recordings.pop(name, None)
        if recording is not None:
            recording.end(snapshot)
            self._settle()

    def _present(self) -> list[Channel]:
        return [member for member in self._members.values() if not member.is_gone]

    async def _empty(self) -> None:
        # Deleting a bridge while a channel in it hangs up has crashed Asterisk.
        try:
            async with asyncio.timeout(_LEAVING_SECONDS):
                for member in self._present():
                    if member.hanging_up:
                        await member.wait_gone()
        except TimeoutError:
            pass
        for member in self._present():
            await self.remove(member)

    def _end_untold(self) -> None:
        for name in list(self._recordings):
            self.end_recording(name, None)

    def _settle(self) -> None:
        # The end of a recording may be told after the end of its bridge.
        if self.is_destroyed and not self._recordings:
            self._over(self)
