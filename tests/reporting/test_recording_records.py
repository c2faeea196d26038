"""What a record says of a call's recordings and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.events import GapKind, HoldBy, Party, PauseReason
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.call_record import CallRecord, HoldRecord
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.recording_records import PauseRecord
from ccengine.reporting.story import tell
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def record_of(shift: Shift, call: CallId) -> CallRecord:
    record = fold_call(shift.journal.rows(call=call))
    assert record is not None
    return record


def test_a_recording_has_parts_with_their_pauses(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    of_part = {"call": call, "recording": "demo/nova/c1.raw"}
    shift.post(events.RecordingStarted(**of_part, channel="ch"))
    began = shift.now
    shift.post(
        events.RecordingPaused(**of_part, by="anna", reason=PauseReason.AGENT, limit_seconds=60.0)
    )
    shift.wait(5.0)
    shift.post(
        events.RecordingPaused(**of_part, by="anna", reason=PauseReason.CARD, limit_seconds=60.0)
    )
    shift.wait(5.0)
    shift.post(events.RecordingResumed(**of_part, by="", guard=True))
    shift.post(events.RecordingFailed(**of_part, reason="the file does not grow"))
    shift.post(events.RecordingResumed(**of_part, by="late"))
    lost = shift.now
    shift.wait(1.0)
    shift.post(events.RecordingStarted(call=call, recording="demo/nova/c1-2.raw", channel="ch"))
    shift.wait(5.0)
    record = record_of(shift, call)
    assert (record.recording, record.recording_started_at) == ("demo/nova/c1.raw", began)
    first, second = record.recordings
    assert (first.ended_at, first.ended_because) == (lost, "the file does not grow")
    assert first.pauses == (
        PauseRecord(started_at=began, by="anna", reason=PauseReason.AGENT, ended_at=began + 5.0),
        PauseRecord(
            started_at=began + 5.0,
            by="anna",
            reason=PauseReason.CARD,
            ended_at=began + 10.0,
            guard=True,
        ),
    )
    assert (second.started_at, second.ended_at, second.pauses) == (lost + 1.0, None, ())
    shift.post(events.CallEnded(call=call, by=Party.CALLER, cause="hung up"))
    assert record_of(shift, call).recordings[1].ended_at == shift.now


def test_holds_are_spans_of_the_call(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    agent = AgentId("anna")
    began = shift.now
    shift.post(events.HoldStarted(call=call, agent=agent, how=HoldBy.CODE))
    shift.wait(4.0)
    shift.post(events.HoldEnded(call=call, agent=agent))
    shift.wait(2.0)
    shift.post(events.HoldStarted(call=call, agent=agent, how=HoldBy.PHONE))
    shift.wait(1.0)
    shift.post(events.CallEnded(call=call, by=Party.CALLER, cause="hung up"))
    assert record_of(shift, call).holds == (
        HoldRecord(agent=agent, started_at=began, ended_at=began + 4.0),
        HoldRecord(agent=agent, started_at=began + 6.0, ended_at=began + 7.0),
    )


def test_gaps_are_kept_also_those_found_after_the_call(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    of_part = {"call": call, "recording": "demo/nova/c1.raw"}
    shift.post(events.RecordingStarted(**of_part, channel="ch"))
    missing = events.RecordingGapFound(
        **of_part, kind=GapKind.PARTY_MISSING, party=Party.AGENT, seconds=9.0
    )
    shift.post(missing)
    found = shift.now
    shift.wait(5.0)
    shift.hang_up(call)
    shift.wait(60.0)
    shift.post(events.RecordingGapFound(**of_part, kind=GapKind.FILE_SHORT, seconds=4.0))
    first, second = record_of(shift, call).recording_gaps
    assert (first.at, first.kind, first.party) == (found, GapKind.PARTY_MISSING, Party.AGENT)
    assert (second.at, second.kind, second.seconds) == (shift.now, GapKind.FILE_SHORT, 4.0)
    told = [line.text for line in tell(shift.journal.rows(call=call))]
    assert "GAP IN RECORDING: what the caller hears is missing, 9 s of speech" in told
    assert told[-1] == "GAP IN RECORDING: 4 s are missing"


def test_a_party_that_is_not_heard_is_told(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    who = {"call": call, "party": Party.AGENT, "channel": "c1.1"}
    shift.post(events.PartyUnheard(**who, seconds=20.0))
    shift.wait(10.0)
    assert shift.center.calls[call].unheard == {"c1.1": shift.now - 30.0}
    shift.post(events.PartyHeard(**who, seconds=30.0))
    assert shift.center.calls[call].unheard == {}
    told = [line.text for line in tell(shift.journal.rows(call=call))]
    assert told[-2:] == [
        "nothing comes from the agent's phone since 20 s",
        "the agent's phone is heard again, after 30 s",
    ]
    assert record_of(shift, call).recording_gaps == ()
