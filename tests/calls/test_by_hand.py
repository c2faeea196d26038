"""Calls that agents make by hand, and what an engine that starts anew finds of all they do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.config.clients import ClientOutbound, Staff
from ccengine.config.recording import RecordingSettings
from ccengine.core.events import (
    AgentDialled,
    CallEnded,
    CallHandedOut,
    ConversationStarted,
    RecordingStarted,
)
from ccengine.core.states import AgentState, CallState
from tests.calls.test_control import CALL, LEG, over, press, talking

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

FAR = "Local/380501112233@agent-outside/n"
STAFF = "Local/380447778899@partner-leg/n"


async def may_dial(center: CenterOnFake) -> None:
    outbound = ClientOutbound(
        prefixes={"380": ("provider",)},
        caller_id="380440000000",
        code="*81",
        calls_per_agent_day=9,
        calls_per_day=9,
    )
    staff = {"91": Staff(name="Shop", number="+380447778899")}
    center.set_client(outbound=outbound, staff=staff)
    await center.log_in("olena")


async def test_a_call_outside_is_recorded_and_wrapped_up(center: CenterOnFake) -> None:
    await may_dial(center)
    center.asterisk.phone_answers(FAR, 2.0)
    line = center.asterisk.phone_calls("203", "*81380501112233")
    await center.until(lambda: center.agent("olena").state is AgentState.ON_CALL)
    (dialled,) = center.journal.events(AgentDialled)
    assert isinstance(dialled, AgentDialled)
    assert (dialled.client, dialled.number, dialled.kind) == ("dnipro", "380501112233", "outbound")
    assert center.engine.center.calls[dialled.call].state is CallState.DIALING
    await center.until(lambda: center.journal.events(RecordingStarted))
    far = f"{dialled.call}.far"
    assert center.asterisk.hears(line) == f"talk:{far}"
    await over(center, far)
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert len(center.ended()) == 1


async def test_a_call_outside_is_not_recorded_where_the_client_wants_none(
    center: CenterOnFake,
) -> None:
    center.set_client(recording=RecordingSettings(dialled=False))
    await may_dial(center)
    center.asterisk.phone_answers(FAR, 2.0)
    center.asterisk.phone_calls("203", "*81380501112233")
    await center.until(lambda: center.journal.events(ConversationStarted))
    await asyncio.sleep(5)
    assert not center.journal.events(RecordingStarted)
    (call,) = center.engine.center.calls.values()
    await over(center, call.channel)


async def test_whom_an_agent_has_called_can_be_sent_on(center: CenterOnFake) -> None:
    await may_dial(center)
    await center.log_in("taras")
    center.asterisk.phone_answers(FAR, 2.0)
    line = center.asterisk.phone_calls("203", "*81380501112233")
    await center.until(lambda: center.journal.events(RecordingStarted))
    far = next(iter(center.engine.center.calls.values())).channel
    await press(center, "*2204#", line)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    await center.until(lambda: center.asterisk.hears(far) == "music:default")
    center.asterisk.decline(center.leg("taras"))
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    olena = center.leg("olena")
    center.asterisk.pick_up(olena)
    await center.until(lambda: center.asterisk.hears(far) == f"talk:{olena}")
    await over(center, far)


async def test_and_waits_in_line_if_nobody_of_both_is_free(center: CenterOnFake) -> None:
    await may_dial(center)
    await center.log_in("taras")
    center.asterisk.phone_answers(FAR, 2.0)
    line = center.asterisk.phone_calls("203", "*81380501112233")
    await center.until(lambda: center.journal.events(RecordingStarted))
    far = next(iter(center.engine.center.calls.values())).channel
    await press(center, "*2204#", line)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    center.asterisk.feature_code("203", "logout", "")
    await asyncio.sleep(1)
    center.asterisk.decline(center.leg("taras"))
    await asyncio.sleep(2)
    (call,) = center.engine.center.calls.values()
    assert (call.state, call.queue) == (CallState.WAITING, "dnipro/billing")
    assert center.asterisk.hears(far) == "music:default"
    await center.restart(away_seconds=1)
    assert center.asterisk.hears(far) == "music:default"
    await over(center, far)


async def test_an_agent_who_leaves_a_consult_that_leads_nowhere_loses_nobody(
    center: CenterOnFake,
) -> None:
    await may_dial(center)
    await center.log_in("amira", answers_after=1.0)  # of another client: may not have the caller
    center.asterisk.phone_answers(FAR, 2.0)
    line = center.asterisk.phone_calls("203", "*81380501112233")
    await center.until(lambda: center.journal.events(RecordingStarted))
    far = next(iter(center.engine.center.calls.values())).channel
    await press(center, "*3201#", line)
    await center.until(lambda: center.asterisk.hears(line).startswith("talk:"))
    center.asterisk.hang_up(line)
    await asyncio.sleep(2)
    (call,) = center.engine.center.calls.values()
    assert (call.state, call.queue) == (CallState.WAITING, "dnipro/billing")
    assert center.asterisk.hears(far) != "silence"
    await over(center, far)


@pytest.mark.parametrize("who", ["busy", "agent"])
async def test_a_call_outside_that_nobody_answers(center: CenterOnFake, who: str) -> None:
    await may_dial(center)
    center.asterisk.phone_declines(FAR, 2.0, cause=17)
    line = center.asterisk.phone_calls("203", "*81380501112233")
    await asyncio.sleep(1)
    if who == "agent":
        center.asterisk.hang_up(line)
    await center.until(lambda: center.ended())
    await over(center)


async def test_a_number_that_is_nobodys_is_said_so_and_nothing_is_dialed(
    center: CenterOnFake,
) -> None:
    await may_dial(center)
    line = center.asterisk.phone_calls("203", "999*")
    await center.until(lambda: not center.asterisk.channels_left())
    assert center.said_on(line) == ["unknown-extension"]
    assert not center.journal.events(AgentDialled)
    assert center.agent("olena").state is AgentState.AVAILABLE


async def test_so_it_is_on_the_second_line_and_the_customers_talk_goes_on(
    center: CenterOnFake,
) -> None:
    caller = await talking(center)
    center.asterisk.phone_holds(LEG)
    line = center.asterisk.phone_calls("203", "999")
    await center.until(lambda: line not in center.asterisk.channels_left())
    assert center.said_on(line) == ["unknown-extension"]
    center.asterisk.phone_holds(LEG, holds=False)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{LEG}")
    await over(center, caller)


async def test_not_ready_before_a_call_by_hand_is_not_ready_after_it(
    center: CenterOnFake,
) -> None:
    await may_dial(center)
    await center.log_in("taras")
    center.asterisk.feature_code("203", "not_ready", "2")
    await center.until(lambda: center.agent("olena").state is AgentState.NOT_READY)
    await center.until(lambda: not center.asterisk.channels_left())
    center.asterisk.phone_calls("203", "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    await over(center, center.leg("taras"))
    assert center.agent("olena").state is AgentState.NOT_READY
    assert center.agent("olena").reason == "lunch"


async def test_nobody_is_logged_in_and_the_dialplan_goes_on(center: CenterOnFake) -> None:
    line = center.asterisk.phone_calls("206", "380501112233")
    await asyncio.sleep(1)
    assert center.asterisk.channel(line).dialplan == ("phone-alone", "380501112233")
    center.asterisk.hang_up(line)


async def test_a_caller_is_handed_back_to_the_clients_staff(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.set_client(staff={"91": Staff(name="Shop", number="+380447778899")})
    center.asterisk.phone_answers(STAFF, 1.0)
    await press(center, "*391#")
    staff = f"{next(one for one in center.engine.center.calls if one != CALL)}.staff"
    await center.until(lambda: center.asterisk.hears(LEG) == f"talk:{staff}")
    assert center.asterisk.hears(caller) == "music:default"
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{staff}")
    assert center.journal.events(CallHandedOut)
    assert center.agent("olena").state is AgentState.WRAP_UP
    await center.restart(away_seconds=1)
    assert center.asterisk.hears(caller) == f"talk:{staff}"
    await over(center, staff)


@pytest.mark.parametrize("by", ["keys", "the phone"])
async def test_killed_on_hold_the_music_goes_on_and_the_agent_has_the_caller_again(
    center: CenterOnFake, by: str
) -> None:
    async def toggle(*, holds: bool) -> None:
        if by == "keys":
            await press(center, "*1")
        else:
            center.asterisk.phone_holds(LEG, holds=holds)
            await asyncio.sleep(0.5)

    caller = await talking(center)
    await toggle(holds=True)
    await center.restart(away_seconds=3)
    await asyncio.sleep(60)  # two looks of the audit
    assert center.asterisk.hears(caller) == "music:default"
    await toggle(holds=False)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


@pytest.mark.parametrize("by", ["keys", "second line"])
@pytest.mark.parametrize("step", ["ringing", "talking", "together"])
async def test_killed_in_a_consult_all_go_on(center: CenterOnFake, by: str, step: str) -> None:
    caller = await talking(center)
    line = LEG
    if by == "keys":
        await press(center, "*3204#")
    else:
        center.asterisk.phone_holds(LEG)
        line = center.asterisk.phone_calls("203", "204")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
    taras = center.leg("taras")
    if step == "ringing":
        await center.restart(away_seconds=1)
    center.asterisk.pick_up(taras)
    await center.until(lambda: center.asterisk.hears(line) == f"talk:{taras}")
    if step == "together":
        await press(center, "*4")
    if step != "ringing":
        before = [center.asterisk.hears(one) for one in (caller, LEG, taras)]
        await center.restart(away_seconds=3)
        await asyncio.sleep(60)
        assert before == [center.asterisk.hears(one) for one in (caller, LEG, taras)]
    if by == "keys":
        center.asterisk.hang_up(LEG)
    elif step != "together":
        center.asterisk.phone_joins(LEG, line)
    await center.until(lambda: taras in center.asterisk.hears(caller))
    await over(center, caller)
    assert len([one for one in center.journal.events(CallEnded) if one.call == CALL]) == 1
