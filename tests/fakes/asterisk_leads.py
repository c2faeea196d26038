"""What the dialplan does with leads who have answered: they wait, and AMD() may listen to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fakes.asterisk_model import FakeVerdict

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import FakeChannel
    from tests.fakes.asterisk_world import FakeWorld

LEAD_WAIT_SECONDS: Final = 1.8
EAR_CONTEXT: Final = "machine-ear"
SILENT_BEFORE: Final = "INITIALSILENCE"


class FakeLeads:
    """The contexts `lead-answered`, `lead-heard` and `machine-ear`."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world

    def wait(self, channel: FakeChannel) -> None:
        """Somebody has answered."""
        if not channel.variables.get("CC_AMD"):
            self._wait(channel, LEAD_WAIT_SECONDS)
            return
        said = self._said_of(channel)
        self._world.later(channel, said.after, lambda: self._tell(channel, said))

    def _tell(self, channel: FakeChannel, said: FakeVerdict) -> None:
        silent_ms = channel.variables["CC_AMD_SILENCE_MS"]
        if said.status == "HUMAN" or said.cause.startswith(SILENT_BEFORE):
            silent_ms = said.cause.split("-")[1]
        elif said.status == "MACHINE":
            channel.app_args = ("lead", "machine", said.status, said.cause)
            self._world.enter_stasis(channel)
            return
        told = {"eventname": "ccengine-heard", "status": said.status, "cause": said.cause}
        self._world.emit(
            "ChannelUserevent",
            eventname="ccengine-heard",
            userevent=told,
            channel=channel.as_json(),
        )
        self._wait(channel, max(0.0, LEAD_WAIT_SECONDS - int(silent_ms) / 1000))

    def _wait(self, channel: FakeChannel, seconds: float) -> None:
        channel.app_args = ("lead", "abandoned")
        self._world.later(channel, seconds, lambda: self._world.enter_stasis(channel))

    def listen_beside(self, channel: FakeChannel) -> None:
        """A snoop goes on in the dialplan."""
        target = self._world.channels.get(channel.snoops_at)
        if channel.dialplan[0] != EAR_CONTEXT or target is None:
            return
        said = self._said_of(target)

        def end() -> None:
            channel.variables["CC_MACHINE"] = f"{said.status} {said.cause}"
            self._world.end_channel(channel, 16)

        self._world.later(channel, said.after, end)

    def _said_of(self, channel: FakeChannel) -> FakeVerdict:
        return self._world.phones[channel.endpoint].amd or FakeVerdict()
