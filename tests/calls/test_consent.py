"""Before a call is recorded its caller is told, or asked; nobody else hears it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.calls.keys import CardWish
from ccengine.calls.recording_wishes import ScreenDesk
from ccengine.config.consents import ConsentSettings, Refused
from ccengine.core.consents import ASKING_SECONDS
from ccengine.core.events import (
    CardEntryStarted,
    ConsentAnswer,
    ConsentAsked,
    ConsentGiven,
    ConsentKind,
    ConsentRefused,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    HoldBy,
    HoldStarted,
    PauseReason,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from ccengine.core.ids import CallId
from ccengine.core.queues import OnDemand
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.phrases import Phrase
from tests.calls.center_on_fake import DNIPRO, PHONES

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

CALL, LEG = "node1-1-1", "node1-1-1.1"
GERMAN, BRITON, NEW_YORKER = "493012345678", "442071234567", "12125550100"
STEPS = (ConsentAsked, ConsentGiven, ConsentRefused, RecordingStarted, ConversationStarted)


def heard(center: CenterOnFake, channel: str) -> list[str]:
    """Names of the phrases and confirmations that were played on a channel."""
    prompts = center.configuration.prompts
    words = {prompts.phrase(DNIPRO, one, lang): str(one) for one in Phrase for lang in ("uk", "en")}
    words |= {prompts.confirmation(one, "en"): str(one) for one in Confirmation}
    played = [media for where, media in center.asterisk.played if where == channel]
    return [words[media] for media in played if media in words]


def steps(center: CenterOnFake) -> list[type]:
    return [type(one) for one in center.journal.events(*STEPS)]


async def calls(center: CenterOnFake, number: str, **settings: Any) -> str:
    """Somebody calls, and olena answers; a queue that records, a client that asks."""
    center.set_queue("vip", recorded=settings.pop("recorded", True))
    center.set_client(consent=ConsentSettings(**settings))
    sites = center.configuration.tenant.settings.sites  # type: ignore[union-attr]
    center.set_tenant(sites={name: replace(site, place="US-NY") for name, site in sites.items()})
    await center.log_in("olena", answers_after=1.0)
    return center.caller(caller=number)


async def joined(center: CenterOnFake) -> None:
    await center.until(lambda: center.journal.events(ConversationStarted))
    await asyncio.sleep(1)


async def over(center: CenterOnFake, caller: str) -> None:
    center.asterisk.hang_up(caller)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_an_announcement_is_heard_before_the_recording_and_by_the_caller_alone(
    center: CenterOnFake,
) -> None:
    caller = await calls(center, BRITON)
    await joined(center)
    assert heard(center, caller)[-1] == "call-is-recorded"
    assert heard(center, LEG) == []
    assert steps(center) == [ConsentAsked, ConsentGiven, RecordingStarted, ConversationStarted]
    [asked, given] = center.journal.events(ConsentAsked, ConsentGiven)
    assert (asked.caller_place, asked.agent_place) == ("GB", "US-NY")  # type: ignore[attr-defined]
    assert asked.version  # type: ignore[attr-defined]
    assert given.answer is ConsentAnswer.HEARD  # type: ignore[attr-defined]
    await over(center, caller)


async def test_where_one_party_is_enough_nothing_is_said_and_that_is_kept(
    center: CenterOnFake,
) -> None:
    caller = await calls(center, NEW_YORKER)
    await joined(center)
    assert "call-is-recorded" not in heard(center, caller)
    assert steps(center) == [ConsentGiven, RecordingStarted, ConversationStarted]
    await over(center, caller)


async def test_who_agrees_by_a_key_is_recorded(center: CenterOnFake) -> None:
    caller = await calls(center, GERMAN)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, "1")
    await joined(center)
    assert steps(center) == [ConsentAsked, ConsentGiven, RecordingStarted, ConversationStarted]
    await over(center, caller)


@pytest.mark.parametrize("key", ["2", ""])
async def test_who_does_not_agree_talks_unrecorded_and_the_agent_hears_it(
    center: CenterOnFake, key: str
) -> None:
    caller = await calls(center, GERMAN)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await asyncio.sleep(1)
    if key:
        center.asterisk.dial_digits(caller, key)
    await joined(center)
    assert steps(center) == [ConsentAsked, ConsentRefused, ConversationStarted]
    [refused] = center.journal.events(ConsentRefused)
    wanted = ConsentAnswer.DENIED if key else ConsentAnswer.NO_KEY
    assert refused.answer is wanted  # type: ignore[attr-defined]
    assert heard(center, LEG) == ["caller-is-asked", "call-not-recorded"]
    [started] = center.journal.events(ConversationStarted)
    assert not started.recorded, "so nobody looks for a recording"  # type: ignore[attr-defined]
    assert center.asterisk.manager.of(caller) == []
    center.asterisk.dial_digits(LEG, "*9")  # nor by the agent's wish
    await asyncio.sleep(5)
    assert not center.journal.events(RecordingStarted)
    await over(center, caller)


async def test_a_client_may_serve_nobody_unrecorded(center: CenterOnFake) -> None:
    caller = await calls(center, GERMAN, refused=Refused.ENDS)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, "2")
    await center.until(center.ended)
    assert heard(center, caller)[-1] == "ends-unrecorded"
    assert steps(center) == [ConsentAsked, ConsentRefused]
    await center.until(lambda: not center.asterisk.channels_left())
    center.assert_nothing_left()
    assert center.agent("olena").call is None


async def test_an_announcement_that_cannot_be_played_is_none(center: CenterOnFake) -> None:
    caller = await calls(center, BRITON)
    prompts = center.configuration.prompts
    center.asterisk.missing_media.add(prompts.phrase(DNIPRO, Phrase.CALL_IS_RECORDED, "uk"))
    await joined(center)
    [refused] = center.journal.events(ConsentRefused)
    assert refused.answer is ConsentAnswer.NOT_PLAYED  # type: ignore[attr-defined]
    assert not center.journal.events(RecordingStarted)
    await over(center, caller)


async def test_an_agent_who_records_by_choice_lets_the_caller_be_told_first(
    center: CenterOnFake,
) -> None:
    caller = await calls(center, BRITON, recorded=OnDemand.ON_DEMAND)
    await joined(center)
    assert steps(center) == [ConversationStarted]
    center.asterisk.dial_digits(LEG, "*9")
    await center.until(lambda: center.journal.events(RecordingStarted))
    await asyncio.sleep(5)
    assert steps(center)[1:] == [ConsentAsked, ConsentGiven, RecordingStarted]
    assert "call-is-recorded" not in heard(center, LEG)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_who_was_asked_is_not_asked_by_the_next_agent(center: CenterOnFake) -> None:
    caller = await calls(center, BRITON)
    await joined(center)
    await center.log_in("taras", answers_after=1.0)
    center.set_queue("vip", extension="801")
    center.asterisk.dial_digits(LEG, "*2801#")
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    assert len(center.journal.events(ConsentAsked)) == 1
    assert center.engine.center.calls[CALL].consent.rule is ConsentKind.ANNOUNCE  # type: ignore[union-attr]
    await over(center, caller)


OMARS = f"PJSIP/phone-{PHONES['omar']}"


async def consulting(
    center: CenterOnFake, wants: ConsentKind, *, refused: Refused = Refused.UNRECORDED
) -> tuple[str, str]:
    """Olena, where nothing is asked for, asks omar about a recorded caller; he is elsewhere."""
    center.set_queue("vip", recorded=True)
    rules = ConsentSettings(places={"DE": wants}, refused=refused)
    center.set_client(consent=rules)
    sites = center.configuration.tenant.settings.sites  # type: ignore[union-attr]
    places = {"kyiv": "US-NY", "dubai": "DE"}
    center.set_tenant(
        sites={name: replace(site, place=places[name]) for name, site in sites.items()}
    )
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller(caller=NEW_YORKER)
    await joined(center)
    await center.log_in("omar")
    center.asterisk.dial_digits(LEG, f"*3{PHONES['omar']}#")
    await center.until(lambda: center.asterisk.ringing(OMARS))
    omar = center.leg("omar")
    center.asterisk.pick_up(omar)
    await center.until(lambda: center.asterisk.hears(LEG) == f"talk:{omar}")
    assert "call-is-recorded" not in heard(center, caller)
    return caller, omar


def pauses(center: CenterOnFake) -> list[tuple[str, PauseReason]]:
    """Who paused the recording, and why."""
    return [(one.by, one.reason) for one in center.journal.events(RecordingPaused)]  # type: ignore[attr-defined]


async def test_handed_over_to_a_stricter_place_the_caller_is_told_and_the_recording_goes_on(
    center: CenterOnFake,
) -> None:
    caller, omar = await consulting(center, ConsentKind.ANNOUNCE)
    center.asterisk.hang_up(LEG)
    await center.until(lambda: len(center.journal.events(ConsentAsked)) == 1)
    [monitor] = center.asterisk.manager.of(caller)
    assert monitor.muted
    assert center.asterisk.hears(caller) != f"talk:{omar}"
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{omar}")
    await asyncio.sleep(1)
    assert not monitor.muted
    assert pauses(center) == [("omar", PauseReason.CONSENT)]
    assert len(center.journal.events(RecordingStarted)) == 1
    assert not center.journal.events(RecordingStopped)
    first, second = center.journal.events(ConsentGiven)
    assert (first.rule, second.rule) == ("one_party", "announce")  # type: ignore[attr-defined]
    assert second.agent_place == "DE"  # type: ignore[attr-defined]
    assert "call-is-recorded" not in heard(center, omar)
    await over(center, caller)


@pytest.mark.parametrize("key", ["1", "2"])
async def test_handed_over_to_where_it_is_asked_the_callers_key_decides(
    center: CenterOnFake, key: str
) -> None:
    caller, omar = await consulting(center, ConsentKind.CONSENT)
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, key)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{omar}")
    await asyncio.sleep(8)
    monitors = center.asterisk.manager.of(caller)
    assert [one.muted for one in monitors] == ([False] if key == "1" else [])
    assert ("call-not-recorded" in heard(center, omar)) == (key == "2")
    assert center.asterisk.hears(caller) == f"talk:{omar}"
    await over(center, caller)


async def test_handed_over_who_does_not_agree_is_not_served_where_that_is_the_rule(
    center: CenterOnFake,
) -> None:
    caller, _ = await consulting(center, ConsentKind.CONSENT, refused=Refused.ENDS)
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, "2")
    await center.until(lambda: not center.engine.center.calls)
    assert heard(center, caller)[-1] == "ends-unrecorded"
    await center.until(lambda: not center.asterisk.channels_left())
    center.assert_nothing_left()


async def test_where_they_cannot_be_told_the_recording_is_paused_and_the_earlier_part_is_kept(
    center: CenterOnFake,
) -> None:
    caller, omar = await consulting(center, ConsentKind.ANNOUNCE)
    prompts = center.configuration.prompts
    center.asterisk.missing_media.add(prompts.phrase(DNIPRO, Phrase.CALL_IS_RECORDED, "uk"))
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{omar}")
    await asyncio.sleep(8)
    [monitor] = center.asterisk.manager.of(caller)
    assert monitor.muted
    assert not center.journal.events(RecordingStopped, RecordingResumed)
    await asyncio.sleep(330)  # nor by itself, as another pause would
    assert monitor.muted
    await over(center, caller)


async def test_who_joins_from_a_stricter_place_is_heard_after_the_caller_was_told(
    center: CenterOnFake,
) -> None:
    caller, omar = await consulting(center, ConsentKind.ANNOUNCE)
    center.asterisk.dial_digits(LEG, "*4")
    await center.until(lambda: len(center.journal.events(ConsentAsked)) == 1)
    assert center.asterisk.hears(LEG) == f"talk:{omar}"
    await center.until(lambda: omar in center.asterisk.hears(caller))
    assert center.journal.events(ConsentGiven)[-1].agent_place == "DE"  # type: ignore[attr-defined]
    [monitor] = center.asterisk.manager.of(caller)
    assert not monitor.muted
    await over(center, caller)


async def test_an_engine_killed_while_it_is_asked_asks_again(center: CenterOnFake) -> None:
    caller, omar = await consulting(center, ConsentKind.ANNOUNCE)
    center.asterisk.hang_up(LEG)
    await center.until(lambda: len(center.journal.events(ConsentAsked)) == 1)
    await center.restart()
    await center.until(lambda: len(center.journal.events(ConsentAsked)) == 2)
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{omar}")
    await asyncio.sleep(1)
    [monitor] = center.asterisk.manager.of(caller)
    assert not monitor.muted
    await over(center, caller)


def says(center: CenterOnFake, phrase: Phrase, seconds: float) -> None:
    """Have a client's own text take so long."""
    prompts = center.configuration.prompts
    for language in ("uk", "en"):
        center.asterisk.media_seconds[prompts.phrase(DNIPRO, phrase, language)] = seconds


async def test_a_long_text_to_a_silent_caller_does_not_take_their_agent_away(
    center: CenterOnFake,
) -> None:
    says(center, Phrase.MAY_BE_RECORDED, 18.0)
    says(center, Phrase.NOT_RECORDED, 8.0)
    caller = await calls(center, GERMAN)
    await center.until(lambda: center.journal.events(ConsentAsked))
    assert heard(center, LEG) == ["caller-is-asked"]
    started = ConversationStarted
    await center.until(lambda: center.journal.events(started), seconds=ASKING_SECONDS)
    await asyncio.sleep(1)
    assert steps(center) == [ConsentAsked, ConsentRefused, ConversationStarted]
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    assert not center.journal.events(ConversationFailed)
    await over(center, caller)


async def test_a_text_without_an_end_does_not_keep_an_agent_for_ever(center: CenterOnFake) -> None:
    says(center, Phrase.MAY_BE_RECORDED, 3600.0)
    caller = await calls(center, GERMAN)
    await center.until(
        lambda: center.journal.events(ConversationStarted), seconds=ASKING_SECONDS + 10
    )
    [refused] = center.journal.events(ConsentRefused)
    assert refused.answer is ConsentAnswer.NO_KEY  # type: ignore[attr-defined]
    await asyncio.sleep(1)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_a_hang_up_while_it_is_asked_leaves_nothing(center: CenterOnFake) -> None:
    caller = await calls(center, GERMAN)
    await center.until(lambda: center.journal.events(ConsentAsked))
    await over(center, caller)
    assert not center.journal.events(RecordingStarted, ConversationStarted)


def wishes(center: CenterOnFake) -> list[str]:
    """Somebody asks on a screen for a recording; what they are told comes into the list."""
    told: list[str] = []
    call = center.engine.center.calls[CallId(CALL)]

    async def begin() -> None:
        told.append(await ScreenDesk(center.wiring, center.sessions.talks).begin(call, "olena"))

    center.sessions.talks.start(begin(), "a wish")
    return told


async def on_demand(center: CenterOnFake) -> tuple[str, list[str]]:
    """A talk whose recording somebody asks for on a screen; the caller is being asked."""
    caller = await calls(center, GERMAN, recorded=OnDemand.ON_DEMAND)
    await joined(center)
    begins = wishes(center)
    await center.until(lambda: center.journal.events(ConsentAsked))
    return caller, begins


async def test_who_is_asked_in_a_talk_is_not_lost_to_the_audit(center: CenterOnFake) -> None:
    says(center, Phrase.MAY_BE_RECORDED, 30.0)  # so the audit looks at least twice
    caller, begins = await on_demand(center)
    await center.until(lambda: begins, seconds=ASKING_SECONDS)
    assert begins == ["the caller does not agree"]
    assert not center.journal.events(ConversationEnded)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    await over(center, caller)


async def test_hold_and_card_wait_until_the_caller_has_answered(center: CenterOnFake) -> None:
    caller, begins = await on_demand(center)
    center.asterisk.phone_holds(LEG)
    center.sessions.talks.controls[CALL].note_wish(CardWish(by="olena"))
    await asyncio.sleep(1)
    assert not center.journal.events(HoldStarted)
    center.asterisk.dial_digits(caller, "1")
    await center.until(lambda: begins == [""])
    await center.until(lambda: center.asterisk.hears(caller) == "music:default")
    assert center.journal.events(HoldStarted, RecordingStarted)
    assert not center.journal.events(CardEntryStarted)
    again = wishes(center)
    await center.until(lambda: again == ["the call is recorded already"])
    await over(center, caller)


async def test_the_core_refuses_to_part_who_is_asked(center: CenterOnFake) -> None:
    caller, begins = await on_demand(center)
    held = HoldStarted(call=CALL, agent="olena", how=HoldBy.CODE)  # type: ignore[arg-type]
    assert "is being asked" in center.engine.post(held)
    center.asterisk.dial_digits(caller, "1")
    await center.until(lambda: begins == [""])
    await over(center, caller)


async def test_an_agent_who_leaves_while_it_is_asked_leaves_nobody_waiting(
    center: CenterOnFake,
) -> None:
    caller, begins = await on_demand(center)
    second = wishes(center)
    await asyncio.sleep(0.1)
    center.asterisk.hang_up(caller)
    await center.until(lambda: begins and second, seconds=5)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


async def test_killed_while_it_is_asked_on_demand_the_two_talk_again(center: CenterOnFake) -> None:
    caller, _ = await on_demand(center)
    await center.restart()
    await center.until(lambda: center.asterisk.hears(caller) == f"talk:{LEG}")
    [refused] = center.journal.events(ConsentRefused)
    assert refused.answer is ConsentAnswer.ENGINE_LOST  # type: ignore[attr-defined]
    assert center.engine.center.calls[CALL].consent is None
    await over(center, caller)
