"""A detector's errors on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, insert

from ccengine.config.settings import Settings
from ccengine.storage.lead_tables import ATTEMPTS
from tests.cli.test_webhook import ccengine, in_database, printed
from tests.proof.campaign import at, row

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase

DAYS = ("--from", "2026-05-05", "--until", "2026-05-05")
NOON = at("2026-05-05T12:00+03:00")


async def _make(database: RecordDatabase) -> None:
    del database


def heard(name: str, said: str, outcome: str, **values: Any) -> dict[str, Any]:
    known = {"client": "dnipro", "campaign": "renewals", "law": "", "rules": {}}
    known |= {"machine": said, "machine_at": NOON + 12, "answered_at": NOON + 10}
    known |= {"agent": "taras", "disposition": "solved", "outcome": outcome, **values}
    return row(name, NOON, **known)


@pytest.fixture
def _attempts(tenant: Path) -> None:
    del tenant
    in_database(_make)
    rows = [
        heard("a1", "machine", "machine", trunk="kyiv"),
        heard("a2", "machine", "abandoned", trunk="lviv"),
        heard("a3", "person", "answered", trunk="lviv"),
        heard("a4", "unsure", "answered", disposition=""),
        heard("a5", "", "answered"),
    ]
    with create_engine(f"sqlite:///{Settings().paths.database}").begin() as connection:
        for one in rows:
            connection.execute(insert(ATTEMPTS), one)


@pytest.mark.usefixtures("_attempts")
def test_errors_are_told_by_trunk_and_country() -> None:
    rows = printed("machines", "report", "renewals", *DAYS, "--json")
    by = {(one["by"], one["name"]): one for one in rows}
    total = by["all", ""]
    assert (total["heard"], total["labelled"], total["people_as_machines"]) == (4, 3, 1)
    assert (total["error_percent"], total["mean_seconds"]) == (50.0, 2.0)
    assert by["trunk", "lviv"]["error_percent"] == 100.0
    assert by["trunk", "kyiv"]["error_percent"] == 0.0
    assert {kind for kind, _ in by} == {"all", "trunk", "country"}
    told = ccengine("machines", "report", "renewals", *DAYS)
    assert told.exit_code == 0, told.output
    assert "3 calls with a disposition: too few to go by" in told.stderr
    assert "trunk lviv" in told.stdout


@pytest.mark.usefixtures("_attempts")
def test_days_the_wrong_way_round_are_told() -> None:
    turned = ("--from", "2026-05-05", "--until", "2026-05-04")
    wrong = ccengine("machines", "report", "renewals", *turned)
    assert (wrong.exit_code, "is after" in wrong.stderr) == (2, True)
