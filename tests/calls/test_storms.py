"""Everybody may hang up at every step of a transfer: nobody is left alone, no caller is lost.

Each step of each way to hand a caller over, times what may go wrong there. Two seconds later no
bridge holds one person alone, a caller who is still on the line hears somebody or music, and in
the end nothing is left over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import ConversationStarted
from tests.calls.test_control import LEG, over, press, talking

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

CALLER, OLENA, SECOND, TARAS = "caller", "olena", "second line", "taras"
STEPS = {
    "blind": ("ringing", "answered"),
    "blind by keys": ("ringing", "answered"),
    "queue": ("ringing", "answered"),
    "attended": ("held", "ringing", "consulting", "handed over"),
    "attended by keys": ("held", "ringing", "consulting", "swapped", "handed over"),
    "conference": ("together",),
}
ALONE_SECONDS = 2.0


class Scene:
    """One transfer, brought as far as a step."""

    def __init__(self, center: CenterOnFake, way: str) -> None:
        self.center = center
        self.way = way
        self.channels: dict[str, str] = {}

    async def reach(self, step: str) -> None:
        """Go on until this step."""
        self.channels = {CALLER: await talking(self.center), OLENA: LEG}
        if self.way in ("blind", "blind by keys", "queue"):
            await self._blind(step)
        else:
            await self._attended(step)

    async def _blind(self, step: str) -> None:
        to = "801" if self.way == "queue" else "204"
        if self.way == "blind by keys":
            await press(self.center, f"*2{to}#")
        else:
            self.center.asterisk.phone_refers(LEG, to)
        await self._rings()
        if step == "answered":
            self.center.asterisk.pick_up(self.channels[TARAS])
            await self.center.until(lambda: len(self._conversations()) == 2)

    def _conversations(self) -> list[object]:
        return list(self.center.journal.events(ConversationStarted))

    async def _rings(self) -> None:
        ringing = self.center.asterisk.ringing
        await self.center.until(lambda: ringing("PJSIP/phone-204"))
        self.channels[TARAS] = self.center.leg("taras")

    async def _attended(self, step: str) -> None:
        asterisk = self.center.asterisk
        by_keys = self.way != "attended"
        if not by_keys:
            asterisk.phone_holds(LEG)
        if step == "held":
            await press(self.center, "*1" if by_keys else "")
            return
        if by_keys:
            await press(self.center, "*3204#")
        else:
            self.channels[SECOND] = asterisk.phone_calls("203", "204")
        await self._rings()
        if step == "ringing":
            return
        asterisk.pick_up(self.channels[TARAS])
        line = self.channels.get(SECOND, LEG)
        await self.center.until(lambda: asterisk.hears(line).startswith("talk:"))
        if step == "swapped":
            await press(self.center, "*5")
        elif step == "together":
            await press(self.center, "*4")
        elif step == "handed over":
            await self._hand_over(by_keys=by_keys)

    async def _hand_over(self, *, by_keys: bool) -> None:
        if by_keys:
            self.center.asterisk.hang_up(LEG)
        else:
            self.center.asterisk.phone_joins(LEG, self.channels[SECOND])
        caller, talk = self.channels[CALLER], f"talk:{self.channels[TARAS]}"
        await self.center.until(lambda: self.center.asterisk.hears(caller) == talk)

    def happens(self, who: str, what: str) -> bool:
        """Let it go wrong; False: they are not there."""
        channel = self.channels.get(who, "")
        if channel not in self.center.asterisk.channels_left():
            return False
        is_ringing = self.center.asterisk.channel(channel).state == "Ringing"
        if what == "hangs up" and not is_ringing:
            self.center.asterisk.hang_up(channel)
        elif what == "is busy" and is_ringing:
            self.center.asterisk.decline(channel, 17)
        elif what == "declines" and is_ringing:
            self.center.asterisk.decline(channel)
        else:
            return what == "does not answer" and is_ringing
        return True

    def alone(self) -> list[str]:
        """Who is in a bridge by themself, but for an agent who has put somebody aside."""
        world = self.center.asterisk.world
        held = {call.offer for call in self.center.engine.center.calls.values() if call.held}
        return [
            bridge.channel_ids[0]
            for bridge in world.bridges.values()
            if len(bridge.channel_ids) == 1 and bridge.channel_ids[0] not in held
        ]


CASES = [
    (way, step, who, what)
    for way, steps in STEPS.items()
    for step in steps
    for who in (CALLER, OLENA, SECOND, TARAS)
    for what in ("hangs up", "is busy", "declines", "does not answer")
    if what == "hangs up" or (who == TARAS and step == "ringing")
]


@pytest.mark.parametrize("delay", [0.0, 0.1])
@pytest.mark.parametrize(("way", "step", "who", "what"), CASES)
async def test_nobody_is_left_alone_and_no_caller_is_lost(
    center: CenterOnFake, way: str, step: str, who: str, what: str, delay: float
) -> None:
    scene = Scene(center, way)
    await scene.reach(step)
    center.asterisk.delay_requests(delay)
    if not scene.happens(who, what):
        return
    await asyncio.sleep(25.0 if what == "does not answer" else ALONE_SECONDS)
    assert scene.alone() == [], center.story()
    center.engine.center.check_invariants()
    caller = scene.channels[CALLER]
    is_there = caller in center.asterisk.channels_left()
    if is_there:
        assert center.asterisk.hears(caller) != "silence", center.story()
    hung_up = who == CALLER or (who == OLENA and step == "held") or step == "answered"
    hung_up = hung_up or (who == TARAS and step == "handed over")
    hung_up = hung_up or (who == OLENA and way == "attended")
    assert is_there or hung_up, center.story()
    await over(center, *([caller] if is_there else []))
