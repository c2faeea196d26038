"""`dnc import` and `dnc scrubbed`: registers that rules ask for, numbers as they are written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.config.dialing_rules import FILE
from ccengine.config.settings import Settings
from ccengine.storage.database import RecordDatabase
from tests.cli.test_why_not import ccengine, database

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["database"]

OWN_RULE = """
places:
  GB:
    own: {register: {register: our-own, days: 9}, source: house rule, checked: "no"}
"""


def registered(number: str) -> frozenset[str]:
    async def ask() -> frozenset[str]:
        opened = await RecordDatabase.open(Settings().paths.database)
        try:
            return (await opened.number_facts(number)).registered
        finally:
            await opened.close()

    return asyncio.run(ask())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["gb-ctpss", "our-own", "Robert'); DROP", ""])
def test_a_register_that_no_rule_asks_for_is_refused(name: str, tmp_path: Path) -> None:
    """Given a name that nobody would ever look at, then it is not taken in as if it held."""
    file = tmp_path / "register.txt"
    file.write_text("+442071234567\n")
    for asked in (("import", name, str(file)), ("scrubbed", name)):
        refused = ccengine("dnc", *asked)
        assert (refused.exit_code, "no rule of dialing asks for" in refused.stderr) == (2, True)
    assert "did you mean 'gb-ctps'?" in ccengine("dnc", "scrubbed", "gb-ctpss").stderr


@pytest.mark.usefixtures("database")
def test_a_rule_of_the_tenants_own_may_ask_for_one(tenant: Path, tmp_path: Path) -> None:
    (tenant / FILE).write_text(OWN_RULE)
    file = tmp_path / "register.txt"
    file.write_text("+442071234567\n")
    done = ccengine("dnc", "import", "our-own", str(file))
    assert (done.exit_code, done.stdout) == (0, "register our-own: 1 number\n"), done.stderr
    assert registered("+442071234567") == {"our-own"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+44 (0)20 7123 4567", "+442071234567"),
        ("+44(0) 20-7123-4567", "+442071234567"),
        ("+39 (0)6 1234 5678", "+390612345678"),  # where the zero is always dialed
        ("+44 20 7123 4567", "+442071234567"),
    ],
)
def test_a_zero_that_is_dialed_at_home_only_is_no_part_of_a_number(
    written: str, number: str, tmp_path: Path
) -> None:
    file = tmp_path / "register.txt"
    file.write_text(f"{written}\n")
    assert ccengine("dnc", "import", "gb-tps", str(file)).exit_code == 0
    assert registered(number) == {"gb-tps"}
