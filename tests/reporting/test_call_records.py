"""One record per call, true to what the core decided, the same live and in batch."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ccengine.core import events
from ccengine.core.events import Party, Reached
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.call_record import (
    MISSED_CAUSES,
    CallOutcome,
    CallRecord,
    OfferOutcome,
)
from ccengine.reporting.call_records import CallRecords, fold_call
from tests.reporting.shift import CALLER, MOVES, Move, Shift, missed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.reporting.rows import JournalRow


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def record_of(shift: Shift, call: CallId) -> CallRecord:
    record = fold_call(shift.journal.rows(call=call))
    assert record is not None
    return record


def test_an_answered_call_has_all_its_times(shift: Shift) -> None:
    shift.open_doors("anna", wrap_up=15.0)
    call = shift.enter("c1")  # queued 2 s after arrival and offered at once
    queued_at = shift.now
    shift.wait(3)
    shift.answer(call)  # rings 3 s after the offer, answered 1 s later, bridged 1 s later
    shift.post(events.RecordingStarted(call=call, recording="demo/nova/c1.wav"))
    shift.wait(60)
    shift.post(events.ConversationEnded(call=call, agent=AgentId("anna"), by=Party.AGENT))
    shift.hang_up(call, Party.ENGINE)
    shift.wait(20)
    record = record_of(shift, call)
    assert (record.tenant, record.client, record.caller) == ("demo", "nova", CALLER)
    assert record.outcome is CallOutcome.ANSWERED
    assert [step.step for step in record.steps] == ["menu"]
    assert record.queue == "nova/billing"
    assert record.queued_at == queued_at
    assert record.agent == "anna"
    assert record.answered_at == queued_at + 4
    assert record.talk_started_at == queued_at + 5
    assert record.wait_seconds == 4
    assert record.ring_seconds == 1
    assert record.talk_seconds == 60
    assert record.talk_ended_by is Party.AGENT
    assert record.ended_by is Party.ENGINE
    assert record.wrap_up_seconds == 15
    assert record.recording == "demo/nova/c1.wav"
    assert [offer.outcome for offer in record.offers] == [OfferOutcome.ACCEPTED]


@pytest.mark.parametrize(
    ("reached", "outcome"),
    [
        (Reached.ARRIVAL, CallOutcome.MISSED),
        (Reached.FALLBACK, CallOutcome.MISSED),
        (Reached.EMERGENCY, CallOutcome.MISSED),
        (Reached.EMERGENCY_TALK, CallOutcome.EMERGENCY),
        (Reached.VOICEMAIL, CallOutcome.MISSED),
        (Reached.MESSAGE, CallOutcome.MESSAGE),
    ],
)
def test_a_call_no_engine_had_has_its_own_times_and_says_how_far_it_came(
    shift: Shift, reached: Reached, outcome: CallOutcome
) -> None:
    call = CallId("c1")
    shift.post(missed(call, reached))
    for _ in range(2):
        record = record_of(shift, call)
        assert (record.client, record.number, record.caller) == ("nova", "600100", CALLER)
        assert (record.arrived_at, record.ended_at) == (1_100.5, 1_160.0)
        assert (record.outcome, record.ended_by) == (outcome, Party.CALLER)
        assert record.cause == MISSED_CAUSES[reached]
        shift.post(missed(call, reached))  # told again: still that record


def test_offers_that_came_to_nothing_say_why(shift: Shift) -> None:
    shift.open_doors("anna", "bob", "carl")
    call = shift.enter("c1", "sales")
    agent, offer = shift.offer_of(call)
    shift.post(events.OfferDeclined(call=call, agent=agent, offer=offer, reason="busy"))
    shift.wait(20)  # the second agent does not answer
    shift.hang_up(call)  # while the third one's phone rings
    record = record_of(shift, call)
    assert [(offer.outcome, offer.reason) for offer in record.offers] == [
        (OfferOutcome.BUSY, "busy"),
        (OfferOutcome.UNANSWERED, "no answer"),
        (OfferOutcome.CALLER_LEFT, "caller left"),
    ]
    assert record.outcome is CallOutcome.ABANDONED
    assert record.wait_seconds == 20


def test_a_call_without_a_line_ended_in_its_flow(shift: Shift) -> None:
    shift.open_doors()
    shift.post(events.FlowStepEntered(call=CallId("none"), flow="main", step="x"))
    known = CallId("c1")
    shift.play([("arrive", 1, 0, 0.0), ("step", 1, 0, 1.0)])
    assert record_of(shift, known).outcome is None
    shift.hang_up(known)
    assert record_of(shift, known).outcome is CallOutcome.ENDED_IN_FLOW


def test_a_call_found_gone_is_lost(shift: Shift) -> None:
    shift.open_doors()
    call = shift.enter("c1")
    shift.hang_up(call, Party.LOST)
    assert record_of(shift, call).outcome is CallOutcome.LOST


def test_an_end_that_was_told_later_was_when_it_was(shift: Shift) -> None:
    shift.open_doors()
    call = shift.enter("c1")
    shift.post(
        events.CallEnded(
            call=call,
            by=Party.CALLER,
            cause="left a message",
            reached=Reached.MESSAGE,
            ended_at=shift.now - 5.0,
        )
    )
    record = record_of(shift, call)
    assert (record.outcome, record.ended_at) == (CallOutcome.MESSAGE, shift.now - 5.0)


def test_a_recording_that_never_began_is_not_in_the_record(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.post(events.RecordingFailed(call=call, recording="demo/nova/c1.raw", reason="disk full"))
    record = record_of(shift, call)
    assert (record.recording, record.recordings) == (None, ())


def test_doubled_and_late_events_change_no_record(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    agent, offer = shift.offer_of(call)
    shift.answer(call)
    shift.wait(10)
    shift.hang_up(call)
    record = record_of(shift, call)
    shift.wait(5)
    shift.post(events.OfferAccepted(call=call, agent=agent, offer=offer))
    shift.post(events.ConversationEnded(call=call, agent=agent, by=Party.AGENT))
    shift.post(events.CallEnded(call=call, by=Party.AGENT, cause="again"))
    assert record_of(shift, call) == record


def test_a_record_is_handed_over_at_the_end_and_again_after_wrap_up(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.hang_up(call)
    shift.wait(15)
    records = CallRecords()
    handed = [record for row in shift.rows() if (record := records.apply(row)) is not None]
    assert [record.wrap_up_seconds for record in handed] == [None, 15.0]
    assert handed[0].wraps_up
    assert records.get(call) is None


@given(moves=MOVES)
@settings(max_examples=120, deadline=None)
def test_live_and_batch_folds_are_equal(moves: list[Move]) -> None:
    with TemporaryDirectory() as folder:
        shift = Shift(Path(folder) / "journal.sqlite")
        live = CallRecords()
        latest: dict[CallId, CallRecord] = {}

        def observe(rows: Sequence[JournalRow]) -> None:
            for row in rows:
                record = live.apply(row)
                if record is not None:
                    latest[record.call] = record

        shift.observers.append(observe)
        shift.open_doors("anna", "bob")
        shift.play(moves)
        for number in range(4):
            call = CallId(f"c{number}")
            first = ("CallArrived", "CallMissed")
            begun = [row for row in shift.rows() if row.type in first and row.call == call]
            if len(begun) > 1:
                continue  # the id of a call that is over was used again: never done by a dialplan
            expected = live.get(call) or latest.get(call)
            assert fold_call(shift.journal.rows(call=call)) == expected
            if expected is not None and expected.outcome is not None:
                assert expected.ended_at is not None
                assert 0 <= expected.wait_seconds <= expected.ended_at - shift_start(shift)
                assert all(offer.outcome is not OfferOutcome.OPEN for offer in expected.offers)
        shift.journal.close()


def shift_start(shift: Shift) -> float:
    return shift.rows()[0].at
