"""The benchmark of imports: that every row is a lead or a reject, and memory does not grow with the
file. Times are for its table."""

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


@pytest.mark.long
@pytest.mark.timeout(by_size(small=300, full=7_200))
def test_every_row_is_accounted_for_and_memory_is_bounded(tmp_path: Path) -> None:
    fewer = _measured(tmp_path / "fewer", "leads.csv", ROWS // FEWER)
    all_of_them = _measured(tmp_path / "all", "leads.csv", ROWS)
    sheet = _measured(tmp_path / "sheet", "leads.xlsx", SHEET_ROWS)
    Console(width=160).print(table([fewer, all_of_them, sheet]))
    for one in (fewer, all_of_them, sheet):
        assert one.leads + one.rejects == one.rows
        assert one.rejects >= one.rows // 100
        assert one.mebibytes < TARGET_MEBIBYTES
    assert all_of_them.mebibytes < MORE_MEMORY * fewer.mebibytes


def _measured(folder: Path, name: str, rows: int) -> Outcome:
    folder.mkdir()
    return measure(folder, name, rows)
