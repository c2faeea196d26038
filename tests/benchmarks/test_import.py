"""The benchmark of imports: that every row is a lead or a reject, that memory does not grow with
the file, and that a row costs little more than it must. Times are for its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.benchmarks.import_bench import TARGET_MEBIBYTES, measure, table
from tests.sizes import by_size

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.import_bench import Outcome

ROWS = by_size(small=12_000, full=1_000_000)
SHEET_ROWS = by_size(small=4_000, full=250_000)
FEWER = 4
MORE_MEMORY = 2.0
"""At most, for four times the rows: what is in memory is a batch, and pages of the database."""

TIMES_THE_LEAST = 6.0
"""At most so often the processor that reading rows and looking at numbers takes in the same run:
2.7 to 3.7. What it takes to start is not of the rows: it is in both imports, and taken off."""


@pytest.mark.long
@pytest.mark.timeout(by_size(small=300, full=7_200))
def test_every_row_is_accounted_for_and_costs_little_time_and_memory(tmp_path: Path) -> None:
    fewer = _measured(tmp_path / "fewer", "leads.csv", ROWS // FEWER)
    all_of_them = _measured(tmp_path / "all", "leads.csv", ROWS)
    sheet = _measured(tmp_path / "sheet", "leads.xlsx", SHEET_ROWS)
    Console(width=160).print(table([fewer, all_of_them, sheet]))
    for one in (fewer, all_of_them, sheet):
        assert one.leads + one.rejects == one.rows
        assert one.rejects >= one.rows // 100
        assert one.mebibytes < TARGET_MEBIBYTES
    assert all_of_them.mebibytes < MORE_MEMORY * fewer.mebibytes
    taken = all_of_them.cpu_seconds - fewer.cpu_seconds
    least = all_of_them.least_seconds - fewer.least_seconds
    assert taken < TIMES_THE_LEAST * least, f"{taken / least:.1f} times the least"


def _measured(folder: Path, name: str, rows: int) -> Outcome:
    folder.mkdir()
    return measure(folder, name, rows)
