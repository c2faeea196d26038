"""Random shifts under engines that are killed or leave: one record per ended call, all true."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.ids import CallId
from ccengine.reporting.call_records import fold_call
from ccengine.storage.database import RecordDatabase
from tests.reporting.shift import MOVES, Move, Shift
from tests.storage.test_records import keeping, stored

if TYPE_CHECKING:
    from ccengine.reporting.call_record import CallRecord


@given(parts=st.lists(st.tuples(MOVES, st.booleans()), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_one_true_record_per_ended_call(parts: list[tuple[list[Move], bool]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_work(Path(folder), parts))


async def _work(folder: Path, parts: list[tuple[list[Move], bool]]) -> None:
    shift = Shift(folder / "journal.sqlite")
    shift.open_doors("anna", "bob")
    for moves, leaves_in_order in parts:
        async with keeping(shift, running=leaves_in_order):
            for move in moves:
                if _is_new(shift, move):
                    shift.play([move])
    async with keeping(shift):
        pass
    expected: dict[str, CallRecord] = {}
    for call in {row.call for row in shift.rows() if row.call is not None}:
        record = fold_call(shift.journal.rows(call=call))
        if record is not None and record.outcome is not None:
            expected[call] = record
    assert set(stored(shift)) == set(expected)
    database = await RecordDatabase.open(folder / "records.sqlite")
    for name, record in expected.items():
        assert await database.get(CallId(name)) == record
    await database.close()
    shift.journal.close()


def _is_new(shift: Shift, move: Move) -> bool:
    """Ids of calls are never used twice: not even by the wildest dialplan."""
    what, number, _, _ = move
    arrived = {row.call for row in shift.rows() if row.type == "CallArrived"}
    return what != "arrive" or f"c{number}" not in arrived
