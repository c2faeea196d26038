"""A file is taken in whole or not at all, and each row that is no lead says why."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from errno import ENOSPC
from random import Random
from typing import TYPE_CHECKING

import pytest

from ccengine.config.loading import load_tenant
from ccengine.core.ids import ClientId
from ccengine.leads import importing as importing_module
from ccengine.leads.files import CsvFile, FileUnfit
from ccengine.leads.importing import ImportOrder, import_leads
from ccengine.leads.reject_file import RejectFile
from ccengine.storage.database import RecordDatabase
from ccengine.storage.lead_imports import LeadImport
from tests.architecture.source import ROOT
from tests.config.tenants import DEMO
from tests.leads import generated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccengine.config.campaigns import Campaign
    from ccengine.leads.importing import Imported
    from ccengine.storage.lead_imports import NewLead, Reject

NOON = 1_800_000_000.0
CAMPAIGN = load_tenant(DEMO).draft.clients[ClientId("dnipro")].campaigns["renewals"]
HEADER = "number,number_2,name,contract,ends,country,state,zone,priority,key\n"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ccengine.sqlite"

    async def make() -> None:
        await (await RecordDatabase.open(path)).close()

    asyncio.run(make())
    return path


def take_in(
    database: Path, content: str, of: str = "ending", campaign: Campaign = CAMPAIGN
) -> Imported:
    file = database.with_name("leads.csv")
    file.write_text(content)
    order = ImportOrder(campaign=campaign, country="UA", list=of, lot=Random(1))
    importing = LeadImport.open(database)
    try:
        with RejectFile(database.with_name("rejects.csv")) as rejected:
            return import_leads(CsvFile(file), order, importing, rejected, lambda: NOON)
    finally:
        importing.close()


def asked(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as plain:
        return plain.execute(query).fetchall()


def rejects(database: Path) -> list[list[str]]:
    with database.with_name("rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_leads_have_all_that_the_file_says(database: Path) -> None:
    row = "050 111-22-33,+380 44 111 22 33, Olena  Kovalenko ,00123,2026-12-31,,,,7,k1\n"
    done = take_in(database, HEADER + row)
    assert (done.leads, done.rejects) == (1, 0)
    assert asked(database, "SELECT number FROM lead_numbers ORDER BY position") == [
        ("+380501112233",),
        ("+380441112233",),
    ]
    fields = '{"name":"Olena Kovalenko","contract":"00123","ends":"2026-12-31"}'
    query = "SELECT fields, zone, priority, key, state, shuffle FROM leads"
    assert asked(database, query) == [(fields, "Europe/Kyiv", 7, "k1", "fresh", None)]
    assert not database.with_name("rejects.csv").exists()


def test_a_list_that_is_gone_through_by_lot_is_shuffled(database: Path) -> None:
    rows = "".join(f"05011122{n},,A,,,,,,,\n" for n in range(10, 40))
    take_in(database, HEADER + rows, "long_ended")
    drawn = [row[0] for row in asked(database, "SELECT shuffle FROM leads ORDER BY id")]
    assert drawn != sorted(drawn)
    assert len(set(drawn)) == 30


WRONG = [
    ("x,,A,,,,,,,", "'x' is no telephone number"),
    ("=1+1,,A,,,,,,,", "'=1+1' is"),
    (",,A,,,,,,,", "it has no telephone number"),
    ("05011122,,A,,,,,,,", "too short"),
    ("0001112233,,A,,,,,,,", "a number that nobody can have"),
    ("0900212345,,A,,,,,,,", "premium"),
    ("0501112233 x5,,A,,,,,,,", "extension"),
    ("0501112233,,,,,,,,,", "'name' is empty"),
    ("0501112233,,A\x07,,,,,,,", "cannot be printed"),
    (f"0501112233,,{'x' * 501},,,,,,,", "501 characters"),
    ("0501112233,,A,12a,,,,,,", "'contract' is '12a', which is no digits"),
    ("0501112233,,A,,31.12.2026,,,,,", "which is no date"),
    ("0501112233,,A,,,Ukraine,,,,", "no country 'UKRAINE'"),
    ("2125550123,,A,,,US,ZZ,,,", "no state 'ZZ'"),
    ("0501112233,,A,,,,,Kyiv,,", "no time zone 'Kyiv'"),
    ("0501112233,,A,,,,,,high,", "'priority' is 'high'"),
    ("0501112233,,A,,,,,,,k" + "1" * 64, "'key' is longer"),
    ("0501112233,,A", "it has 3 cells, and the header 10"),
    ("0501112233,,A,,,,,,,,more", "it has 11 cells, and the header 10"),
    ('0501112233,,"A"B,,,,,,,', "quotation marks stand wrong"),
]


@pytest.mark.parametrize(("row", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_a_bad_row_is_rejected_with_its_reason(database: Path, row: str, reason: str) -> None:
    done = take_in(database, f"{HEADER}{row}\n0671112233,,Fine,,,,,,,,\n")
    assert (done.leads, done.rejects) == (1, 1)
    header, (number, why, *cells) = rejects(database)
    assert header[:4] == ["row", "reason", "number", "number_2"]
    assert number == "2"
    assert reason in why
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in [why, *cells])
    assert asked(database, "SELECT row, reason FROM lead_rejects") == [(2, why)]


@pytest.mark.parametrize("where", ["number", "number_2"])
def test_rejects_are_whole_and_become_leads_when_they_are_mended(
    database: Path, where: str
) -> None:
    others = [f"c{at}" for at in range(70)]
    note = "a word " * 69 + "and the last"
    numbers = {"number": "0501112233", "number_2": "0671112233", where: "0"}
    content = f"{','.join([*others, 'number,number_2,name'])}\n{','.join(others)},"
    done = take_in(database, f"{content}{numbers['number']},{numbers['number_2']},{note}\n")
    assert (done.leads, done.rejects) == (0, 1)
    header, row = rejects(database)
    assert len(row) == len(header)
    mended = [{"0": "0931112233"}.get(cell, cell) for cell in row]
    again = "\n".join(",".join(cells) for cells in (header, mended))
    done = take_in(database, again)
    assert (done.leads, done.rejects) == (1, 0)
    assert asked(database, "SELECT fields FROM leads") == [(f'{{"name":"{note}"}}',)]


def test_a_row_with_a_wrong_quotation_mark_is_rejected_in_its_columns(database: Path) -> None:
    take_in(database, f'{HEADER}0501112233,,"Olena,12,,,,,,k1\n0671112233,,"Bo",,,,,,,\n')
    _, (number, _, *cells) = rejects(database)
    assert (number, cells[:2]) == ("2", ["0501112233", ""])
    assert cells[2].startswith("Olena,12")


def test_a_batch_is_no_larger_than_memory_allows(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_module, "TEXT_AT_ONCE", 1_000)
    written: list[int] = []
    add = LeadImport.add

    def added(self: LeadImport, leads: Sequence[NewLead], rejects: Sequence[Reject]) -> None:
        written.append(len(leads) + len(rejects))
        add(self, leads, rejects)

    monkeypatch.setattr(LeadImport, "add", added)
    rows = "".join(f"05011122{n},,{'x' * 300},,,,,,,\n" for n in range(10, 20))
    assert take_in(database, HEADER + rows).leads == 10
    assert max(written) <= 4


def test_a_number_is_once_in_a_list(database: Path) -> None:
    content = HEADER + "0501112233,,A,,,,,,,\n0671112233,+380501112233,B,,,,,,,\n"
    done = take_in(database, content + "0501112299,0501112299,C,,,,,,,\n")
    assert (done.leads, done.duplicates) == (2, 1)
    assert rejects(database)[1][:2] == ["3", "'+380501112233 is in row 2 already"]
    done = take_in(database, HEADER + "0501112233,,A,,,,,,,\n0931112233,,D,,,,,,,\n")
    assert (done.leads, done.duplicates) == (1, 1)
    assert rejects(database)[1][:2] == ["2", "'+380501112233 is in the list already"]


def test_a_number_is_once_in_all_lists_of_a_campaign(database: Path) -> None:
    take_in(database, HEADER + "0501112233,,A,,,,,,,\n")
    both = (
        HEADER + "0931112233,+380501112233,B,,,,,,,\n0501112233,,A,,,,,,,\n0671112233,,C,,,,,,,\n"
    )
    done = take_in(database, both, "long_ended")
    assert (done.leads, done.rejects, done.duplicates) == (1, 2, 2)
    told = "'+380501112233 is in list 'ending' already"
    assert [row[:2] for row in rejects(database)[1:]] == [["2", told], ["3", told]]
    done = take_in(database, HEADER + "0671112233,,C,,,,,,,\n", "long_ended")
    assert rejects(database)[1][1] == "'+380671112233 is in the list already"


def test_a_list_that_the_campaign_names_no_more_keeps_no_number(database: Path) -> None:
    take_in(database, HEADER + "0501112233,,A,,,,,,,\n", "last_year")
    assert take_in(database, HEADER + "0501112233,,A,,,,,,,\n").leads == 1


def test_another_campaign_may_have_the_number(database: Path) -> None:
    row = HEADER + "0501112233,,A,,,,,,,\n"
    take_in(database, row)
    assert take_in(database, row, campaign=replace(CAMPAIGN, name="surveys")).leads == 1


def test_where_somebody_is_by_number_and_by_address(database: Path) -> None:
    rows = [
        "+12125550123,,A,,,US,CA,,,",  # New York's number, a Californian address
        "3055550123,,B,,,US,FL,America/New_York,,",
        "+13055550124,,C,,,,,,,",
    ]
    done = take_in(database, HEADER + "\n".join(rows))
    assert (done.leads, done.disagreeing) == (3, 1)
    assert asked(database, "SELECT place, zone FROM leads ORDER BY id") == [
        ("US-CA", "America/Los_Angeles"),
        ("US-FL", "America/New_York"),
        ("", "America/New_York"),
    ]


def test_rejects_that_cannot_be_written_are_told_before_the_import_is_done(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: RejectFile) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(RejectFile, "flush", full)
    with pytest.raises(OSError, match="No space"):
        take_in(database, f"{HEADER}x,,A,,,,,,,\n0671112233,,Fine,,,,,,,,\n")
    assert asked(database, "SELECT count(*) FROM leads") == [(0,)]
    assert asked(database, "SELECT count(*) FROM lead_imports") == [(0,)]
    assert not [path for path in database.parent.iterdir() if path.suffix == ".part"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("name\nA\n", "no column is a telephone number"),
        ("number,n\x00ame\n1,A\n", "the header cannot be read"),
        (HEADER + '0501112233,,A,,,,,,,\n0501112234,,"B,,,,,,,\n', "row 3: a quotation mark"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_nothing(
    database: Path, content: str, message: str
) -> None:
    with pytest.raises(FileUnfit, match=message):
        take_in(database, content)
    for table in ("leads", "lead_numbers", "lead_imports", "lead_rejects"):
        assert asked(database, f"SELECT count(*) FROM {table}") == [(0,)]
    left = {path.suffix for path in database.parent.iterdir()}
    assert ".part" not in left
    assert not database.with_name("rejects.csv").exists()


def test_killed_in_the_middle_nothing_is_visible_and_the_next_one_is_whole(
    database: Path,
) -> None:
    file = database.with_name("leads.csv")
    generated.write(file, 30_000)
    run = [sys.executable, "-m", generated.__name__, database, file]
    with subprocess.Popen(run, cwd=ROOT) as importing:
        while not asked(database, "SELECT 1 FROM leads LIMIT 1") and importing.poll() is None:
            time.sleep(0.01)
        os.kill(importing.pid, signal.SIGKILL)
    assert asked(database, "SELECT state FROM lead_imports") == [("staging",)]
    subprocess.run(run, cwd=ROOT, check=True)
    assert asked(database, "SELECT id, state FROM lead_imports") == [(2, "done")]
    (count,) = asked(database, "SELECT count(*), count(DISTINCT import_id) FROM leads")
    (told,) = asked(database, "SELECT leads, 1 FROM lead_imports")
    assert count == told
    assert asked(database, "SELECT max(import_id) FROM leads") == [(2,)]
