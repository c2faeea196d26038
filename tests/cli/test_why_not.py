"""`why-not`, `dnc` and `consent` on the command line, without an engine."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import Settings
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome
from ccengine.core.dialer.retries import RetryRules
from ccengine.storage.attempts import Ending
from ccengine.storage.database import RecordDatabase
from tests.cli.every_command import invoke
from tests.storage.leads import anybody, attempt, imported, new, opened, refill

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

NUMBER = "+12125550100"
NOON = ("--at", "2025-11-24T12:00-05:00")

SCRUBBED = ("dnc", "scrubbed", "us-national", "--by", "a vendor")


def ccengine(*arguments: str) -> Result:
    return invoke(arguments, env={"COLUMNS": "200"})


@pytest.fixture
def database(tenant: Path) -> Path:
    del tenant  # it has the settings point to its own state folder
    path = Settings().paths.database

    async def make() -> None:
        made = await RecordDatabase.open(path)
        await made.close()

    asyncio.run(make())
    return path


def rules(*arguments: str) -> list[str]:
    found = json.loads(ccengine("why-not", NUMBER, *NOON, "--json", *arguments).stdout)
    return [hold["rule"] for hold in found["holds"]]


@pytest.mark.usefixtures("database")
def test_from_a_fresh_start_to_a_number_that_may_be_called() -> None:
    stale = ccengine("why-not", NUMBER, *NOON)
    assert stale.exit_code == 4
    assert "never compared with the register us-national" in stale.stdout
    assert "dnc import" in stale.stdout
    assert ccengine(*SCRUBBED, "--at", "2025-11-20T00:00+00:00").exit_code == 0
    free = ccengine("why-not", NUMBER, *NOON)
    assert (free.exit_code, "may be called" in free.stdout) == (0, True)
    assert NUMBER not in stale.stdout + free.stdout


@pytest.mark.usefixtures("database")
def test_a_stale_copy_is_named() -> None:
    assert ccengine(*SCRUBBED, "--at", "2025-09-01T00:00+00:00").exit_code == 0
    found = ccengine("why-not", NUMBER, *NOON)
    assert found.exit_code == 4
    assert "US.register" in found.stdout
    assert "84 days old" in found.stdout


@pytest.mark.usefixtures("database")
def test_who_asked_is_not_called_any_more_and_the_audit_says_why() -> None:
    added = ccengine("dnc", "add", "(212) 555-0100", "--evidence", "call 7")
    assert (added.exit_code, "write it with + and the country" in added.stderr) == (2, True)
    assert ccengine("dnc", "add", NUMBER, "--client", "nour", "--evidence", "call 7").exit_code == 0
    assert "own do-not-call list" in rules("--campaign", "nour")
    assert "own do-not-call list" not in rules("--campaign", "dnipro")
    missed = ccengine("dnc", "remove", NUMBER)
    assert (missed.exit_code, "it is noted for: nour" in missed.stderr) == (1, True)
    assert ccengine("dnc", "remove", NUMBER, "--client", "nour").exit_code == 0
    assert "own do-not-call list" not in rules("--campaign", "nour")
    audit = ccengine("audit", "--json").stdout
    operations = [one["operation"] for one in json.loads(audit)]
    assert operations == ["removeDoNotCall", "addDoNotCall"]
    assert NUMBER not in audit


@pytest.mark.usefixtures("database")
def test_a_register_is_imported_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "register.txt"
    file.write_bytes(b"\xef\xbb\xbf212,5550100\r\n\r\n(305) 555-0101\r\n+442071234567\r\n")
    done = ccengine("dnc", "import", "us-national", str(file), "--country", "US")
    assert (done.exit_code, done.stdout) == (0, "register us-national: 3 numbers\n")
    assert rules() == ["US.register"]
    file.write_bytes(b"+12125550199\n=cmd|'/c calc'!A0\n\x00\xff\n" + b"9" * 5_000_000 + b"\n")
    failed = ccengine("dnc", "import", "us-national", str(file), "--country", "US")
    assert failed.exit_code == 1
    assert "register.txt:2: \"=cmd|'/c calc'!A0\" is no telephone number" in failed.stderr
    assert "register.txt:3:" in failed.stderr
    assert "Nothing was imported" in failed.stderr
    assert rules() == ["US.register"]  # by the old copy


@pytest.mark.usefixtures("database")
def test_consent_opens_what_needs_it_and_ends() -> None:
    kyiv = "+380441234567"
    asked = ("why-not", kyiv, "--campaign", "nour", "--at", "2025-11-24T12:00+02:00", "--json")
    before = json.loads(ccengine(*asked).stdout)
    assert [one["rule"] for one in before["holds"]] == ["UA.commercial", "UA.automatic"]
    given = ("--client", "nour", "--purpose", "marketing", "--evidence", "form 3")
    how = ("--reach", "automatic", "--at", "2025-01-01T00:00+00:00")
    assert ccengine("consent", "add", kyiv, *given, *how).exit_code == 0
    assert ccengine(*asked).exit_code == 0
    assert ccengine("consent", "end", kyiv, "--client", "nour").exit_code == 0
    now = ccengine("why-not", kyiv, "--campaign", "nour")
    assert (now.exit_code, "UA.commercial" in now.stdout) == (4, True)
    again = ccengine("consent", "end", kyiv, "--client", "nour")
    assert (again.exit_code, "agreed to nothing" in again.stderr) == (1, True)
    empty = ccengine("consent", "add", kyiv, *given[:-1], " ")
    assert (empty.exit_code, "consent without evidence is none" in empty.stderr) == (1, True)


@pytest.mark.usefixtures("database")
def test_of_a_campaigns_lead_it_knows_where_they_live(tmp_path: Path) -> None:
    """Given a number of New York whose owner lives in California, as the campaign's list has it."""
    file = tmp_path / "leads.csv"
    file.write_text(f"number,name,country,state\n{NUMBER},A,US,CA\n")
    assert ccengine("leads", "import", "renewals", str(file), "--list", "ending").exit_code == 0
    of = ("--campaign", "dnipro/renewals", "--purpose", "survey", "--json")
    morning = ("why-not", NUMBER, "--at", "2025-11-24T10:00-05:00", *of)
    found = json.loads(ccengine(*morning).stdout)
    assert [hold["text"] for hold in found["holds"]] == [
        "no calls at this hour in US-CA (America/Los_Angeles)"
    ]
    assert ccengine(*morning, "--place", "US-NY").exit_code == 0  # whoever asks knows better


@pytest.mark.usefixtures("database")
def test_without_a_campaign_each_that_has_the_number_is_asked_and_wishes_are_named(
    tmp_path: Path,
) -> None:
    """Given a number that nothing holds back in general."""
    assert ccengine(*SCRUBBED, "--at", "2025-11-20T00:00+00:00").exit_code == 0
    file = tmp_path / "leads.csv"
    file.write_text(f"number,name,country,state\n{NUMBER},A,US,HI\n")
    assert ccengine("leads", "import", "renewals", str(file), "--list", "ending").exit_code == 0
    asked = ("why-not", NUMBER, *NOON)
    told = ccengine(*asked)
    assert told.exit_code == 4
    assert "may be called at" in told.stdout
    assert "may not be called for dnipro/renewals" in told.stdout
    assert "no calls at this hour in US-HI" in told.stdout
    found = json.loads(ccengine(*asked, "--json").stdout)
    (one,) = found["campaigns"]
    assert (found["may_be_called"], one["campaign"], one["may_be_called"]) == (
        True, "dnipro/renewals", False,
    )  # fmt: skip
    assert found["unwanted_by"] == []
    assert ccengine("dnc", "add", NUMBER, "--client", "nour", "--evidence", "call 7").exit_code == 0
    told = ccengine(*asked, "--place", "US-NY")
    assert (told.exit_code, "does not want to be called by nour" in told.stdout) == (4, True)
    assert json.loads(ccengine(*asked, "--json").stdout)["unwanted_by"] == ["nour"]


@pytest.mark.usefixtures("database")
def test_a_preview_has_its_agent_and_needs_none_kept() -> None:
    """Given a number in London that was abandoned a day ago, as origination would judge it."""
    number, at = "+442071234567", "2025-11-24T12:00+00:00"
    path, abandoned = Settings().paths.database, datetime.fromisoformat(at).timestamp() - 86_400

    async def abandon() -> None:
        async with opened(path) as made:
            (lead,) = await made.leads.claim(refill(), abandoned)
            await made.attempts.place(attempt(lead, at=abandoned), anybody)
            ending = Ending(outcome=AttemptOutcome.ABANDONED, at=abandoned + 3)
            await made.attempts.close(AttemptId("a1"), ending, RetryRules())

    imported(path, [new(1, numbers=(number,))])
    asyncio.run(abandon())
    asked = ("why-not", number, "--campaign", "dnipro/renewals", "--at", at, "--json")
    kept = "GB.after-abandoned"
    for mode, is_held in (("preview", False), ("predictive", True)):
        found = json.loads(ccengine(*asked, "--mode", mode).stdout)
        assert (kept in [hold["rule"] for hold in found["holds"]]) is is_held


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("+74951234567",), 4, "there are no rules for RU"),
        ((NUMBER, "--place", "Freedonia"), 2, "there is no place 'Freedonia'"),
        ((NUMBER, "--zone", "Mars"), 2, "there is no time zone 'Mars'"),
        ((NUMBER, "--campaign", "nuor/spring"), 2, "did you mean 'nour'?"),
        ((NUMBER, "--campaign", "dnipro/renewal"), 2, "did you mean 'renewals'?"),
        ((NUMBER, "--at", "noon"), 2, "'noon' is no instant"),
        ((NUMBER, "--at", "2026-11-23T09:00"), 2, "write it as in"),
        (("hello",), 2, "'hello' is no telephone number"),
        ((NUMBER, "--at", "2025-11-24T03:00+00:00"), 4, "no calls at this hour in US-NY"),
    ],
)
def test_without_a_database_it_says_what_it_can(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    found = ccengine("why-not", *arguments)
    assert (found.exit_code, said in found.stdout + found.stderr) == (code, True), found.stderr
