"""What callers hear in line, and how often. In virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.events import (
    ConversationStarted,
    WaitPromised,
)
from ccengine.core.queues import (
    Messages,
    PositionTold,
    WaitTold,
)
from tests.calls.in_line import Heard, Line, over, told

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake


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
