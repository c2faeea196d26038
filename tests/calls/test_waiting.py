"""What callers hear in line, when it stops, and the keys that lead out. In virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.events import (
    CallEnded,
    ConversationStarted,
    ExitChosen,
    OfferAccepted,
    Party,
    Reached,
    WaitPromised,
)
from ccengine.core.ids import QueueId
from ccengine.core.queues import (
    Announcements,
    KeyExit,
    Messages,
    PositionTold,
    WaitTold,
)
from ccengine.core.states import CallState
from tests.calls.in_line import Heard, Line

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

QUIET = WaitTold.NO
VOICEMAIL = KeyExit(voicemail=True)
TECHNICAL = KeyExit(queue=QueueId("dnipro/technical"))


def told(**rules: Any) -> Announcements:
    """Return rules of announcements: every half minute, without the wait."""
    return Announcements(**{"every_seconds": 30.0, "wait": QUIET, **rules})


async def over(center: CenterOnFake, *callers: str) -> None:
    """Have all hang up, and find nothing left."""
    for caller in callers:
        if caller in center.asterisk.channels_left():
            center.asterisk.hang_up(caller)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


# ---- position and wait, how often --------------------------------------------------------------


async def test_the_place_is_told_on_entry_and_again_in_time_with_music_between(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told())
    first, second = line.caller(1), line.caller(2)
    await asyncio.sleep(0.8)
    assert center.asterisk.hears(second).endswith("uk/queue-ahead-1")
    await asyncio.sleep(0.6)
    assert center.asterisk.hears(second) == "music:default"
    await asyncio.sleep(70)
    assert line.heard(first) == [Heard(at, "uk/queue-next") for at in (0.3, 30.3, 60.3)]
    assert line.heard(second) == [Heard(at, "uk/queue-ahead-1") for at in (0.3, 30.3, 60.3)]
    await over(center, first, second)


async def test_a_better_place_is_told_before_its_time_but_not_before_the_gap(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told(every_seconds=100.0, gap_seconds=20.0))
    callers = [line.caller(number) for number in (1, 2, 3)]
    await asyncio.sleep(5)
    center.asterisk.hang_up(callers[0])  # within the gap
    await asyncio.sleep(35)
    center.asterisk.hang_up(callers[1])  # after it
    await asyncio.sleep(30)
    began = [(round(one.at), one.what) for one in line.heard(callers[2])]
    assert began == [
        (0, "uk/queue-ahead-2"),
        (21, "uk/queue-ahead-1"),  # it was over after 1.3 s
        (42, "uk/queue-next"),
    ]
    await over(center, callers[2])


async def test_only_what_got_better_is_told(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(only_improved=True, gap_seconds=5.0))
    line.caller(1)
    second = line.caller(2)
    await asyncio.sleep(100)
    assert line.said(second) == ["queue-ahead-1"]
    line.rules(announcements=told(only_improved=True, gap_seconds=5.0), priority=0)
    center.asterisk.hang_up("node1-1.1")
    await asyncio.sleep(100)
    assert line.said(second) == ["queue-ahead-1", "queue-next"]
    await over(center, second)


async def test_above_the_limit_it_is_more_than_so_many_or_nothing(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(position_limit=2))
    callers = [line.caller(number) for number in range(1, 6)]
    await asyncio.sleep(2)
    assert [line.said(one) for one in callers] == [
        ["queue-next"],
        ["queue-ahead-1"],
        ["queue-ahead-2"],
        ["queue-more-than-2"],
        ["queue-more-than-2"],
    ]
    center.asterisk.hang_up(callers[0])
    await asyncio.sleep(20)
    # From four ahead to three is no news; from three to two is.
    assert line.said(callers[4]) == ["queue-more-than-2"]
    assert line.said(callers[3]) == ["queue-more-than-2", "queue-ahead-2"]
    await over(center, *callers[1:])


async def test_above_the_limit_nothing_is_told_if_that_is_the_rule(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(position=PositionTold.LIMIT, position_limit=1))
    callers = [line.caller(number) for number in (1, 2, 3)]
    await asyncio.sleep(2)
    assert [line.said(one) for one in callers] == [["queue-next"], ["queue-ahead-1"], []]
    assert center.asterisk.hears(callers[2]) == "music:default"
    center.asterisk.hang_up(callers[0])
    await asyncio.sleep(5)
    assert line.said(callers[2]) == ["queue-ahead-1"]
    await over(center, *callers[1:])


@pytest.mark.parametrize(
    ("expected", "rules", "sentence", "low", "high"),
    [
        (10, {}, "queue-wait-under-60", 0, 60),
        (61, {}, "queue-wait-120", 48.8, 120),
        (200, {}, "queue-wait-240", 160, 300),
        (5000, {}, "queue-wait-over-1800", 1800, 7500),
        (10, {"round_seconds": 30}, "queue-wait-30", 8, 30),
        (91, {"round_seconds": 30}, "queue-wait-120", 72.8, 136.5),
        (301, {"round_seconds": 30}, "queue-wait-360", 240.8, 451.5),
        (400, {"wait_limit_minutes": 5}, "queue-wait-over-300", 300, 600),
    ],
)
async def test_an_expected_wait_is_rounded_up_told_and_promised(
    center: CenterOnFake, expected: float, rules: dict[str, Any], sentence: str, low: float,
    high: float,
) -> None:  # fmt: skip
    line = Line(center, announcements=told(wait=WaitTold.YES, **rules))
    line.expect_waits(expected)
    caller = line.caller()
    await asyncio.sleep(3)
    assert line.said(caller) == ["queue-next", sentence]
    (promised,) = center.journal.events(WaitPromised)
    assert isinstance(promised, WaitPromised)
    assert (promised.low_seconds, promised.high_seconds) == pytest.approx((low, high))
    await asyncio.sleep(30)
    assert len(center.journal.events(WaitPromised)) == 2
    await over(center, caller)


async def test_a_wait_is_told_once_if_that_is_the_rule(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(wait=WaitTold.ONCE))
    line.expect_waits(100)
    caller = line.caller()
    await asyncio.sleep(70)
    assert line.said(caller) == ["queue-next", "queue-wait-120", "queue-next", "queue-next"]
    await over(center, caller)


async def test_of_a_wait_nobody_knows_nothing_is_told(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(wait=WaitTold.YES, position=PositionTold.NO))
    caller = line.caller()
    await asyncio.sleep(50)
    assert line.heard(caller) == []
    line.expect_waits(100)
    await asyncio.sleep(5)
    assert line.said(caller) == ["queue-wait-120"]
    await over(center, caller)


async def test_a_wait_that_was_cut_off_is_no_promise(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(wait=WaitTold.YES))
    line.expect_waits(100)
    line.lasts(4.0, "queue-wait-120")
    await center.log_in("olena", answers_after=2.0)
    caller = line.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert line.said(caller) == ["queue-next", "queue-wait-120"]
    assert not center.journal.events(WaitPromised)
    await over(center, caller)


async def test_the_first_announcement_may_come_later(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(after_seconds=12.0))
    caller = line.caller()
    await asyncio.sleep(60)
    assert [round(one.at) for one in line.heard(caller)] == [12, 42]
    await over(center, caller)


# ---- messages ----------------------------------------------------------------------------------


async def test_messages_come_in_turn(center: CenterOnFake) -> None:
    line = Line(center, messages=Messages(prompts=("one", "two", "three"), every_seconds=20.0))
    caller = line.caller()
    await asyncio.sleep(105)
    begun = [(round(one.at), one.what) for one in line.heard(caller)]
    names = ["uk/one", "uk/two", "uk/three", "uk/one", "uk/two"]
    assert begun == list(zip((20, 40, 60, 80, 100), names, strict=True))
    await over(center, caller)


async def test_shuffled_messages_are_each_said_once_a_round(center: CenterOnFake) -> None:
    rules = Messages(prompts=("a", "b", "c", "d"), every_seconds=20.0, shuffled=True)
    line = Line(center, messages=rules)
    callers = [line.caller(number) for number in (1, 2, 3)]
    await asyncio.sleep(170)
    for caller in callers:
        rounds = line.said(caller)[:4], line.said(caller)[4:]
        assert [sorted(one) for one in rounds] == [["a", "b", "c", "d"]] * 2
    assert len({tuple(line.said(caller)) for caller in callers}) > 1
    await over(center, *callers)


async def test_a_message_waits_for_the_gap_behind_an_announcement(center: CenterOnFake) -> None:
    messages = Messages(prompts=("hello",), every_seconds=60.0, after_seconds=31.0)
    line = Line(center, announcements=told(gap_seconds=10.0), messages=messages)
    caller = line.caller()
    await asyncio.sleep(58)
    began = [(round(one.at, 1), one.what) for one in line.heard(caller)]
    assert began == [
        (0.3, "uk/queue-next"),
        (30.3, "uk/queue-next"),
        (41.3, "uk/hello"),
    ]
    await over(center, caller)


# ---- cut at once -------------------------------------------------------------------------------


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


# ---- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize("hundredths", [1, 15, 29, 30, 31, 40, 100, 129, 131, 150, 900, 3050])
async def test_a_key_leads_to_voicemail_whenever_it_is_pressed(
    center: CenterOnFake, hundredths: int
) -> None:
    """Before the music, at a prompt's start, in it, at its end, in the music."""
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    center.asterisk.delay_requests(0.01)
    caller = line.caller()
    await asyncio.sleep(hundredths / 100)
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.channel(caller).dialplan[0] == "fallback", 1.0)
    assert center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    await center.until(lambda: not center.asterisk.channel(caller).in_stasis)
    assert not center.asterisk.channel(caller).music
    (chosen,) = center.journal.events(ExitChosen)
    assert isinstance(chosen, ExitChosen)
    assert (chosen.key, chosen.to) == ("1", VOICEMAIL.overflow)
    center.asterisk.channel(caller).variables["CC_REACHED"] = str(Reached.MESSAGE)
    center.asterisk.hang_up(caller)
    await over(center)
    (end,) = center.journal.events(CallEnded)
    assert isinstance(end, CallEnded)
    assert (end.by, end.reached) == (Party.CALLER, Reached.MESSAGE)


async def test_of_each_key_the_caller_is_told_behind_the_announcement(
    center: CenterOnFake,
) -> None:
    keys = {"1": VOICEMAIL, "2": KeyExit(flow="main", prompt="press-two"), "3": TECHNICAL}
    line = Line(center, announcements=told(), keys=keys)
    caller = line.caller()
    await asyncio.sleep(5)
    assert line.said(caller) == ["queue-next", "queue-leave-message-1", "press-two"]
    await over(center, caller)


async def test_other_keys_change_nothing_and_cut_nothing(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    line.lasts(4.0, "queue-next")
    caller = line.caller()
    await asyncio.sleep(1)
    center.asterisk.dial_digits(caller, "29*#")
    await asyncio.sleep(2)
    assert center.asterisk.hears(caller).endswith("queue-next")
    await asyncio.sleep(10)
    assert center.asterisk.hears(caller) == "music:default"
    assert not center.journal.events(ExitChosen)
    await over(center, caller)


async def test_a_key_typed_for_the_menu_before_leads_nowhere_in_the_queue(
    center: CenterOnFake,
) -> None:
    center.set_queue("billing", keys={"1": VOICEMAIL})
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    center.asterisk.dial_digits(caller, "11")
    await asyncio.sleep(5)
    (call,) = center.engine.center.calls.values()
    assert (call.queue, call.state) == ("dnipro/billing", CallState.WAITING)
    await over(center, caller)


async def test_a_key_leads_to_another_queue_where_the_place_is_kept_and_told(
    center: CenterOnFake,
) -> None:
    line = Line(center, announcements=told(), keys={"2": TECHNICAL})
    often = told(gap_seconds=1.0)
    elsewhere = {"announcements": often, "music": "nour", "language": "en", "keys": {}}
    center.set_queue("technical", **elsewhere)
    first, second = line.caller(1), line.caller(2)
    await asyncio.sleep(10)
    center.asterisk.dial_digit(second, "2")
    await asyncio.sleep(1.5)
    assert center.asterisk.hears(second) == "music:nour"
    center.asterisk.dial_digit(first, "2")
    await asyncio.sleep(3)
    waiting = center.engine.center.waiting(center.engine.clock.now())
    assert waiting == ["node1-1-1", "node1-1-2"]
    heard = ["uk/queue-ahead-1", "en/queue-next", "en/queue-ahead-1"]
    assert [one.what for one in line.heard(second)] == heard
    await center.log_in("taras", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert center.asterisk.hears(first).startswith("talk:")
    await asyncio.sleep(20)
    assert [one.what for one in line.heard(second)] == [*heard, "en/queue-next"]
    await over(center, first, second)


async def test_a_key_leads_to_a_flow_and_back_into_a_queue(center: CenterOnFake) -> None:
    line = Line(center, announcements=told(), keys={"*": KeyExit(flow="main")})
    caller = line.caller()
    await asyncio.sleep(0.5)
    center.asterisk.dial_digit(caller, "*")
    await center.until(lambda: center.asterisk.hears(caller).endswith("uk/greeting"), 2.0)
    center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(0.2)
    (call,) = center.engine.center.calls.values()
    assert (call.queue, call.state) == ("dnipro/billing", CallState.WAITING)
    await over(center, caller)


async def test_while_a_phone_rings_a_key_still_leads_out_and_the_phone_stops(
    center: CenterOnFake,
) -> None:
    line = Line(center, keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.asterisk.channel(caller).dialplan[0] == "fallback", 1.0)
    await center.until(lambda: not center.asterisk.ringing("PJSIP/phone-203"))
    assert center.agent("olena").state == "available"
    await over(center, caller)


@pytest.mark.parametrize("key_first", [True, False])
@pytest.mark.parametrize("delay", [0.0, 0.01])
async def test_a_key_at_the_instant_of_the_answer_leads_to_one_of_both(
    center: CenterOnFake, delay: float, *, key_first: bool
) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await asyncio.sleep(0.5)
    center.asterisk.delay_requests(delay)
    leg = center.leg("olena")
    if key_first:
        center.asterisk.dial_digit(caller, "1")
        center.asterisk.pick_up(leg)
    else:
        center.asterisk.pick_up(leg)
        center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(1)
    talks = bool(center.journal.events(ConversationStarted))
    left = center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    assert talks is not left, center.story()
    assert talks or key_first
    assert (leg in center.asterisk.channels_left()) is talks
    await over(center, caller)


async def test_the_agent_may_answer_while_the_caller_is_on_the_way_to_voicemail(
    center: CenterOnFake,
) -> None:
    line = Line(center, keys={"1": VOICEMAIL})
    await center.log_in("olena")
    caller = line.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.leg("olena")
    center.asterisk.delay_requests(0.05)
    center.asterisk.dial_digit(caller, "1")
    await asyncio.sleep(0.02)
    center.asterisk.pick_up(leg)
    await asyncio.sleep(2)
    assert center.asterisk.channel(caller).dialplan == ("fallback", "voicemail")
    assert leg not in center.asterisk.channels_left()
    assert center.agent("olena").state == "available"
    await over(center, caller)


@pytest.mark.parametrize("milliseconds", [0, 5, 10, 15, 20, 30, 50])
async def test_whoever_hangs_up_after_a_key_leaves_nothing_behind(
    center: CenterOnFake, milliseconds: int
) -> None:
    line = Line(center, announcements=told(), keys={"1": VOICEMAIL, "2": TECHNICAL})
    center.asterisk.delay_requests(0.01)
    callers = [line.caller(1), line.caller(2)]
    await asyncio.sleep(0.6)
    for caller, key in zip(callers, "12", strict=True):
        center.asterisk.dial_digit(caller, key)
    await asyncio.sleep(milliseconds / 1000)
    await over(center, *callers)


# ---- music, language, reload, restart ----------------------------------------------------------


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
