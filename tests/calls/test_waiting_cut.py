"""An announcement stops when an agent answers, and survives what happens to engine and plan."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    ConversationStarted,
    OfferAccepted,
)
from ccengine.core.queues import (
    Announcements,
    KeyExit,
    Messages,
)
from tests.calls.in_line import Line, over, told

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

VOICEMAIL = KeyExit(voicemail=True)


@pytest.mark.parametrize("hundredths", [*range(0, 60, 2), 95, 129, 130, 131, 132, 135, 180])
async def test_whenever_an_agent_answers_the_caller_hears_nothing_but_them(
    center: CenterOnFake, hundredths: int
) -> None:
    """Before the first prompt, between its request and its answer, in it, at its end, after it."""
    line = Line(center, announcements=told())
    await center.log_in("olena", answers_after=hundredths / 100)
    center.asterisk.delay_requests(0.02)
    caller = line.caller()
    await center.until(lambda: center.journal.events(OfferAccepted))
    answered = asyncio.get_running_loop().time()
    await center.until(lambda: center.journal.events(ConversationStarted))
    # In sequence: a prompt's or music's request under way, two stops, a bridge, two channels.
    assert asyncio.get_running_loop().time() - answered < 0.15
    leg = center.asterisk.channel(caller).bridge_id.removesuffix(".talk")
    assert center.asterisk.hears(caller) == f"talk:{leg}"
    assert not center.asterisk.channel(caller).music
    await asyncio.sleep(40)
    assert center.asterisk.hears(caller) == f"talk:{leg}"
    assert not center.asterisk.channel(caller).music
    await over(center, caller)


@pytest.mark.parametrize("milliseconds", [0, 5, 10, 15, 25])
async def test_a_prompt_that_is_stopped_before_it_sounds_has_not_stopped_the_music(
    center: CenterOnFake, milliseconds: int
) -> None:
    messages = Messages(prompts=("one",), every_seconds=20.0)
    line = Line(center, messages=messages)
    center.asterisk.world.begin_seconds = 0.02
    caller = line.caller()
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(15)
    assert center.asterisk.hears(caller) == "music:default"
    await center.log_in("olena")
    center.asterisk.delay_requests(0.005)
    due = began + 20.0 + milliseconds / 1000
    await asyncio.sleep(due - asyncio.get_running_loop().time())
    center.asterisk.pick_up(center.leg("olena"))
    await center.until(lambda: center.journal.events(ConversationStarted), 1.0)
    await asyncio.sleep(3)
    assert center.asterisk.hears(caller).startswith("talk:")
    assert not center.asterisk.channel(caller).music
    await over(center, caller)


async def test_a_prompt_is_cut_within_one_request_of_the_answer(center: CenterOnFake) -> None:
    line = Line(center, announcements=told())
    line.lasts(9.0, "queue-next")
    await center.log_in("olena")
    caller = line.caller()
    await asyncio.sleep(2)
    assert center.asterisk.hears(caller).endswith("queue-next")
    center.asterisk.delay_requests(0.01)
    center.asterisk.mark()
    center.asterisk.pick_up(center.leg("olena"))
    await asyncio.sleep(0.011)
    assert center.asterisk.hears(caller) == "silence"
    told_off = [f"{one.method} {one.path}" for one in center.asterisk.requests_since_mark()]
    assert told_off[0].startswith("DELETE playbacks/")
    await over(center, caller)


async def test_after_an_agent_who_was_lost_the_caller_is_not_told_the_same_at_once(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told())
    await center.log_in("olena", answers_after=3.0)
    center.asterisk.fail_next("POST", "addChannel", 422, "Channel not found")
    caller = line.caller()
    await center.until(lambda: center.agent("olena").state == "not_ready")
    await asyncio.sleep(1)
    assert center.asterisk.hears(caller) == "music:default"
    await asyncio.sleep(30)
    assert [round(one.at) for one in line.heard(caller)] == [0, 30]
    await over(center, caller)


async def test_music_goes_by_the_language_that_is_heard(center: CenterOnFake) -> None:
    line = Line(center, music="nour", music_in={"uk": "dnipro", "en": "dnipro/english"})
    caller = line.caller()
    await asyncio.sleep(1)
    assert center.asterisk.hears(caller) == "music:dnipro"
    line.rules(language="en")
    await asyncio.sleep(6)
    assert center.asterisk.hears(caller) == "music:dnipro/english"
    line.rules(music_in={})
    await asyncio.sleep(6)
    assert center.asterisk.hears(caller) == "music:nour"
    await over(center, caller)


async def test_a_reload_holds_for_who_waits(center: CenterOnFake) -> None:
    line = Line(center)
    caller = line.caller()
    await asyncio.sleep(60)
    assert line.heard(caller) == []
    line.rules(announcements=told(), keys={"1": VOICEMAIL})
    await asyncio.sleep(10)
    assert line.said(caller) == ["queue-next", "queue-leave-message-1"]
    line.rules(announcements=Announcements(), keys={})
    await asyncio.sleep(100)
    center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(1)
    assert line.said(caller) == ["queue-next", "queue-leave-message-1"]
    assert center.asterisk.hears(caller) == "music:default"
    await over(center, caller)


async def test_what_is_missing_in_a_language_is_said_in_the_clients_own_or_left_out(
    center: CenterOnFake,
) -> None:
    messages = Messages(prompts=("lost", "found"), every_seconds=20.0)
    line = Line(center, announcements=told(), messages=messages, language="xx")
    caller = line.caller()
    await asyncio.sleep(75)
    assert line.said(caller) == ["queue-next", "queue-next", "found", "queue-next"]
    assert center.asterisk.hears(caller) == "music:default"
    await over(center, caller)


async def test_a_prompt_without_a_file_leaves_the_music(center: CenterOnFake) -> None:
    line = Line(center, announcements=told())
    center.asterisk.missing_media.add("sound:/var/lib/ccengine/sounds/uk/queue-next")
    caller = line.caller()
    await asyncio.sleep(2)
    assert center.asterisk.hears(caller) == "music:default"
    await over(center, caller)


async def test_a_restart_repeats_nothing_at_once_and_goes_on_in_time(center: CenterOnFake) -> None:
    messages = Messages(prompts=("one", "two"), every_seconds=50.0)
    line = Line(center, announcements=told(), messages=messages)
    caller = line.caller()
    await asyncio.sleep(10)
    await center.restart(away_seconds=2.0)
    await asyncio.sleep(20)
    assert center.asterisk.hears(caller) == "music:default"
    assert [round(one.at) for one in line.heard(caller)] == [0]
    await asyncio.sleep(50)
    began = [(round(one.at), one.what) for one in line.heard(caller)[1:]]
    assert began == [(42, "uk/queue-next"), (62, "uk/one"), (78, "uk/queue-next")]
    await over(center, caller)


async def test_an_improved_place_is_told_also_after_a_restart(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(only_improved=True))
    first, second = line.caller(1), line.caller(2)
    await asyncio.sleep(5)
    await center.restart(away_seconds=1.0)
    await asyncio.sleep(60)
    assert line.said(second) == ["queue-ahead-1"]
    center.asterisk.hang_up(first)
    await asyncio.sleep(5)
    assert line.said(second) == ["queue-ahead-1", "queue-next"]
    await over(center, second)


@pytest.mark.parametrize("answers_after", [0.2, 2.0, 20.0])
async def test_what_a_dead_engine_was_saying_is_cut_for_an_agent_all_the_same(
    center: CenterOnFake, answers_after: float
) -> None:
    line = Line(center, announcements=told())
    line.lasts(15.0, "queue-next")
    caller = line.caller()
    await asyncio.sleep(1)
    assert center.asterisk.hears(caller).endswith("queue-next")
    await center.restart(away_seconds=1.0)
    await asyncio.sleep(0.5)
    assert center.asterisk.hears(caller).endswith("queue-next")
    await center.log_in("olena", answers_after=answers_after)
    await center.until(lambda: center.journal.events(ConversationStarted), answers_after + 1)
    assert center.asterisk.hears(caller).startswith("talk:")
    await asyncio.sleep(20)
    assert center.asterisk.hears(caller).startswith("talk:")
    assert not center.asterisk.channel(caller).music
    await over(center, caller)


async def test_music_follows_what_a_dead_engine_was_saying(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(every_seconds=100.0))
    line.lasts(15.0, "queue-next")
    caller = line.caller()
    await asyncio.sleep(1)
    await center.restart(away_seconds=1.0)
    await asyncio.sleep(20)
    assert center.asterisk.hears(caller) == "music:default"
    await over(center, caller)


async def test_a_switch_that_is_lost_and_found_leaves_the_announcements_in_order(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    caller = line.caller()
    await asyncio.sleep(0.6)
    center.asterisk.drop_connection()
    await asyncio.sleep(45)
    assert [round(one.at) for one in line.heard(caller)] == [0, 1, 30, 31]  # two prompts each
    assert center.asterisk.hears(caller) == "music:default"
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.channel(caller).dialplan[0] == "fallback", 1.0)
    await over(center, caller)
