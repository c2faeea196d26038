"""The judge of recordings finds gaps of more than a fifth of a second, and no others."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from tests.continuity import MUSIC, RATE, Sent, Told, gaps, without
from tests.e2e.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tests.continuity import Span
    from tests.e2e.people import Caller

SECONDS = 6.0


def tone(hz: int, seconds: float = SECONDS, level: float = 8000.0) -> NDArray[np.int16]:
    times = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def cut(sound: NDArray[np.int16], begin: float, seconds: float) -> NDArray[np.int16]:
    holed = sound.copy()
    holed[round(begin * RATE) : round((begin + seconds) * RATE)] = 0
    return holed


WHOLE = [Sent(0.0, SECONDS, (700,))]


def test_a_whole_tone_has_none() -> None:
    assert gaps(tone(700), WHOLE) == []


@pytest.mark.parametrize("seconds", [0.22, 0.3, 1.0])
def test_a_hole_is_one(seconds: float) -> None:
    (gap,) = gaps(cut(tone(700), 2.0, seconds), WHOLE)
    assert gap.begin == pytest.approx(2.0, abs=0.03)
    assert gap.seconds == pytest.approx(seconds, abs=0.03)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.18])
def test_a_short_one_is_none(seconds: float) -> None:
    assert gaps(cut(tone(700), 2.0, seconds), WHOLE) == []


def test_another_tone_does_not_fill_it() -> None:
    holed = cut(tone(700), 2.0, 0.5)
    holed[2 * RATE : round(2.5 * RATE)] = tone(900, 0.5)
    assert len(gaps(holed, WHOLE)) == 1
    assert gaps(holed, [Sent(0.0, SECONDS, (700, 900))]) == []


def test_two_at_once_are_both_there() -> None:
    both = (tone(700) // 2 + tone(1100) // 2).astype(np.int16)
    assert gaps(both, WHOLE) == gaps(both, [Sent(0.0, SECONDS, (1100,))]) == []


def test_a_recording_that_ends_early_has_a_gap_at_its_end() -> None:
    (gap,) = gaps(tone(700, 5.0), WHOLE)
    assert (gap.begin, gap.end) == pytest.approx((5.0, SECONDS - 0.1), abs=0.05)


def test_music_is_any_sound() -> None:
    held = [Sent(0.0, SECONDS, (MUSIC,))]
    assert gaps(tone(333, level=20), held) == []
    assert len(gaps(cut(tone(333), 1.0, 1.0), held)) == 1


def test_what_must_be_heard_comes_from_the_journal() -> None:
    told = Told(
        caller=500,
        begun=100.0,
        due=100.0,
        ended=130.0,
        talks=[(700, 100.5, 118.0), (900, 115.0, 130.0)],
        holds=[(104.0, 106.0)],
        pauses=[(120.0, 122.0)],
    )
    assert told.said() == [Sent(0.0, 20.0, (500,)), Sent(22.0, 30.0, (500,))]
    assert told.heard() == [
        Sent(0.5, 4.0, (700,)),
        Sent(4.0, 6.0, (MUSIC,)),
        Sent(6.0, 18.0, (700,)),
        Sent(15.0, 20.0, (900,)),
        Sent(22.0, 30.0, (900,)),
    ]


def test_before_it_began_there_is_nothing() -> None:
    late = [Sent(-1.0, SECONDS, (700,))]
    (gap,) = gaps(tone(700), late)
    assert (gap.begin, gap.end) == pytest.approx((-0.9, 0.0), abs=0.03)
    assert gaps(tone(700), [Sent(-0.2, SECONDS, (700,))]) == []
    assert len(gaps(tone(700), [Sent(-2.0, -1.0, (700,))])) == 1


CALLER_HZ, AGENT_HZ = 400, 850


def recording(*, late_seconds: float, by: str = "") -> Recorded:
    """A talk whose recording begins so long after the answer; `by` has asked for it."""
    begun, ended = 100.0 + late_seconds, 100.0 + late_seconds + SECONDS
    part = {"path": "r", "started_at": begun, "ended_at": ended, "by": by, "pauses": []}
    talk = {"agent": "olena", "started_at": 100.0, "ended_at": ended}
    record = {
        "recordings": json.dumps([part]),
        "conversations": json.dumps([talk]),
        "holds": json.dumps([{"started_at": 100.2, "ended_at": 100.5}]),
    }
    return Recorded(record, np.column_stack([tone(CALLER_HZ), tone(AGENT_HZ)]))


class Hearing:
    """A caller who hears the agent all the time, and what their phone has of it."""

    tone_hz = CALLER_HZ

    def __init__(self, stalls: Sequence[Span] = ()) -> None:
        ahead = time.time() - asyncio.get_running_loop().time()  # noqa: TID251 - the journal's
        self.call = self.heard = self.media = self
        self.stalled = sum(end - begin for begin, end in stalls)
        self.stalls = [(begin - ahead, end - ahead) for begin, end in stalls]

    def samples(self, since: float, until: float) -> NDArray[np.int16]:
        return tone(AGENT_HZ, until - since)

    def stalled_seconds(self) -> float:
        return self.stalled


async def lacking(sound: Recorded, *stalls: Span) -> set[int]:
    """Return whose tone is missing, by both ways to tell."""
    caller = cast("Caller", Hearing(stalls))
    by_record = sound.gaps(caller, {"olena": AGENT_HZ})
    by_phone = sound.lacks(caller, [AGENT_HZ])
    tones = [{gap.tones[0] for gap in found} - {MUSIC} for found in (by_record, by_phone)]
    assert tones[0] == tones[1]
    return tones[0]


async def test_a_recording_that_begins_late_lacks_what_was_said_before() -> None:
    assert await lacking(recording(late_seconds=2.0)) == {CALLER_HZ, AGENT_HZ}
    assert await lacking(recording(late_seconds=1.0)) == {CALLER_HZ, AGENT_HZ}


@pytest.mark.parametrize("late_seconds", [-1.0, 0.0, 0.15])
async def test_one_that_begins_at_the_answer_lacks_nothing(late_seconds: float) -> None:
    assert await lacking(recording(late_seconds=late_seconds)) == set()


async def test_one_that_was_asked_for_begins_when_it_was() -> None:
    assert await lacking(recording(late_seconds=2.0, by="olena")) == set()


@pytest.mark.parametrize("shorter_seconds", [0.0, 0.5])
async def test_what_no_phone_sent_is_not_missing(shorter_seconds: float) -> None:
    """Where neither side came, Asterisk wrote nothing: the file is shorter by as much."""
    whole = recording(late_seconds=0.0)
    sides = np.delete(whole.sides, np.s_[: round(shorter_seconds * RATE)], axis=0)
    if not shorter_seconds:
        sides[3 * RATE : round(3.5 * RATE)] = 0
    holed = Recorded(whole.record, sides)
    assert await lacking(holed) == {CALLER_HZ, AGENT_HZ}
    assert await lacking(holed, (103.0, 103.5)) == set()
    assert await lacking(recording(late_seconds=2.0), (103.0, 103.5)) == {CALLER_HZ, AGENT_HZ}
    with pytest.raises(AssertionError, match="the phones slept"):
        await lacking(holed, (103.0, 105.0))


async def test_a_file_may_be_shorter_by_what_no_phone_sent_and_by_no_more() -> None:
    sound = recording(late_seconds=0.0)
    awake, slept = (cast("Caller", Hearing(one)) for one in ((), [(103.0, 103.5)]))
    assert sound.is_as_long_as(SECONDS + 0.7, awake)
    assert not sound.is_as_long_as(SECONDS + 1.2, awake)
    assert sound.is_as_long_as(SECONDS + 1.2, slept)
    assert not sound.is_as_long_as(SECONDS + 1.4, slept)
    assert not sound.is_as_long_as(SECONDS - 1.0, slept)


def test_spans_are_cut() -> None:
    assert without([(0, 10)], [(2, 3), (9, 12)]) == [(0, 2), (3, 9)]
    assert without([(0, 10)], [(0, 10)]) == []
