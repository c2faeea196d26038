"""A call's story reads from top to bottom, without a caller's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.story import tell
from tests.core.builders import queue_named
from tests.reporting.examples import examples, row_of
from tests.reporting.shift import CALLER, Shift, missed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def lines_of(shift: Shift, call: CallId) -> list[str]:
    told = tell(shift.journal.rows(call=call))
    return [f"{line.seconds:.0f} {line.text}" for line in told]


def test_a_whole_call(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.post(events.RecordingStarted(call=call, recording="demo/nova/c1.wav"))
    shift.wait(10)
    shift.post(events.ConversationEnded(call=call, agent=AgentId("anna"), by=Party.CALLER))
    shift.hang_up(call)
    shift.wait(15)
    assert lines_of(shift, call) == [
        "0 call from +380*******67 to 600100 (nova) arrived on node1",
        "1 flow main: step menu",
        "2 queued in nova/billing",
        "2 offered to anna on phone 200 for 20 s",
        "2 anna's phone rings",
        "3 anna answered",
        "4 bridged with anna",
        "4 recorded to demo/nova/c1.wav",
        "14 conversation with anna ended by caller",
        "14 anna wraps up",
        "14 call ended by caller: hung up",
        "29 anna is available",
    ]


def test_a_missed_call_is_told_with_its_own_times(shift: Shift) -> None:
    shift.post(missed(CallId("c1")))
    assert lines_of(shift, CallId("c1")) == [
        "0 call from +380*******67 to 600100 (nova) was missed on node1, no engine had it: arrived "
        "1970-01-01T00:18:20.500000Z, ended 1970-01-01T00:19:20.000000Z by caller: hung up in the "
        "fallback"
    ]


def test_late_events_are_left_out_and_rejected_ones_say_why(shift: Shift) -> None:
    shift.open_doors()
    call = shift.enter("c1")
    shift.post(events.CallQueued(call=call, queue=queue_named("billing")))
    shift.hang_up(call)
    shift.hang_up(call)
    story = lines_of(shift, call)
    assert [line for line in story if "rejected" in line] == [
        "2 rejected: a call that is waiting cannot take the step 'enters a queue'"
    ]
    assert sum("call ended" in line for line in story) == 1


def test_the_callers_number_is_nowhere(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    assert CALLER not in "".join(lines_of(shift, call))
    unmasked = tell(shift.journal.rows(call=call), mask=str)
    assert CALLER in unmasked[0].text


SILENT = {
    "TakeUpItem",
    "PlaceCall",
    "RefillHopper",
    "FollowSchedule",
    "Connect",
    "SeatCoach",
    "EndCoaching",
    "ShowCall",
    "ShowCoaching",
    "ShowOutcome",
}  # their events are told
SILENT |= {"NumbersClosed", "NumbersOpened"}  # and their decisions are


def test_every_event_and_command_can_be_told() -> None:
    for kind, what in examples():
        decision = row_of("command", examples()[-1][1], number=2, because=1)
        first = row_of(kind, what)
        told = tell([first, decision] if kind == "event" else [first])
        assert len(told) == (0 if first.type in SILENT else 1), first.type
