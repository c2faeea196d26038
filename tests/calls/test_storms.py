"""Everybody may hang up at every step of a transfer: nobody is left alone, no caller is lost.

Each step of each way to hand a caller over, times what may go wrong there. Two seconds later no
bridge holds one person alone, a caller who is still on the line hears somebody or music, and in
the end nothing is left over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.config.clients import Staff
from ccengine.core.states import AgentState
from tests.calls.test_control import LEG, over, press, talking

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

CALLER, OLENA, SECOND, TARAS = "caller", "olena", "second line", "taras"
STAFF = "the client's staff"
SHOP = "Local/380447778899@partner-leg/n"
STEPS = {
    "blind": ("ringing", "answered"),
    "blind by keys": ("ringing", "answered"),
    "queue": ("ringing", "answered"),
    "staff": ("ringing", "answered"),
    "staff by keys": ("ringing", "answered"),
    "attended": ("held", "ringing", "consulting", "handed over"),
    "attended by keys": ("held", "ringing", "consulting", "swapped", "together", "handed over"),
    "attended, a queue": ("ringing", "consulting", "handed over"),
    "attended, a queue by keys": ("ringing", "consulting", "swapped", "together", "handed over"),
    "attended, staff": ("ringing", "consulting", "handed over"),
    "attended, staff by keys": ("ringing", "consulting", "swapped", "together", "handed over"),
}
"""Ways to send a caller on, and how far it has come when it goes wrong."""

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
        self.center.set_client(staff={"91": Staff(name="Shop", number="+380447778899")})
        self.center.asterisk.phone_rings(SHOP)
        if self.way.startswith("attended"):
            await self._attended(step)
        else:
            await self._blind(step)

    @property
    def by_keys(self) -> bool:
        """By keys, not by the phone's own buttons."""
        return self.way.endswith("by keys")

    @property
    def target(self) -> str:
        """Who is asked, or has the caller then."""
        return STAFF if "staff" in self.way else TARAS

    @property
    def _to(self) -> str:
        return "91" if "staff" in self.way else "801" if "queue" in self.way else "204"

    async def _blind(self, step: str) -> None:
        if self.by_keys:
            await press(self.center, f"*2{self._to}#")
        else:
            self.center.asterisk.phone_refers(LEG, self._to)
        await self._rings()
        if step == "answered":
            self.center.asterisk.pick_up(self.channels[self.target])
            caller, talk = self.channels[CALLER], f"talk:{self.channels[self.target]}"
            await self.center.until(lambda: self.center.asterisk.hears(caller) == talk)

    async def _rings(self) -> None:
        ringing = self.center.asterisk.ringing
        endpoint = SHOP if self.target == STAFF else "PJSIP/phone-204"
        await self.center.until(lambda: ringing(endpoint))
        self.channels[self.target] = ringing(endpoint) or ""

    async def _attended(self, step: str) -> None:
        asterisk = self.center.asterisk
        if not self.by_keys:
            asterisk.phone_holds(LEG)
        if step == "held":
            await press(self.center, "*1" if self.by_keys else "")
            return
        if self.by_keys:
            await press(self.center, f"*3{self._to}#")
        else:
            self.channels[SECOND] = asterisk.phone_calls("203", self._to)
        await self._rings()
        if step == "ringing":
            return
        asterisk.pick_up(self.channels[self.target])
        line = self.channels.get(SECOND, LEG)
        await self.center.until(lambda: asterisk.hears(line).startswith("talk:"))
        if step == "swapped":
            await press(self.center, "*5")
        elif step == "together":
            await press(self.center, "*4")
        elif step == "handed over":
            await self._hand_over()

    async def _hand_over(self) -> None:
        if self.by_keys:
            self.center.asterisk.hang_up(LEG)
        else:
            self.center.asterisk.phone_joins(LEG, self.channels[SECOND])
        caller, talk = self.channels[CALLER], f"talk:{self.channels[self.target]}"
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

    def talked(self, who: str, step: str) -> bool:
        """Whether this agent has talked with the caller by now."""
        is_with = ("answered", "handed over")
        return who == OLENA or (who == self.target == TARAS and step in is_with)

    def assert_agents_are_right(self, step: str, *, is_there: bool) -> None:
        """Nobody is busy with what is over, and nobody free who is not."""
        for who in (OLENA, TARAS):
            agent = self.center.agent(who)
            if agent.state in (AgentState.ON_CALL, AgentState.OFFERED):
                assert agent.call in self.center.engine.center.calls, self.center.story()
                assert agent.offer in self.center.asterisk.channels_left(), self.center.story()
                assert is_there, self.center.story()  # who leaves first takes the consult along
            elif not is_there and agent.state is not AgentState.NOT_READY:
                talked = self.talked(who, step)
                state = AgentState.WRAP_UP if talked else AgentState.AVAILABLE
                assert agent.state is state, self.center.story()


CASES = [
    (way, step, who, what)
    for way, steps in STEPS.items()
    for step in steps
    for who in (CALLER, OLENA, SECOND, TARAS, STAFF)
    for what in ("hangs up", "is busy", "declines", "does not answer")
    if what == "hangs up" or (who in (TARAS, STAFF) and step == "ringing")
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
    last = 62.0 if way.startswith("attended, staff") else 32.0 if "staff" in way else 25.0
    await asyncio.sleep(last if what == "does not answer" else ALONE_SECONDS)
    assert scene.alone() == [], center.story()
    center.engine.center.check_invariants()
    caller = scene.channels[CALLER]
    is_there = caller in center.asterisk.channels_left()
    if is_there:
        assert center.asterisk.hears(caller) != "silence", center.story()
    hung_up = who == CALLER or (who == OLENA and step == "held") or step == "answered"
    hung_up = hung_up or (who == scene.target and step == "handed over")
    hung_up = hung_up or (who == OLENA and way.startswith("attended") and not scene.by_keys)
    assert is_there or hung_up, center.story()
    scene.assert_agents_are_right(step, is_there=is_there)
    await over(center, *([caller] if is_there else []))


@pytest.mark.parametrize("way", ["blind", "blind by keys", "attended", "attended by keys"])
async def test_whom_nobody_can_reach_the_agent_keeps_the_caller(
    center: CenterOnFake, way: str
) -> None:
    caller = await talking(center)
    center.asterisk.feature_code("204", "not_ready", "2")
    await center.until(lambda: center.agent("taras").state is AgentState.NOT_READY)
    await asyncio.sleep(10)
    match way:
        case "blind":
            center.asterisk.phone_refers(LEG, "204")
        case "blind by keys":
            await press(center, "*2204#")
        case "attended":
            center.asterisk.phone_holds(LEG)
            second = center.asterisk.phone_calls("203", "204")
            await center.until(lambda: second not in center.asterisk.channels_left())
            center.asterisk.phone_holds(LEG, holds=False)
        case _:
            await press(center, "*3204#")
    await asyncio.sleep(5)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    assert center.asterisk.ringing("PJSIP/phone-204") is None
    assert center.agent("olena").state is AgentState.ON_CALL
    await over(center, caller)
