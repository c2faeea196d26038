"""Messages that callers leave become work: an agent's phone rings for each, and they hear it."""

from __future__ import annotations

import asyncio
import wave
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.consents import ConsentSettings, Refused
from ccengine.config.settings import StatePaths
from ccengine.core.events import (
    CallbackDialed,
    CallMissed,
    ConsentAsked,
    ConsentKind,
    ConversationEnded,
    ConversationStarted,
    MessageLeft,
    RecordingStarted,
)
from ccengine.core.ids import CallId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.phrases import Phrase
from tests.calls.center_on_fake import DNIPRO
from tests.calls.customers import (
    CALL,
    CALLER,
    NUMBER,
    OUTBOUND,
    customer_answers,
    customer_fails,
    leg,
    press,
    said,
    takes_messages,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.calls.center_on_fake import CenterOnFake

ITEM = CallId(f"{CALL}-vm")


def records(state: Path, seconds: float = 4.0, call: str = CALL) -> str:
    """Write the file as the dialplan would; return the path that is played."""
    day = datetime.fromtimestamp(asyncio.get_running_loop().time(), UTC)
    name = f"demo/dnipro/voicemail/{day:%Y/%m/%d}/{call}"
    file = StatePaths(state).recordings / f"{name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(round(16000 * seconds)))
    return name


async def leaves_a_message(center: CenterOnFake, state: Path, seconds: float = 4.0) -> str:
    """Call, wait, be sent to voicemail, say something and hang up."""
    center.caller()
    where = ("fallback", "voicemail")
    await center.until(lambda: center.asterisk.channel(CALLER).dialplan == where, seconds=5)
    await center.until(lambda: not center.asterisk.channel(CALLER).in_stasis)
    name = records(state, seconds)
    center.asterisk.channel(CALLER).variables["CC_REACHED"] = "message"
    center.asterisk.hang_up(CALLER)
    await center.until(lambda: center.ended())
    return name


async def hears(center: CenterOnFake, agent: str = "olena") -> str:
    """Have the agent answer; their channel, once they hear something."""
    await center.log_in(agent, answers_after=0.5)
    await center.until(lambda: center.journal.events(ConversationStarted))
    (name,) = (c.id for c in center.asterisk.world.channels.values() if "phone-203" in c.name)
    return name


async def test_a_message_waits_and_the_agent_hears_whose_it_is(
    center: CenterOnFake, tmp_path: Path
) -> None:
    takes_messages(center)
    recording = await leaves_a_message(center, tmp_path)
    (left,) = center.journal.events(MessageLeft)
    assert isinstance(left, MessageLeft)
    assert (left.recording, left.seconds, left.to) == (recording, 4.0, f"+{NUMBER}")
    agent = await hears(center)
    await asyncio.sleep(4)
    heard = said(center, agent)
    assert heard[:2] == ["Message for", "Dnipro Energy, vip"]
    assert heard[2].endswith(f"/recordings/{recording}")
    assert heard[3].startswith("Press 1")
    await press(center, agent, "1")
    await asyncio.sleep(0.5)
    assert said(center, agent)[4].endswith(recording)
    center.asterisk.hang_up(agent)
    await center.until(lambda: center.agent("olena").state is AgentState.WRAP_UP)
    await asyncio.sleep(6)
    center.assert_nothing_left()
    assert [end.cause for end in center.ended()] == ["left a message", "message handled"]


async def test_the_agent_calls_back_and_both_talk(center: CenterOnFake, tmp_path: Path) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    agent = await hears(center)
    customer_answers(center)
    await press(center, agent, "2")
    await center.until(lambda: (found := leg(center)) and center.asterisk.hears(found) != "silence")
    customer = leg(center)
    assert customer is not None
    assert center.asterisk.hears(agent) == f"talk:{customer}"
    assert len(center.asterisk.manager.of(customer)) == 1
    assert center.asterisk.channel(customer).variables["CC_AGENT"] == "olena"
    center.asterisk.phone_holds(agent)
    await center.until(lambda: center.asterisk.hears(customer) == "music:default")
    center.asterisk.phone_holds(agent, holds=False)
    await center.until(lambda: center.asterisk.hears(customer) == f"talk:{agent}")
    center.asterisk.hang_up(customer)
    await center.until(lambda: len(center.ended()) == 2)
    await asyncio.sleep(7)
    center.assert_nothing_left()


@pytest.mark.parametrize("refused", Refused)
async def test_who_does_not_agree_to_be_recorded_is_not_or_is_not_served(
    center: CenterOnFake, tmp_path: Path, refused: Refused
) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    rules = ConsentSettings(places={"UA": ConsentKind.CONSENT}, refused=refused)
    center.set_client(consent=rules)
    agent = await hears(center)
    customer_answers(center)
    await press(center, agent, "2")
    await center.until(lambda: center.journal.events(ConsentAsked))
    customer = leg(center)
    assert customer is not None
    prompts = center.configuration.prompts
    await asyncio.sleep(1)
    center.asterisk.dial_digits(customer, "2")
    if refused is Refused.UNRECORDED:
        await center.until(lambda: center.asterisk.hears(customer) == f"talk:{agent}")
        told = (Confirmation.CALLER_IS_ASKED, Confirmation.CALL_NOT_RECORDED)
        wanted = [(agent, prompts.confirmation(one, "en")) for one in told]
        assert [one for one in center.asterisk.played if one[0] == agent][-2:] == wanted
        center.asterisk.hang_up(customer)
    await center.until(lambda: len(center.ended()) == 2)
    sorry = prompts.phrase(DNIPRO, Phrase.ENDS_UNRECORDED, "uk")
    assert ((customer, sorry) in center.asterisk.played) == (refused is Refused.ENDS)
    assert not center.journal.events(RecordingStarted)
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_who_is_not_reached_can_be_tried_again(center: CenterOnFake, tmp_path: Path) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    agent = await hears(center)
    customer_fails(center, 17)
    await press(center, agent, "2")
    await asyncio.sleep(3)
    assert "The customer could not be reached." in said(center, agent)
    await press(center, agent, "2")
    await asyncio.sleep(3)
    assert len(center.journal.events(CallbackDialed)) == 2
    center.asterisk.hang_up(agent)
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_the_agent_hangs_up_while_the_customer_is_rung(
    center: CenterOnFake, tmp_path: Path
) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    agent = await hears(center)
    customer_answers(center, after=50.0)
    await press(center, agent, "2")
    await center.until(lambda: leg(center))
    center.asterisk.hang_up(agent)
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_an_agent_who_says_nothing_is_done(center: CenterOnFake, tmp_path: Path) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    await hears(center)
    await center.until(lambda: center.journal.events(ConversationEnded), seconds=200)
    await asyncio.sleep(7)
    center.assert_nothing_left()


@pytest.mark.parametrize("seconds", [0.0, 0.9])
async def test_who_said_nothing_has_left_no_work(
    center: CenterOnFake, tmp_path: Path, seconds: float
) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path, seconds)
    assert not center.journal.events(MessageLeft)
    assert not center.engine.center.calls


async def test_a_queue_whose_messages_are_no_work(center: CenterOnFake, tmp_path: Path) -> None:
    takes_messages(center)
    center.set_queue(messages_are_work=False)
    center.set_client(messages=None)
    await leaves_a_message(center, tmp_path)
    assert not center.journal.events(MessageLeft)


async def test_a_message_that_ended_while_the_engine_was_away(
    center: CenterOnFake, tmp_path: Path
) -> None:
    takes_messages(center)
    center.caller()
    where = ("fallback", "voicemail")
    await center.until(lambda: center.asterisk.channel(CALLER).dialplan == where, seconds=5)
    await center.until(lambda: not center.asterisk.channel(CALLER).in_stasis)
    await center.kill()
    records(tmp_path)
    center.asterisk.hang_up(CALLER)
    await center.start()
    assert center.engine.center.calls[ITEM].state is CallState.WAITING
    agent = await hears(center)
    center.asterisk.hang_up(agent)
    await asyncio.sleep(7)
    center.assert_nothing_left()


async def test_a_message_that_was_left_without_an_engine(
    center: CenterOnFake, tmp_path: Path
) -> None:
    center.set_client(country="UA", outbound=OUTBOUND, messages="vip")
    await center.kill()
    center.caller()
    records(tmp_path)
    center.asterisk.channel(CALLER).reached = "message"
    center.asterisk.hang_up(CALLER)
    await center.start()
    await center.until(lambda: center.journal.events(CallMissed))
    await asyncio.sleep(30)
    assert len(center.journal.events(MessageLeft)) == 1
    assert center.asterisk.notes() == []
    agent = await hears(center)
    center.asterisk.hang_up(agent)
    await asyncio.sleep(7)
    center.assert_nothing_left()


@pytest.mark.parametrize("when", ["waiting", "ringing", "hearing", "dialing", "talking"])
async def test_killed_at_any_point_it_goes_on(
    center: CenterOnFake, tmp_path: Path, when: str
) -> None:
    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    customer_answers(center, after=2.0)
    agent = ""
    if when == "ringing":
        await center.log_in("olena", answers_after=1.0)
        await asyncio.sleep(0.5)
    elif when != "waiting":
        agent = await hears(center)
    if when in ("dialing", "talking"):
        await press(center, agent, "2")
        await asyncio.sleep(1.0 if when == "dialing" else 4.0)
    await center.restart(away_seconds=0.3)
    if when == "ringing":
        await center.until(lambda: center.journal.events(ConversationStarted))
        (agent,) = (c.id for c in center.asterisk.world.channels.values() if "203" in c.name)
    elif when == "waiting":
        agent = await hears(center)
    await asyncio.sleep(3)
    if when in ("dialing", "talking"):
        customer = leg(center)
        assert customer is not None
        assert center.asterisk.hears(customer) == f"talk:{agent}"
        assert len(center.journal.events(CallbackDialed)) == 1
    else:
        assert any("recordings" in one for one in said(center, agent))
    center.asterisk.hang_up(agent)
    await asyncio.sleep(7)
    center.assert_nothing_left()
    assert len(center.journal.events(ConversationStarted)) == 1


async def test_a_note_outlives_its_client(center: CenterOnFake, tmp_path: Path) -> None:
    """Else it would stop each engine that starts."""
    center.set_client(country="UA", outbound=OUTBOUND, messages="vip")
    await center.kill()
    center.caller()
    records(tmp_path)
    center.asterisk.channel(CALLER).reached = "message"
    center.asterisk.hang_up(CALLER)
    center.remove_client()
    await center.start()
    await center.until(lambda: center.journal.events(CallMissed))
    await asyncio.sleep(30)
    assert not center.journal.events(MessageLeft)
    assert center.asterisk.notes() == []


@pytest.mark.parametrize("place", ["CallScope", "rule_of"])
async def test_a_fault_of_ours_leaves_nobody_on_a_silent_line(
    center: CenterOnFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def breaks(*_: object, **__: object) -> None:
        message = "planted"
        raise RuntimeError(message)

    takes_messages(center)
    await leaves_a_message(center, tmp_path)
    customer_answers(center)
    if place == "rule_of":
        agent = await hears(center)
        monkeypatch.setattr(f"ccengine.calls.message.{place}", breaks)
        await press(center, agent, "2")
    else:
        monkeypatch.setattr(f"ccengine.calls.message.{place}", breaks)
        await center.log_in("olena", answers_after=0.5)
    await center.until(lambda: len(center.ended()) == 2)
    assert center.ended()[-1].cause == "engine error"
    await asyncio.sleep(7)
    center.assert_nothing_left()
