"""Each command has its name in one table, and brings along what it needs and no more."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ccengine.cli.commands import COMMANDS, app_with


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_alone(name: str) -> None:
    result = CliRunner().invoke(app_with([name]), [name, "--help"])
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("unneeded", ["sqlalchemy", "openpyxl", "phonenumbers", "numpy"])
def test_a_question_to_the_engine_imports_no_books(unneeded: str) -> None:
    """Who asks a running engine shall not wait for what only the engine needs."""
    asked = "import sys; sys.argv = ['ccengine', 'campaign', '--help']\n" + (
        "from ccengine.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print('imported', {unneeded!r} in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("imported False\n"), told.stdout


def test_a_name_that_is_none_is_told_with_one_that_is() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "ccengine", "why-no"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "Did you mean 'why-not'?" in told.stderr
