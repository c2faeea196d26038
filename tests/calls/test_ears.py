"""What callers are heard by belongs to a session: none outlives it, and none dies with a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.asterisk.caller_sound import BRIDGE_NAME, IN, OUT, is_ear
from ccengine.calls.bridge_names import TALK

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

PHONE = "PJSIP/phone-204"  # in the place of a snoop


async def listen(center: CenterOnFake, caller: str) -> str:
    """Make what a caller is listened to by; its name."""
    ear = f"{caller}.ear-0badcafe"
    ari = center.wiring.router.ari
    center.asterisk.phone_answers(PHONE, after=0.1)
    await ari.create_bridge(ear, name=BRIDGE_NAME, kind=TALK)
    for channel in (ear + IN, ear + OUT):
        await ari.originate(channel_id=channel, endpoint=PHONE)
        await center.until(lambda one=channel: center.asterisk.channel(one).state == "Up")
    return ear


async def test_an_engine_that_was_killed_leaves_nobody_listening(center: CenterOnFake) -> None:
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    await listen(center, caller)
    assert len(center.asterisk.channels_left()) == 3
    await center.restart(away_seconds=0.5)
    await center.until(lambda: center.asterisk.channels_left() == [caller])
    assert center.asterisk.bridges_left() == []
    center.asterisk.hang_up(caller)
    await center.until(center.ended)
    center.assert_nothing_left()


async def test_a_lost_socket_ends_no_listening(center: CenterOnFake) -> None:
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    router = center.wiring.router
    heard = [router.channel(f"{caller}.ear-0badcafe{end}") for end in (IN, OUT)]
    ear = await listen(center, caller)
    center.asterisk.drop_connection(stay_down=True)
    await center.until(lambda: not center.switchboard.connected)
    center.asterisk.restore()
    await center.until(lambda: center.switchboard.connected)
    assert not any(channel.is_gone for channel in heard)
    assert center.asterisk.bridges_left() == [ear]
    for channel in heard:
        await channel.hang_up()
    await router.bridge(ear).destroy()
    center.asterisk.hang_up(caller)
    await center.until(center.ended)
    center.assert_nothing_left()


def test_an_ear_is_known_by_its_name() -> None:
    assert is_ear("1763816460.42.ear-0badcafe-in")
    assert is_ear("1763816460.42.ear-0badcafe")
    assert not is_ear("1763816460.42")
    assert not is_ear("node1-year-0badcafe")
