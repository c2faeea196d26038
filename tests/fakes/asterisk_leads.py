"""Leads who have answered, as `dialplan/campaigns.conf` has them: its clock, message and notes.

All of it goes on without an engine.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import FakeChannel
    from tests.fakes.asterisk_world import FakeWorld

WAIT_SECONDS = 1.8
TAKEN_SECONDS = 2.0
MESSAGE_SECONDS = 3.0
THANKS_SECONDS = 1.0
FAMILY = "cc-leads"
CONTEXT = "lead-answered"


class FakeLeads:
    """What the dialplan does for who has answered, until an engine has them or they hang up."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world

    def answer(self, channel: FakeChannel) -> None:
        """They wait for an agent."""
        channel.app_args = ("lead", "abandoned")
        channel.variables["CC_WAITED_SINCE"] = self._now()
        says = channel.dialplan[0] == CONTEXT  # the contract suite's context says nothing
        then = self._say_who_called if says else self._world.enter_stasis
        self._world.later(channel, WAIT_SECONDS, lambda: then(channel))

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
            self._world.later(channel, TAKEN_SECONDS, lambda: self._give_up(channel))

    def opt_out(self, channel: FakeChannel) -> None:
        """They press the key that ends such calls, while they hear who called."""
        assert channel.variables.get("CC_MESSAGE_AT"), "nothing was said yet"
        channel.stop_timers()
        channel.variables["CC_OPT_OUT"] = "1"
        self._note(channel, " opt-out")
        self._world.later(channel, THANKS_SECONDS, lambda: self._hand_over(channel))

    def _give_up(self, channel: FakeChannel) -> None:
        if channel.variables.get("TIMEOUT(absolute)") != "0":
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
