"""A recorded journal replayed gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.center import ContactCenter
from ccengine.core.ids import CallId
from ccengine.storage import codec
from ccengine.storage.journal_reader import JournalReader, StoredRow
from ccengine.storage.replay import center_of, replay
from tests.core.stage import state_bytes
from tests.reporting.shift import MOVES, Move, Shift
from tests.sizes import by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from ccengine.core.waits import WaitEstimate


@given(moves=MOVES, cut=st.booleans())
@settings(max_examples=by_size(small=150, full=300), deadline=None)
def test_random_shifts_replay_to_the_same_bytes(moves: list[Move], *, cut: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        shift = Shift(path)
        shift.open_doors("anna", "bob")
        shift.play(moves)
        with JournalReader.open(path) as reader:
            since = reader.last_snapshot_number() - 1 if cut else 0
            assert replay(reader.stored(since=max(0, since))) == []
        shift.journal.close()
        assert _estimates(shift.center, shift.now) == _estimates(_restored(shift), shift.now)


def test_a_snapshot_is_of_the_moment_it_was_begun(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    shift = Shift(path)
    shift.open_doors("anna", "bob")
    shift.enter("c1")
    begun = shift.journal.begin_snapshot(shift.center.imprint(), shift.now)
    shift.answer(CallId("c1"))
    next(begun)
    shift.wait(30)
    assert list(begun)
    shift.enter("c2")
    with JournalReader.open(path) as reader:
        assert replay(reader.stored()) == []
        assert reader.last_snapshot_number() < reader.last_number()
    restored = center_of(shift.journal.restore())
    shift.journal.close()
    assert state_bytes(restored) == state_bytes(shift.center)


def test_slices_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "SLICE", 2)
    shift = Shift(tmp_path / "journal.sqlite")
    shift.open_doors("anna", "bob")
    for number in range(5):
        shift.enter(f"c{number}")
    shift.journal.close()
    encoded = []

    def encode() -> Iterator[None]:
        encoded.append((yield from codec.encode_by_slices(shift.center.imprint())))

    assert len(list(encode())) > 5
    assert encoded == [codec.encode(shift.center.snapshot())]


def _restored(shift: Shift) -> ContactCenter:
    return ContactCenter.from_snapshot(shift.center.snapshot())


def _estimates(center: ContactCenter, now: float) -> list[WaitEstimate | None]:
    of_calls = [center.estimate(call, now) for call in center.calls]
    return of_calls + [center.estimate_queue(queue, now) for queue in center.plan.queues]


@given(moves=MOVES)
@settings(max_examples=40, deadline=None)
def test_an_engine_that_restarts_replays_to_the_same_bytes(moves: list[Move]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        shift = Shift(path)
        shift.open_doors("anna", "bob")
        shift.play(moves)
        restored = shift.journal.restore()
        center = (
            ContactCenter()
            if restored.snapshot is None
            else ContactCenter.from_snapshot(restored.snapshot)
        )
        for entry in restored.tail:
            if entry.event is None:
                center.advance(entry.at)
            else:
                center.handle(entry.event, entry.at)
        shift.journal.close()
        later = Shift(path, center=center)
        later.now = shift.now
        later.play(moves)
        with JournalReader.open(path) as reader:
            assert replay(reader.stored()) == []
        later.journal.close()


def test_a_changed_decision_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    shift = Shift(path)
    shift.open_doors("anna")
    shift.enter("c1")
    with JournalReader.open(path) as reader:
        rows = list(reader.stored())
    place = next(place for place, row in enumerate(rows) if row.type == "OfferCall")
    rows[place] = StoredRow(*rows[place][:-1], rows[place].data.replace(b"anna", b"bob"))
    assert [difference.number for difference in replay(rows)] == [rows[place].because]
    shift.journal.close()
