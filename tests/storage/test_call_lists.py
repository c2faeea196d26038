"""Lists of calls read their pages by an index, however many calls there are."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.dialects import sqlite

from ccengine.storage.call_lists import CallFilter, listing
from ccengine.storage.database import RecordDatabase

if TYPE_CHECKING:
    from pathlib import Path

AFTER = (1_000.0, "c1")
ALL, ONE = "call_records_newest", "call_records_newest_of_client"
NOVA = CallFilter(clients={"nova"})


async def planned(folder: Path, which: CallFilter, after: tuple[float, str] | None) -> list[str]:
    """Return what SQLite does for a page, step by step."""
    database = await RecordDatabase.open(folder / "records.sqlite")
    await database.close()
    query = listing(which, limit=50, after=after).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    connection = sqlite3.connect(folder / "records.sqlite")
    try:
        return [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("which", "after", "index"),
    [
        (CallFilter(), None, f"SCAN call_records USING INDEX {ALL}"),
        (CallFilter(), AFTER, f"{ALL} ((arrived_at,call)<(?,?))"),
        (CallFilter(since=5.0, until=9.0), None, f"{ALL} (arrived_at>? AND arrived_at<?)"),
        (CallFilter(outcome="abandoned", recorded=True), AFTER, f"{ALL} ((arrived_at,call)<(?,?))"),
        (NOVA, None, f"{ONE} (client=?)"),
        (NOVA, AFTER, f"{ONE} (client=? AND (arrived_at,call)<(?,?))"),
        (CallFilter(clients={"nova", "sirin"}), AFTER, f"{ALL} ((arrived_at,call)<(?,?))"),
        (CallFilter(clients={"nova"}, agents={"anna", "bob"}), None, f"{ONE} (client=?)"),
    ],
)
async def test_a_page_is_read_by_an_index_in_its_order(
    tmp_path: Path, which: CallFilter, after: tuple[float, str] | None, index: str
) -> None:
    """Nothing is sorted, and nothing is read before the page begins."""
    (step,) = await planned(tmp_path, which, after)
    assert index in step


async def test_a_customers_history_is_found_by_the_number(tmp_path: Path) -> None:
    (step,) = await planned(tmp_path, CallFilter(clients={"nova"}, caller="+4930"), None)
    assert "call_records_newest_of_caller (client=? AND caller=?)" in step
