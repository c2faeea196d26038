"""What an agent does with a talk from a screen comes to the same as by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.desk_talk import NO_TALK, DeskTalk
from ccengine.calls.keys import Action
from ccengine.core.events import HoldEnded, HoldStarted
from ccengine.core.ids import CallId
from ccengine.core.states import AgentState
from tests.calls.test_control import CALL, LEG, over, talking

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

TALK = CallId(CALL)


def desk_of(center: CenterOnFake) -> DeskTalk:
    return DeskTalk(center.sessions._wiring, center.sessions.talks)


async def test_hold_and_back(center: CenterOnFake) -> None:
    caller = await talking(center)
    desk = desk_of(center)
    assert desk.hold(TALK, starts=False) == "the caller is not on hold"
    assert desk.hold(TALK, starts=True) == ""
    await center.until(lambda: center.journal.events(HoldStarted))
    assert center.asterisk.hears(caller) == "music:default"
    assert desk.hold(TALK, starts=True) == "the caller is on hold already"
    assert desk.hold(TALK, starts=False) == ""
    await center.until(lambda: center.journal.events(HoldEnded))
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_a_transfer_and_what_cannot_be(center: CenterOnFake) -> None:
    caller = await talking(center)
    desk = desk_of(center)
    assert desk.press(TALK, Action.TRANSFER, "666") == "nobody has the number 666"
    assert desk.press(TALK, Action.SWAP) == "nobody is consulted"
    assert desk.press(TALK, Action.TRANSFER, "204") == ""
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert desk.hold(TALK, starts=True) == desk.hang_up(TALK) == NO_TALK
    await over(center, caller)


async def test_a_consult_that_a_hang_up_hands_over(center: CenterOnFake) -> None:
    caller = await talking(center)
    desk = desk_of(center)
    assert desk.press(TALK, Action.CONSULT, "204") == ""
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    assert desk.press(TALK, Action.TRANSFER, "204") == "a colleague is consulted"
    center.asterisk.pick_up(center.leg("taras"))
    await asyncio.sleep(1)
    assert desk.press(TALK, Action.CONFERENCE) == ""
    await asyncio.sleep(1)
    assert desk.hang_up(TALK) == ""
    await center.until(lambda: center.agent("olena").state is AgentState.WRAP_UP)
    assert center.agent("taras").state is AgentState.ON_CALL
    await over(center, caller)
