from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.desk import LOCK_SECONDS
from ccengine.core.events import AgentLoggedIn, AgentLoggedOut, WrongPinGiven
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.calls.center_on_fake import CenterOnFake

PIN = "112233"  # equal digits one after the other must count as two


@pytest.fixture(autouse=True)
def pins(tmp_path: Path) -> None:
    folder = tmp_path / "secrets" / "pins"
    folder.mkdir(parents=True)
    for agent in ("olena", "taras", "amira", "omar"):
        (folder / agent).write_text(f"{PIN}\n")


async def dial(
    center: CenterOnFake, phone: str, code: str, digits: str = "", keys: str = ""
) -> None:
    channel = center.asterisk.feature_code(phone, code, digits)
    await asyncio.sleep(0.3)
    for key in keys:
        center.asterisk.dial_digit(channel, key)
        await asyncio.sleep(0.1)
    await center.until(lambda: channel not in center.asterisk.channels_left())


async def test_an_agent_logs_in_goes_not_ready_and_ready_and_out(center: CenterOnFake) -> None:
    center.asterisk.phone_rings("PJSIP/phone-203")
    for _ in range(2):  # the second time Asterisk tells each key twice
        await dial(center, "203", "login", keys=PIN)
        assert center.agent("olena").state is AgentState.AVAILABLE, center.story()
        await dial(center, "203", "not_ready", "2")
        assert center.agent("olena").reason == "lunch"
        await dial(center, "203", "ready")
        assert center.agent("olena").state is AgentState.AVAILABLE
        await dial(center, "203", "logout")
        assert center.agent("olena").state is AgentState.OFFLINE
    center.assert_nothing_left()


async def test_a_number_logs_in_on_any_phone(center: CenterOnFake) -> None:
    await dial(center, "205", "login", "304", keys=f"{PIN}#")
    assert center.agent("taras").phone == "205"


async def test_a_wrong_pin_logs_nobody_in(center: CenterOnFake) -> None:
    channel = center.asterisk.feature_code("203", "login")
    for _ in range(3):
        await asyncio.sleep(0.3)
        center.asterisk.dial_digits(channel, "999999")
        await asyncio.sleep(2)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    assert center.agent("olena").state is AgentState.OFFLINE
    center.assert_nothing_left()


async def test_hanging_up_in_the_middle_of_a_pin_leaves_nothing(center: CenterOnFake) -> None:
    channel = center.asterisk.feature_code("203", "login")
    await asyncio.sleep(0.3)
    center.asterisk.dial_digits(channel, "11")
    center.asterisk.hang_up(channel)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_codes_of_somebody_who_is_not_logged_in_change_nothing(center: CenterOnFake) -> None:
    for code in ("ready", "not_ready", "logout", "nonsense"):
        await dial(center, "203", code)
    assert center.agent("olena").state is AgentState.OFFLINE
    center.assert_nothing_left()


async def test_who_logs_in_again_while_the_old_leg_still_ends_is_rung(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    center.caller("node1-1-1")
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.delay_requests(0.5)
    assert not center.engine.post(AgentLoggedOut(agent="olena"))
    await asyncio.sleep(0.1)
    center.sessions.ensure_agent("olena")
    assert not center.engine.post(AgentLoggedIn(agent="olena", phone="203"))
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203") == "node1-1-1.2")
    await asyncio.sleep(2)
    assert center.engine.has_agent("olena")
    assert center.agent("olena").state is AgentState.OFFERED, center.story()


async def guess(center: CenterOnFake, pin: str = "999999", times: int = 3) -> list[str]:
    """Log in at olena's phone with a wrong PIN, as often as one is asked for; what is said."""
    channel = center.asterisk.feature_code("203", "login")
    for _ in range(times):
        await asyncio.sleep(0.3)
        if channel in center.asterisk.channels_left():
            center.asterisk.dial_digits(channel, pin)
        await asyncio.sleep(2)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    return center.said_on(channel)


async def test_five_wrong_pins_lock_the_log_in_for_a_while_on_every_phone_and_over_a_restart(
    center: CenterOnFake,
) -> None:
    first = await guess(center)
    assert first == ["enter-pin", "wrong-pin"] * 3 + ["refused"]
    second = await guess(center)
    assert second == ["enter-pin", "wrong-pin"] * 2 + ["locked"]
    assert len(center.journal.events(WrongPinGiven)) == 5
    await center.restart()
    right = center.asterisk.feature_code("205", "login", "303")
    await center.until(lambda: right not in center.asterisk.channels_left())
    assert center.said_on(right) == ["locked"]
    assert center.agent("olena").state is AgentState.OFFLINE
    await dial(center, "204", "login", keys=PIN)
    assert center.agent("taras").state is AgentState.AVAILABLE, "only one is locked"
    await asyncio.sleep(LOCK_SECONDS)
    await dial(center, "203", "login", keys=PIN)
    assert center.agent("olena").state is AgentState.AVAILABLE
    center.assert_nothing_left()


async def test_an_agent_without_a_pin_is_told_that_something_is_broken(
    center: CenterOnFake, tmp_path: Path
) -> None:
    (tmp_path / "secrets" / "pins" / "olena").unlink()
    assert await guess(center, times=1) == ["enter-pin", "unavailable"]
    center.assert_nothing_left()


async def test_saying_nothing_is_no_guess(center: CenterOnFake) -> None:
    channel = center.asterisk.feature_code("203", "login")
    await center.until(lambda: channel not in center.asterisk.channels_left())
    assert center.said_on(channel) == ["enter-pin"] * 3 + ["refused"]
    assert not center.journal.events(WrongPinGiven)


@pytest.mark.parametrize("pin", ["*#", "12#", "**##**", "ABCDAB"])
async def test_letters_stars_and_half_a_pin_are_wrong_pins(center: CenterOnFake, pin: str) -> None:
    assert await guess(center, pin, times=1) == ["enter-pin", "wrong-pin"] + ["enter-pin"] * 2 + [
        "refused"
    ]


async def test_an_unknown_number_is_told_and_no_pin_is_asked_for(center: CenterOnFake) -> None:
    for code in ("login", "logout"):
        channel = center.asterisk.feature_code("205", code, "999")
        await center.until(lambda: channel not in center.asterisk.channels_left())  # noqa: B023
        assert center.said_on(channel) == ["unknown-agent"]


async def test_who_left_without_logging_out_does_so_from_another_phone(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena")
    await dial(center, "205", "logout", "303", keys="000000" + "#")
    assert center.agent("olena").state is AgentState.AVAILABLE
    await dial(center, "205", "logout", "303", keys=PIN)
    assert center.agent("olena").state is AgentState.OFFLINE
