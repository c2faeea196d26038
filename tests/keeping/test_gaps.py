"""What is missing in a recording that is over is told, unless it was told before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.events import GapKind
from ccengine.core.ids import CallId
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from ccengine.reporting.recording_records import RecordingGapRecord
    from tests.keeping.house import KeepingHouse


def gaps(here: KeepingHouse, call: str = "c1") -> list[RecordingGapRecord]:
    return list(here.record(call).recording_gaps)


async def test_a_whole_recording_has_none(here: KeepingHouse) -> None:
    here.talk("c1", seconds=60.0, lost=1.0)  # no more than Asterisk is behind
    await here.keep()
    assert gaps(here) == []


async def test_what_is_missing_is_told_once(here: KeepingHouse) -> None:
    files = here.talk("c1", seconds=60.0, lost=4.0)
    await here.keep()
    here.begin()  # another engine
    await here.keep()
    (gap,) = gaps(here)
    assert (gap.kind, gap.seconds, gap.recording) == (GapKind.FILE_SHORT, 8.0, files[1])


async def test_what_was_told_in_the_call_is_not_told_again(here: KeepingHouse) -> None:
    files = here.talk("c1", seconds=60.0, lost=4.0)
    told = events.RecordingGapFound(
        call=CallId("c1"), recording=files[0], kind=GapKind.FILE_SHORT, seconds=7.0
    )
    here.shift.post(told)
    await here.keep()
    assert len(gaps(here)) == 1


async def test_a_recording_of_which_nothing_is_there_is_told(here: KeepingHouse) -> None:
    for file in here.talk("c1", seconds=60.0):
        (here.folder / "recordings" / file).unlink()
    await here.keep()
    (gap,) = gaps(here)
    assert (gap.kind, gap.seconds) == (GapKind.NO_FILE, 60.0)


async def test_an_end_that_nobody_saw_is_no_gap(here: KeepingHouse) -> None:
    here.talk("c1", seconds=60.0, lost=4.0)
    here.shift.now -= 25.0  # it was not long after the end
    here.shift.post(events.SwitchLost(node=NODE))
    here.shift.post(events.SwitchResynced(node=NODE))
    here.shift.now += 25.0
    await here.keep()
    assert gaps(here) == []
