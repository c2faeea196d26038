"""Callers whom an agent sends to the client's own staff without asking: none of them is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.config.clients import Staff
from ccengine.core.events import StaffAnswered, StaffMissed
from ccengine.core.states import AgentState, CallState
from tests.calls.test_control import CALL, LEG, call_of, over, press, talking

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

STAFF = "Local/380447778899@partner-leg/n"
STAFF_LEG = f"{CALL}.2"


async def sent(center: CenterOnFake, *, by: str = "keys") -> str:
    """Olena, who talks with a caller, sends them to the client's shop, where it rings."""
    caller = await talking(center)
    center.set_client(staff={"91": Staff(name="Shop", number="+380447778899")})
    if STAFF not in center.asterisk.world.phones:
        center.asterisk.phone_rings(STAFF)
    if by == "REFER":
        center.asterisk.phone_refers(LEG, "91")
    else:
        await press(center, "*291#")
    await center.until(lambda: LEG not in center.asterisk.channels_left())
    return caller


@pytest.mark.parametrize("by", ["REFER", "keys"])
async def test_the_staff_answer_and_have_the_caller(center: CenterOnFake, by: str) -> None:
    caller = await sent(center, by=by)
    await center.until(lambda: center.asterisk.ringing(STAFF))
    assert center.asterisk.hears(caller) == "music:default"
    assert center.agent("olena").state is AgentState.WRAP_UP
    center.asterisk.pick_up(STAFF_LEG)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{STAFF_LEG}")
    await center.until(lambda: center.journal.events(StaffAnswered))
    assert not center.asterisk.manager.of(caller)
    assert call_of(center) is CallState.HANDED_OUT
    await center.restart(away_seconds=1)
    assert center.asterisk.hears(caller) == f"talk:{STAFF_LEG}"
    await over(center, STAFF_LEG)


@pytest.mark.parametrize("why", ["busy", "no answer", "refused", "not reached"])
async def test_whom_the_staff_do_not_take_the_agent_has_again(
    center: CenterOnFake, why: str
) -> None:
    if why == "not reached":
        center.asterisk.phone_unreachable(STAFF)
    caller = await sent(center)
    if why in ("busy", "refused"):
        center.asterisk.decline(STAFF_LEG, 17 if why == "busy" else 21)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    (missed,) = center.journal.events(StaffMissed)
    assert isinstance(missed, StaffMissed)
    assert missed.reason == why
    assert center.asterisk.hears(caller) == "music:default"
    again = center.leg("olena")
    center.asterisk.pick_up(again)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{again}")
    await over(center, caller)


async def test_and_the_head_of_the_line_where_that_agent_is_gone(center: CenterOnFake) -> None:
    caller = await sent(center)
    center.asterisk.feature_code("203", "logout", "")
    await center.until(lambda: center.agent("olena").state is AgentState.OFFLINE)
    center.asterisk.decline(STAFF_LEG, 17)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.asterisk.hears(caller) == "music:default"
    center.asterisk.pick_up(center.leg("taras"))
    await center.until(lambda: center.asterisk.hears(caller).startswith("talk:"))
    await over(center, caller)


@pytest.mark.parametrize("delay", [0.0, 0.1])
@pytest.mark.parametrize("step", ["ringing", "answered"])
async def test_the_caller_hangs_up_and_nobody_rings_on(
    center: CenterOnFake, step: str, delay: float
) -> None:
    caller = await sent(center)
    await center.until(lambda: center.asterisk.ringing(STAFF))
    center.asterisk.delay_requests(delay)
    if step == "answered":
        center.asterisk.pick_up(STAFF_LEG)
    center.asterisk.hang_up(caller)
    await asyncio.sleep(2)
    center.assert_nothing_left()
    assert len(center.ended()) == 1


async def test_the_staff_hang_up_as_they_are_joined(center: CenterOnFake) -> None:
    caller = await sent(center)
    center.asterisk.delay_requests(0.1)
    center.asterisk.pick_up(STAFF_LEG)
    center.asterisk.hang_up(STAFF_LEG)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await over(center, caller)


@pytest.mark.parametrize("meanwhile", ["rings on", "answered", "declined"])
async def test_killed_while_the_staff_ring(center: CenterOnFake, meanwhile: str) -> None:
    caller = await sent(center)
    await center.kill()
    if meanwhile == "answered":
        center.asterisk.pick_up(STAFF_LEG)
    elif meanwhile == "declined":
        center.asterisk.decline(STAFF_LEG, 17)
    await asyncio.sleep(2)
    await center.start()
    if meanwhile == "rings on":
        center.asterisk.pick_up(STAFF_LEG)
    if meanwhile != "rings on":  # nobody took the leg that was answered: Asterisk has ended it
        await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
        assert center.asterisk.hears(caller) == "music:default"
    else:
        await center.until(lambda: center.asterisk.hears(caller) == f"talk:{STAFF_LEG}")
    await over(center, caller)
