"""Brings each event to the handle it is about, and mends the handles after a deaf moment."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.events import (
    ApplicationReplaced,
    AriEvent,
    BridgeDestroyed,
    BridgeSnapshot,
    ChannelCreated,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelHold,
    ChannelLeftBridge,
    ChannelSnapshot,
    ChannelStateChange,
    ChannelTalkingFinished,
    ChannelTalkingStarted,
    ChannelTransfer,
    ChannelUnhold,
    ChannelUserevent,
    ContactStatusChange,
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

Departure = asyncio.Future[ChannelSnapshot | None]
"""How a channel was at its end, which was not here; None: the end was not told."""

Move = ChannelEnteredBridge | ChannelLeftBridge


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
        self._departures: dict[str, Departure] = {}
        self._moves: dict[str, list[Callable[[Move], None]]] = {}
        self._lone: set[str] = set()

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
            if channel_id in self._lone:
                channel.keys.be_alone()
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

    def moves_of(self, *channel_ids: str) -> int:
        """Count how often these channels have entered or left a bridge."""
        channels = [self._channels.get(channel_id) for channel_id in channel_ids]
        return sum(channel.moves for channel in channels if channel is not None)

    def watch_moves(self, channel_id: str, moved: Callable[[Move], None]) -> None:
        """Have `moved` called whenever a channel enters or leaves a bridge."""
        self._moves.setdefault(channel_id, []).append(moved)

    def unwatch_moves(self, channel_id: str, moved: Callable[[Move], None]) -> None:
        """End what `watch_moves` began."""
        watching = self._moves.get(channel_id, [])
        if moved in watching:
            watching.remove(moved)
        if not watching:
            self._moves.pop(channel_id, None)

    def forget(self, name: str) -> None:
        """Let go of a channel, or a bridge, that lives on without us."""
        self._channels.pop(name, None)
        self._bridges.pop(name, None)

    def departure(self, channel_id: str) -> Departure:
        """Give the end of a channel that goes on without us; ask before it leaves.

        Its end is told only if it is subscribed to.
        """
        departure = self._departures.get(channel_id)
        if departure is None:
            departure = self._departures[channel_id] = asyncio.get_running_loop().create_future()
        return departure

    def deliver(self, event: AriEvent) -> bool:
        """Hand an event to its handle; False when no handle stands for what it is about."""
        if isinstance(event, ChannelDestroyed):
            self._see_off(event.channel.id, event.channel)
        match event:
            case (
                StasisStart()
                | StasisEnd()
                | ChannelCreated()
                | ChannelDestroyed()
                | ChannelHangupRequest()
                | ChannelStateChange()
                | ChannelDtmfReceived()
                | ChannelHold()
                | ChannelUnhold()
                | ChannelTalkingStarted()
                | ChannelTalkingFinished()
                | ChannelTransfer()
                | ChannelUserevent()
            ):
                return self._to_channel(event.channel.id, event)
            case ChannelEnteredBridge() | ChannelLeftBridge():
                self._note_company(event)
                return self._note_move(event)
            case PlaybackStarted() | PlaybackFinished() | Dial():
                return self._to_channel(_whose(event), event)
            case RecordingStarted() | RecordingFinished() | RecordingFailed():
                return self._to_recorded(event)
            case BridgeDestroyed():
                return self._to_bridge(event.bridge.id, event)
            case (
                ApplicationReplaced()
                | EndpointStateChange()
                | ContactStatusChange()
                | UnknownEvent()
            ):
                return False

    def _to_recorded(self, event: RecordingStarted | RecordingFinished | RecordingFailed) -> bool:
        kind, _, target = event.recording.target_uri.partition(":")
        to = self._to_channel if kind == "channel" else self._to_bridge
        return to(target, event)

    def _note_move(self, move: Move) -> bool:
        """Tell those who watch the channel, which itself only counts it."""
        for moved in tuple(self._moves.get(move.channel.id, ())):
            moved(move)
        channel = self._channels.get(move.channel.id)
        if channel is not None:
            channel.moves += 1
        return channel is not None

    def _note_company(self, event: Move) -> None:
        """Tell channels that mix whether anybody hears what they press."""
        if isinstance(event, ChannelLeftBridge):
            self._lone.discard(event.channel.id)
            left = self._channels.get(event.channel.id)
            if left is not None:
                left.keys.leave()
        if self._keeps_keys(event.bridge):
            self._count(event.bridge.channel_ids)

    def _keeps_keys(self, bridge: BridgeSnapshot) -> bool:
        ours = self._bridges.get(bridge.id)
        return bridge.keeps_keys and (ours is None or ours.passes_keys)

    def _count(self, members: tuple[str, ...]) -> None:
        for name in members:
            channel = self._channels.get(name)
            if len(members) == 1:
                self._lone.add(name)
                if channel is not None:
                    channel.keys.be_alone()
            else:
                self._lone.discard(name)
                if channel is not None:
                    channel.keys.have_company()

    def known(self) -> frozenset[str]:
        """Ids of channels that Asterisk knew of, and whose end was not told."""
        confirmed = {channel.id for channel in self._channels.values() if channel.confirmed}
        return frozenset(confirmed | self._departures.keys())

    def missing(self, known: frozenset[str], alive: Mapping[str, ChannelSnapshot]) -> set[str]:
        """Return which of the channels known before a look that look did not find with us."""
        gone = {name for name in known if name not in alive}
        for name in known - gone:
            channel = self._channels.get(name)
            if channel is not None and channel.is_up and not alive[name].in_app(self.ari.app):
                gone.add(name)
        return gone

    def give_up(self, channel_id: str) -> None:
        """Take note that a channel is gone whose end was never told."""
        channel = self._channels.get(channel_id)
        if channel is not None:
            channel.end(Gone(0, "lost"))
        self._see_off(channel_id, None)

    async def resync(self) -> Resync:
        """Compare the handles with Asterisk after a connect, and tell them what they missed."""
        self._listening.clear()
        departed = list(self._departures)
        # Only what Asterisk knew of before it was asked can be missing from its answer.
        suspects = [channel for channel in self._channels.values() if channel.confirmed]
        recording: tuple[Bridge | Channel, ...] = (*self._bridges.values(), *suspects)
        recorded = [(one, open_one) for one in recording for open_one in one.open_recordings]
        found = Resync(await self.ari.channels(), await self.ari.bridges())
        alive = {snapshot.id: snapshot for snapshot in found.channels}
        self._lone.clear()
        for bridge in found.bridges:
            if self._keeps_keys(bridge):
                self._count(bridge.channel_ids)
        for channel in suspects:
            await self._mend(channel, alive.get(channel.id))
        for channel_id in departed:
            if channel_id not in alive:
                self._see_off(channel_id, None)
        for of, open_one in recorded:
            if await self.ari.live_recording(open_one.name) is None:
                of.end_recording(open_one.name, None)
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

    def _see_off(self, channel_id: str, snapshot: ChannelSnapshot | None) -> None:
        departure = self._departures.pop(channel_id, None)
        if departure is not None and not departure.done():
            departure.set_result(snapshot)

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


def _whose(event: PlaybackStarted | PlaybackFinished | Dial) -> str:
    if isinstance(event, Dial):
        return event.peer.id
    return event.playback.target_uri.removeprefix("channel:")
