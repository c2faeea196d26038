"""Brings each event to the handle it is about, and mends the handles after a deaf moment."""

from dataclasses import dataclass

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.events import (
    ApplicationReplaced,
    AriEvent,
    BridgeDestroyed,
    BridgeSnapshot,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelLeftBridge,
    ChannelSnapshot,
    ChannelStateChange,
    Dial,
    EndpointStateChange,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
    StasisStart,
    UnknownEvent,
)
from ccengine.asterisk.bridges import Bridge
from ccengine.asterisk.channels import Channel, Gone, PlaybackEnd


@dataclass(frozen=True, slots=True)
class Resync:
    """What is in Asterisk now; what no handle stands for is to be adopted or ended."""

    channels: tuple[ChannelSnapshot, ...]
    bridges: tuple[BridgeSnapshot, ...]


class Router:
    """Handles by id. One leaves by itself when its channel is gone or its bridge destroyed."""

    def __init__(self, ari: Ari) -> None:
        self.ari = ari
        self._channels: dict[str, Channel] = {}
        self._bridges: dict[str, Bridge] = {}
        self._listening: set[str] = set()

    async def listen(self, endpoint: str) -> None:
        """Be told of all channels of an endpoint; asked for once per connection."""
        if endpoint not in self._listening:
            self._listening.add(endpoint)
            await self.ari.subscribe_endpoint(endpoint)

    def channel(self, channel_id: str, snapshot: ChannelSnapshot | None = None) -> Channel:
        """Give the handle of a channel, a new one if need be: before the channel is made."""
        channel = self._channels.get(channel_id)
        if channel is None:
            channel = Channel(self.ari, channel_id, over=self._drop_channel, snapshot=snapshot)
            self._channels[channel_id] = channel
        return channel

    def find(self, channel_id: str) -> Channel | None:
        """Give the handle of a channel if there is one."""
        return self._channels.get(channel_id)

    def bridge(self, bridge_id: str) -> Bridge:
        """Give the handle of a bridge, a new one if need be."""
        bridge = self._bridges.get(bridge_id)
        if bridge is None:
            bridge = Bridge(self.ari, bridge_id, over=self._drop_bridge)
            self._bridges[bridge_id] = bridge
        return bridge

    def forget(self, channel_id: str) -> None:
        """Let go of a channel that lives on without us."""
        self._channels.pop(channel_id, None)

    def deliver(self, event: AriEvent) -> bool:
        """Hand an event to its handle; False when no handle stands for what it is about."""
        match event:
            case (
                StasisStart()
                | StasisEnd()
                | ChannelDestroyed()
                | ChannelHangupRequest()
                | ChannelStateChange()
                | ChannelDtmfReceived()
                | ChannelEnteredBridge()
                | ChannelLeftBridge()
            ):
                return self._to_channel(event.channel.id, event)
            case PlaybackStarted() | PlaybackFinished():
                return self._to_channel(event.playback.target_uri.removeprefix("channel:"), event)
            case Dial():
                return self._to_channel(event.peer.id, event)
            case RecordingStarted() | RecordingFinished() | RecordingFailed():
                return self._to_bridge(event.recording.target_uri.removeprefix("bridge:"), event)
            case BridgeDestroyed():
                return self._to_bridge(event.bridge.id, event)
            case ApplicationReplaced() | EndpointStateChange() | UnknownEvent():
                return False

    async def resync(self) -> Resync:
        """Compare the handles with Asterisk after a connect, and tell them what they missed."""
        self._listening.clear()
        # Only what Asterisk knew of before it was asked can be missing from its answer.
        suspects = [channel for channel in self._channels.values() if channel.confirmed]
        recorded = [(b, r) for b in self._bridges.values() for r in b.open_recordings]
        found = Resync(await self.ari.channels(), await self.ari.bridges())
        alive = {snapshot.id: snapshot for snapshot in found.channels}
        for channel in suspects:
            await self._mend(channel, alive.get(channel.id))
        for bridge, recording in recorded:
            if await self.ari.live_recording(recording.name) is None:
                bridge.end_recording(recording.name, None)
        return found

    async def _mend(self, channel: Channel, snapshot: ChannelSnapshot | None) -> None:
        ours = snapshot is not None and snapshot.in_app(self.ari.app)
        if snapshot is None or (channel.is_up and not ours):
            channel.end(Gone(0, "lost"))
            return
        if ours:
            channel.enter(snapshot)
        for playback in channel.open_playbacks:
            if await self.ari.playback(playback.id) is None:
                channel.end_playback(playback.id, PlaybackEnd.DONE)

    def _to_channel(self, channel_id: str, event: AriEvent) -> bool:
        channel = self._channels.get(channel_id)
        if channel is None:
            return False
        channel.deliver(event)
        return True

    def _to_bridge(self, bridge_id: str, event: AriEvent) -> bool:
        bridge = self._bridges.get(bridge_id)
        if bridge is None:
            return False
        bridge.deliver(event)
        return True

    def _drop_channel(self, channel: Channel) -> None:
        self._channels.pop(channel.id, None)

    def _drop_bridge(self, bridge: Bridge) -> None:
        self._bridges.pop(bridge.id, None)
