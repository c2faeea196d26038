"""`consent import`: a file counts whole or not at all, and its faults are named with their rows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import Settings
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.storage.database import RecordDatabase
from tests.cli.test_why_not import ccengine, database

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from ccengine.storage.call_consents import StoredConsent

__all__ = ["database"]

GOOD = """\
Number;Evidence;Given_at;Ends_at;shop
+380441234567;form 12;2026-05-01;;north
044 123 45 68;call 7;2026-05-02T09:30+02:00;2028-05-02;south
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "consents.csv"


def imported(file: Path, text: str, *more: str, client: str = "dnipro") -> Result:
    file.write_text(text, encoding="utf-8-sig")
    asked = ("--client", client, "--purpose", "marketing", "--reach", "automatic", *more)
    return ccengine("consent", "import", str(file), *asked)


def consents(number: str) -> list[StoredConsent]:
    async def ask() -> list[StoredConsent]:
        opened = await RecordDatabase.open(Settings().paths.database)
        try:
            return await opened.call_consents.of_number(number)
        finally:
            await opened.close()

    return asyncio.run(ask())


@pytest.mark.usefixtures("database")
def test_each_row_is_a_consent_with_what_proves_it(file: Path) -> None:
    done = imported(file, GOOD)
    assert (done.exit_code, done.stdout) == (0, "2 consents, 0 noted already\n"), done.stderr
    (first,) = consents("+380441234567")
    (second,) = consents("+380441234568")
    assert (first.consent.to, first.consent.purposes) == (How.AUTOMATIC, (Purpose.MARKETING,))
    assert (first.consent.evidence, second.consent.evidence) == ("form 12", "call 7")
    # A time without a zone is the client's: Kyiv's.
    assert first.consent.given_at == datetime(2026, 4, 30, 21, tzinfo=UTC).timestamp()
    assert second.consent.given_at == datetime(2026, 5, 2, 7, 30, tzinfo=UTC).timestamp()
    assert (first.consent.ends_at, second.consent.ends_at) == (
        None,
        datetime(2028, 5, 1, 21, tzinfo=UTC).timestamp(),
    )


@pytest.mark.usefixtures("database")
def test_the_same_file_again_adds_nothing(file: Path) -> None:
    imported(file, GOOD)
    longer = f"{GOOD}+380441234569;form 13;2026-05-03;;\n+380441234569;form 13;2026-05-03;;\n"
    assert imported(file, longer).stdout == "1 consent, 3 noted already\n"
    assert len(consents("+380441234567")) == len(consents("+380441234569")) == 1


@pytest.mark.usefixtures("database")
def test_what_is_so_of_all_rows_is_said_once(file: Path) -> None:
    text = "number\n+380441234567\n"
    done = imported(file, text, "--evidence", "fair of May", "--at", "2026-05-01T12:00+03:00")
    assert done.exit_code == 0, done.stderr
    (stored,) = consents("+380441234567")
    assert stored.consent.evidence == "fair of May"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column is called 'number'"),
        ("phone;evidence;given_at\n", "no column is called 'number'"),
        ("number;given_at\n+380441234567;2026-05-01\n", "nothing proves them"),
        ("number;evidence\n+380441234567;form 1\n", "nobody says since when"),
        ("number;evidence;given_at;number\n", "two columns are called 'number'"),
        (f"{GOOD}+380441234569; ;2026-05-03;;\n", "row 4: 'evidence' is empty"),
        (f"{GOOD}+380441234569;form 1;;;\n", "row 4: 'given_at' is empty"),
        (f"{GOOD}+380441234569;form 1;3099-01-01;;\n", "row 4: 'given_at' is not past"),
        (f"{GOOD}+380441234569;form 1;1 May;;\n", "row 4: 'given_at' is '1 May', which is no"),
        (f"{GOOD}12;form 1;2026-05-03;;\n", "row 4: '12' is no telephone number"),
        (f'{GOOD}"+3804412;form 1;2026-05-03;;\n', "row 4: a quotation mark that is opened"),
        (f"{GOOD}+380441234569;{'x' * 2_000};2026-05-03;;\n", "row 4: 'evidence' is empty, or"),
    ],
)
def test_with_a_mistake_nothing_is_noted(file: Path, text: str, said: str) -> None:
    refused = imported(file, text)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "nothing was imported" in refused.stderr
    assert not consents("+380441234567")


@pytest.mark.usefixtures("database")
def test_another_client_or_file_is_asked_for(file: Path, tmp_path: Path) -> None:
    assert imported(file, GOOD, client="dnipra").exit_code == 2
    missing = ("--client", "dnipro", "--purpose", "service")
    refused = ccengine("consent", "import", str(tmp_path / "none.csv"), *missing)
    assert (refused.exit_code, "nothing was imported" in refused.stderr) == (1, True)
