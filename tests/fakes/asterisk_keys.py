"""Keys that people press; those pressed alone in a softmix are told again when somebody comes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import FakeBridge, FakeChannel
    from tests.fakes.asterisk_world import FakeWorld

_AGAIN_SECONDS = 0.1  # from one to the next, as measured: the keys' own length


class FakeKeys:
    """What is pressed, and what Asterisk keeps of it."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self._told = 0
        self._kept: dict[str, str] = {}  # by the channel that is alone

    def press(self, channel: FakeChannel, digit: str) -> None:
        """Somebody presses a key."""
        self._world.voices.gone(channel.id)
        bridge = self._world.bridges.get(channel.bridge_id)
        is_kept = bridge and bridge.technology == "softmix" and not channel.absorbs_keys
        if is_kept and bridge.channel_ids == [channel.id]:
            self._kept[channel.id] = self._kept.get(channel.id, "") + digit
        self._tell(channel, digit)

    def met(self, bridge: FakeBridge) -> None:
        """Somebody came into a bridge: the one who was alone there presses all of it again."""
        if len(bridge.channel_ids) < 2:
            return
        for channel_id in bridge.channel_ids:
            channel = self._world.channels[channel_id]
            for place, digit in enumerate(self._kept.pop(channel_id, ""), start=1):
                tell = partial(self._tell, channel, digit)
                self._world.later(channel, _AGAIN_SECONDS * place, tell)

    def left(self, channel: FakeChannel) -> None:
        """It is out of its bridge: nobody will hear what was kept."""
        self._kept.pop(channel.id, None)

    def _tell(self, channel: FakeChannel, digit: str) -> None:
        self._told += 1
        stamp = f"{self._world.now()}#{self._told}"
        endpoint = f"PJSIP/phone-{channel.variables.get('CC_PHONE')}"
        for _ in range(2 if endpoint in self._world.listened else 1):
            self._world.emit(
                "ChannelDtmfReceived",
                channel=channel.as_json(),
                digit=digit,
                duration_ms=100,
                timestamp=stamp,
            )
