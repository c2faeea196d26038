"""Leads on the command line: imported, listed, shown, written out."""

from __future__ import annotations

import csv
import io
import shutil
from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.retries import RetryRules
from ccengine.storage.attempts import Ending
from tests.cli.test_webhook import ccengine, in_database, printed
from tests.storage.leads import NOON, anybody, attempt, refill

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase

CAMPAIGN = "dnipro/renewals"
CONTENT = (
    "Phone,Name,Memo\r\n050 111 22 33,=1+1,x\r\n"
    "050 111 22 33,Bo,x\r\n,Cy,x\r\n0671112233,Dora,x\r\n"
)


async def _make(database: RecordDatabase) -> None:
    del database


@pytest.fixture
def file(tenant: Path) -> Path:
    in_database(_make)
    made = tenant.parents[2] / "leads.csv"
    made.write_text(CONTENT)
    return made


def test_a_file_is_imported_and_what_is_wrong_is_told(file: Path) -> None:
    done = ccengine("leads", "import", CAMPAIGN, str(file), "--list", "ending")
    assert done.exit_code == 0, done.output
    assert "import 1: 2 leads, 2 rejects" in done.stdout
    assert "1 are in the list already" in done.stderr
    assert "columns that mean nothing here: Memo" in done.stderr
    rejects = file.with_name("leads.rejects.csv").read_text(encoding="utf-8-sig")
    assert rejects.splitlines()[1:] == [
        "3,'+380501112233 is in row 2 already,050 111 22 33,Bo,x",
        "4,it has no telephone number,,Cy,x",
    ]
    printed_again = ccengine("leads", "rejects", "1").stdout
    assert printed_again.splitlines() == rejects.splitlines()
    (one,) = printed("leads", "imports", "--json")
    assert (one["file"], one["leads"], one["rejects"]) == ("leads.csv", 2, 2)
    (made,) = [one for one in printed("audit", "--json") if one["operation"] == "importLeads"]
    assert made["target"] == "leads dnipro/renewals ending"


def test_a_file_full_of_faults_has_clear_rejects(file: Path) -> None:
    """Given a mark of the byte order, Windows' line ends, formulas, a cell of 10 MB and text of
    another encoding, then only what is no lead is left out, and each row says why."""
    lines = [
        b"number,name",
        b"050 111 22 33,Ann",
        b'=HYPERLINK("//x"),Formula',
        b"0671112233,=1+1",
        b"0501112244," + b"x" * 10_485_760,
        "0501112255,Оля".encode("cp1251"),
        b"0501112266,Z\x00oe",
        b"0931112233,Last",
    ]
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\r\n")
    done = ccengine("leads", "import", CAMPAIGN, str(file), "--list", "ending")
    assert "import 1: 3 leads, 4 rejects" in done.stdout, done.output
    with file.with_name("leads.rejects.csv").open(encoding="utf-8-sig", newline="") as rejected:
        _, *rejects = csv.reader(rejected)
    told = {row: reason for row, reason, *_ in rejects}
    assert list(told) == ["3", "5", "6", "7"]
    assert "is no telephone number" in told["3"]
    assert told["5"] == "a cell has 10,485,760 characters, more than 10,000"
    assert told["6"] == "the text is not UTF-8"
    assert told["7"] == "it holds a NUL, which is no text"
    assert max(len(cell) for reject in rejects for cell in reject) < 300
    written = ccengine("leads", "export", CAMPAIGN, "--list", "ending").stdout
    assert "'=1+1" in written


def test_a_list_is_written_out_and_can_be_imported_again(file: Path, tenant: Path) -> None:
    campaigns = tenant / "clients" / "dnipro" / "campaigns"
    shutil.copy(campaigns / "renewals.yaml", campaigns / "others.yaml")
    ccengine("leads", "import", CAMPAIGN, str(file), "--list", "ending")
    out = file.with_name("out.csv")
    done = ccengine("leads", "export", CAMPAIGN, "--list", "ending", "--to", str(out))
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["number"] for row in rows] == ["'+380501112233", "'+380671112233"]
    assert [row["name"] for row in rows] == ["'=1+1", "Dora"]
    assert {row["status"] for row in rows} == {"fresh"}
    twice = ccengine("leads", "import", CAMPAIGN, str(out), "--list", "long_ended")
    assert "0 leads, 2 rejects" in twice.stdout, twice.output
    assert "list 'ending' already" in ccengine("leads", "rejects", "2").stdout
    again = ccengine("leads", "import", "dnipro/others", str(out), "--list", "long_ended")
    assert "2 leads, 0 rejects" in again.stdout, again.output
    out_again = ccengine("leads", "export", "dnipro/others", "--list", "long_ended").stdout
    names = [row["name"] for row in csv.DictReader(io.StringIO(out_again))]
    assert names == ["'=1+1", "Dora"]


def test_what_is_written_out_keeps_where_they_live_and_who_is_first(
    file: Path, tenant: Path
) -> None:
    campaigns = tenant / "clients" / "dnipro" / "campaigns"
    shutil.copy(campaigns / "renewals.yaml", campaigns / "others.yaml")
    rows = "2125550123,Ann,US,FL,,7\n+442079460000,Bo,GB,,Europe/London,-2\n0501112233,Cy,,,,\n"
    file.write_text(f"number,name,country,state,zone,priority\n{rows}")
    told = []
    for campaign in (CAMPAIGN, "dnipro/others"):
        done = ccengine("leads", "import", campaign, str(file), "--list", "ending")
        assert "3 leads, 0 rejects" in done.stdout, done.output
        out = ccengine("leads", "export", campaign, "--list", "ending").stdout
        file.write_text(out)
        told.append(
            [
                [row[name] for name in ("country", "state", "zone", "priority")]
                for row in csv.DictReader(io.StringIO(out))
            ]
        )
    assert told[0] == [
        ["US", "FL", "", "7"],
        ["GB", "", "Europe/London", "'-2"],
        ["", "", "Europe/Kyiv", "0"],
    ]
    assert told[1] == told[0]


def test_what_became_of_a_lead_is_shown(file: Path) -> None:
    ccengine("leads", "import", CAMPAIGN, str(file), "--list", "ending")

    async def dial(database: RecordDatabase) -> None:
        shares = {"ending": refill().lists["main"]}
        (lead, *_) = await database.leads.claim(refill(1, lists=shares), NOON)
        await database.attempts.place(attempt(lead), anybody)
        ending = Ending(outcome=AttemptOutcome.BUSY, at=NOON + 9)
        await database.attempts.close(attempt(lead).id, ending, RetryRules())

    in_database(dial)
    lead, tried = printed("leads", "show", "+380501112233", "--json")
    assert (lead["what"], lead["list"], lead["number"]) == ("waiting", "ending", "+380501112233")
    assert (tried["what"], tried["number"]) == ("busy", "+380501112233")
    (one,) = printed("leads", "list", CAMPAIGN, "--json")
    assert (one["list"], one["fresh"], one["waiting"], one["done"]) == ("ending", 1, 1, 0)


def test_a_file_that_cannot_be_written_is_told(file: Path) -> None:
    ccengine("leads", "import", CAMPAIGN, str(file), "--list", "ending")
    to = file.parent / "nowhere" / "out.csv"
    done = ccengine("leads", "export", CAMPAIGN, "--list", "ending", "--to", str(to))
    assert done.exit_code == 1
    assert f"{to}: No such file" in done.output
    assert "exports/" in done.output
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dnipro/renewal", "{file}"], "did you mean 'dnipro/renewals'"),
        ([CAMPAIGN, "{file}"], "--list ending | long_ended"),
        ([CAMPAIGN, "{file}", "--list", "endin"], "did you mean 'ending'"),
        ([CAMPAIGN, "{file}.no", "--list", "ending"], "No such file"),
        ([CAMPAIGN, "{file}", "--list", "ending", "--map", "Memo"], "--map COLUMN=FIELD"),
        ([CAMPAIGN, "{file}", "--list", "ending", "--map", "Memo=regoin"], "'region'"),
        ([CAMPAIGN, "{file}", "--list", "ending", "--encoding", "latin-99"], "latin-99"),
        ([CAMPAIGN, "{file}", "--list", "ending", "--rejects", "{file}.d/r.csv"], "by --rejects"),
    ],
)
def test_what_is_wrong_has_a_remedy(file: Path, arguments: list[str], message: str) -> None:
    named = [one.replace("{file}", str(file)) for one in arguments]
    done = ccengine("leads", "import", *named)
    assert done.exit_code in (1, 2)
    assert message in done.output
    assert "Traceback" not in done.output
    assert printed("leads", "imports", "--json") == []


def test_a_number_that_is_none_and_an_import_that_was_not(file: Path) -> None:
    del file
    assert "with + and the country" in ccengine("leads", "show", "123").output
    assert "leads imports" in ccengine("leads", "rejects", "7").output
    assert printed("leads", "show", "+380501112233", "--json") == []
