"""Agents hear whose caller it is before the join; on phones outside they press a key to take it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.config.tenant import Phone
from ccengine.core.events import (
    CallEnded,
    ConversationFailed,
    ConversationStarted,
    Miss,
    OfferAccepted,
    OfferDeclined,
)
from ccengine.core.states import AgentState, CallState
from tests.calls.test_feature_codes import PIN

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.events import Event
    from tests.calls.center_on_fake import CenterOnFake

OLENA = "PJSIP/phone-203"
OUTSIDE = "Local/207@external-agent/n"
CALLER = "node1-1.1"


# --- before the join -----------------------------------------------------------------------------


@pytest.fixture
async def introduced(center: CenterOnFake) -> CenterOnFake:
    """Olena has answered, and hears whose call it is."""
    center.set_queue(agent_hears="names")
    name = center.configuration.prompts.name("queue/dnipro/vip")
    assert name is not None
    center.asterisk.media_seconds[name] = 3.0
    await center.log_in("olena")
    center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    leg = center.leg("olena")
    center.asterisk.pick_up(leg)
    await center.until(lambda: center.said_on(leg))
    return center


async def test_the_agent_hears_the_names_and_the_caller_music_until_they_are_joined(
    introduced: CenterOnFake,
) -> None:
    center, leg = introduced, "node1-1-1.1"
    await asyncio.sleep(1)
    assert center.said_on(leg) == ["queue/dnipro/vip"]
    assert center.asterisk.hears(CALLER) == "music:default"
    assert not center.journal.events(ConversationStarted)
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.asterisk.hears(CALLER) == f"talk:{leg}"
    center.asterisk.hang_up(CALLER)
    await center.until(lambda: not center.asterisk.channels_left())
    center.assert_nothing_left()


async def test_a_caller_who_leaves_meanwhile_frees_the_agent(introduced: CenterOnFake) -> None:
    introduced.asterisk.hang_up(CALLER)
    await introduced.until(lambda: not introduced.asterisk.channels_left())
    assert introduced.agent("olena").state is AgentState.AVAILABLE
    introduced.assert_nothing_left()


async def test_an_agent_who_hangs_up_meanwhile_leaves_the_caller_in_line(
    introduced: CenterOnFake,
) -> None:
    introduced.asterisk.hang_up("node1-1-1.1")
    await introduced.until(lambda: introduced.journal.events(ConversationFailed))
    assert introduced.agent("olena").state is AgentState.NOT_READY
    assert introduced.engine.center.calls["node1-1-1"].state is CallState.WAITING
    await asyncio.sleep(1)
    assert introduced.asterisk.hears(CALLER) == "music:default"


async def test_an_engine_that_dies_meanwhile_introduces_again_and_joins(
    introduced: CenterOnFake,
) -> None:
    await introduced.restart(away_seconds=1)
    await introduced.until(lambda: introduced.journal.events(ConversationStarted))
    assert introduced.asterisk.hears(CALLER) == "talk:node1-1-1.1"


async def test_a_client_has_its_own_words(center: CenterOnFake) -> None:
    center.set_queue(agent_hears="en/main-menu")
    await center.log_in("olena", answers_after=0.5)
    center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    media = center.configuration.prompts.media("dnipro", "main-menu", "en")
    assert [media] == [what for channel, what in center.asterisk.played if channel == "node1-1-1.1"]


async def test_a_phone_is_told_to_answer_by_itself_if_it_is_to(center: CenterOnFake) -> None:
    assert center.configuration.tenant is not None
    phones = center.configuration.tenant.settings.phones
    center.set_tenant(phones={**phones, "203": replace(phones["203"], auto_answer=True)})
    await center.log_in("olena")
    center.caller()
    await center.until(lambda: center.asterisk.ringing(OLENA))
    variables = center.asterisk.channel(center.leg("olena")).variables
    assert "answer-after=0" in variables["PJSIP_HEADER(add,Call-Info)"]
    assert "info=alert-autoanswer" in variables["PJSIP_HEADER(add,Alert-Info)"]


# --- outside -------------------------------------------------------------------------------------


@pytest.fixture
async def outside(center: CenterOnFake, tmp_path: Path) -> CenterOnFake:
    """Olena is logged in at her telephone outside, which is 207, by the desk phone 205."""
    folder = tmp_path / "secrets" / "pins"
    folder.mkdir(parents=True)
    (folder / "olena").write_text(f"{PIN}\n")
    assert center.configuration.tenant is not None
    settings = center.configuration.tenant.settings
    phones = {**settings.phones, "207": Phone(external="+380441112233", dials_for="dnipro")}
    agents = {**settings.agents, "olena": replace(settings.agents["olena"], phone="207")}
    center.set_tenant(phones=phones, agents=agents)
    center.set_queue(agent_hears="names")
    center.asterisk.phone_rings(OUTSIDE)
    channel = center.asterisk.feature_code("205", "login", "303")
    await asyncio.sleep(0.3)
    center.asterisk.dial_digits(channel, PIN)
    await asyncio.sleep(0.5)
    center.asterisk.dial_digit(channel, "2")
    await center.until(lambda: channel not in center.asterisk.channels_left())
    assert center.said_on(channel) == ["enter-pin", "which-phone", "logged-in"]
    assert center.agent("olena").phone == "207"
    center.caller()
    await center.until(lambda: center.asterisk.ringing(OUTSIDE))
    return center


def declined(center: CenterOnFake) -> list[Event]:
    return center.journal.events(OfferDeclined)


async def test_who_presses_the_key_outside_has_the_caller(outside: CenterOnFake) -> None:
    leg = "node1-1-1.1"
    outside.asterisk.pick_up(leg)
    await asyncio.sleep(1)
    assert not outside.journal.events(OfferAccepted), "answered is not taken"
    outside.asterisk.dial_digit(leg, "1")
    await outside.until(lambda: outside.journal.events(ConversationStarted))
    assert outside.said_on(leg) == ["queue/dnipro/vip", "press-one-to-take"]
    assert outside.asterisk.hears(CALLER) == f"talk:{leg}"
    outside.asterisk.hang_up(leg)
    await outside.until(lambda: not outside.asterisk.channels_left())
    outside.assert_nothing_left()


@pytest.mark.parametrize("keys", ["", "5", "55"])
async def test_a_mailbox_that_answers_outside_never_has_a_caller(
    outside: CenterOnFake, keys: str
) -> None:
    leg = "node1-1-1.1"
    outside.asterisk.pick_up(leg)
    for key in keys:
        await asyncio.sleep(0.5)
        outside.asterisk.dial_digit(leg, key)
    await outside.until(lambda: declined(outside) or outside.agent("olena").reason)
    assert outside.agent("olena").state is AgentState.NOT_READY
    assert outside.agent("olena").reason in ("no key pressed", "no answer")
    assert not outside.journal.events(OfferAccepted)
    await outside.until(lambda: leg not in outside.asterisk.channels_left())
    assert outside.engine.center.calls["node1-1-1"].state is CallState.WAITING
    outside.asterisk.hang_up(CALLER)
    await outside.until(lambda: outside.journal.events(CallEnded))
    outside.assert_nothing_left()


@pytest.mark.parametrize(
    ("cause", "how"), [(17, Miss.BUSY), (21, Miss.DECLINED), (52, Miss.FAILED)]
)
async def test_what_becomes_of_a_leg_outside_is_told_at_once(
    outside: CenterOnFake, cause: int, how: Miss
) -> None:
    outside.asterisk.decline("node1-1-1.1", cause)
    await outside.until(lambda: declined(outside), 2)
    (event,) = declined(outside)
    assert isinstance(event, OfferDeclined)
    assert event.how is how


async def test_an_engine_that_dies_before_the_key_asks_for_it_again(outside: CenterOnFake) -> None:
    leg = "node1-1-1.1"
    outside.asterisk.pick_up(leg)
    await asyncio.sleep(1)
    await outside.restart(away_seconds=1)
    await asyncio.sleep(1)
    assert not outside.journal.events(OfferAccepted), "a restart is no key"
    outside.asterisk.dial_digit(leg, "1")
    await outside.until(lambda: outside.journal.events(ConversationStarted))


async def test_a_phone_outside_is_never_lost(outside: CenterOnFake) -> None:
    await asyncio.sleep(100)  # the audit looks at phones
    assert not outside.agent("olena").phone_lost
