"""Leads who have answered, as `dialplan/campaigns.conf` has them: its clock, message and notes.

All of it goes on without an engine.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.asterisk_model import FakeVerdict

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import FakeChannel
    from tests.fakes.asterisk_world import FakeWorld

WAIT_SECONDS = 1.8
TAKEN_SECONDS = 2.0
MESSAGE_SECONDS = 3.0
THANKS_SECONDS = 1.0
FAMILY = "cc-leads"
CONTEXT = "lead-answered"
EAR_CONTEXT = "machine-ear"
SILENT_BEFORE = "INITIALSILENCE"
TRUNK = "provider"
"""It carries every call."""


class FakeLeads:
    """What the dialplan does for who has answered, until an engine has them or they hang up."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self._limits: dict[str, float] = {}

    def wait(self, channel: FakeChannel) -> None:
        """Somebody has answered; AMD() may listen to them first."""
        channel.variables["CC_WAITED_SINCE"] = self._now()
        channel.variables["CC_TRUNK"] = TRUNK
        if not channel.variables.get("CC_AMD"):
            self._wait(channel, WAIT_SECONDS)
            return
        said = self._said_of(channel)
        self._world.later(channel, said.after, lambda: self._tell(channel, said))

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

    def take(self, channel: FakeChannel, context: str) -> None:
        """They are pulled out; nobody has them for long without hearing anything."""
        channel.stop_timers()
        if channel.in_stasis:
            self._world.leave_stasis(channel)
        channel.dialplan = (context, "s")
        channel.app_args = ("lead", "taken")
        self._world.later(channel, 0.001, lambda: self._world.enter_stasis(channel))
        if context == "lead-taken":
            channel.variables.pop("TIMEOUT(absolute)", None)
            self.limit(channel, TAKEN_SECONDS)

    def limit(self, channel: FakeChannel, seconds: float) -> None:
        """They are the dialplan's again after so long, unless that is set anew; 0: never."""
        until = self._limits[channel.id] = asyncio.get_running_loop().time() + seconds

        def give_up() -> None:
            if self._limits.get(channel.id) == until:
                self._give_up(channel)

        if seconds:
            self._world.later(channel, seconds, give_up)

    def limit_in_silence(self, channel: FakeChannel, seconds: float) -> None:
        """Do so as ARI does: after what they hear."""
        if channel.playbacks:
            self._world.later(channel, 0.01, lambda: self.limit_in_silence(channel, seconds))
        else:
            self.limit(channel, seconds)

    def opt_out(self, channel: FakeChannel) -> None:
        """They press the key that ends such calls, while they hear who called."""
        assert channel.variables.get("CC_MESSAGE_AT"), "nothing was said yet"
        channel.stop_timers()
        channel.variables["CC_OPT_OUT"] = "1"
        self._note(channel, " opt-out")
        self._world.later(channel, THANKS_SECONDS, lambda: self._hand_over(channel))

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
        self._wait(channel, max(0.0, WAIT_SECONDS - int(silent_ms) / 1000))

    def _wait(self, channel: FakeChannel, seconds: float) -> None:
        channel.app_args = ("lead", "abandoned")
        says = channel.dialplan[0] == CONTEXT  # the contract suite's context says nothing
        then = self._say_who_called if says else self._world.enter_stasis
        self._world.later(channel, seconds, lambda: then(channel))

    def _said_of(self, channel: FakeChannel) -> FakeVerdict:
        return self._world.phones[channel.endpoint].amd or FakeVerdict()

    def _give_up(self, channel: FakeChannel) -> None:
        self._world.leave_bridge(channel)
        self._world.leave_stasis(channel)
        channel.dialplan = (CONTEXT, "s")
        self._say_who_called(channel)

    def _say_who_called(self, channel: FakeChannel) -> None:
        channel.variables["CC_MESSAGE_AT"] = self._now()
        self._note(channel)
        self._world.later(channel, MESSAGE_SECONDS, lambda: self._hand_over(channel))

    def _note(self, channel: FakeChannel, wish: str = "") -> None:
        told = channel.variables
        note = f"{told['CC_WAITED_SINCE']} {told['CC_MESSAGE_AT']}{wish}"
        self._world.database.setdefault(FAMILY, {})[told["CC_CALL_ID"]] = note

    def _hand_over(self, channel: FakeChannel) -> None:
        told = channel.variables
        wish = told.get("CC_OPT_OUT", "")
        channel.app_args = ("lead", "abandoned", wish, told["CC_MESSAGE_AT"])
        self._world.enter_stasis(channel)

    def _now(self) -> str:
        return f"{asyncio.get_running_loop().time():.3f}"
