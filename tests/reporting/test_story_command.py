"""`ccengine story`: for people at a terminal, beside a running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ccengine.cli.commands import app
from tests.reporting.shift import CALLER, Shift

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path))
    return tmp_path


def test_a_story_is_told_while_the_engine_runs(state: Path) -> None:
    shift = Shift(state / "journal" / "journal.sqlite")
    shift.open_doors("anna")
    call = shift.enter("c1")
    alive = CliRunner().invoke(app, ["story", "c1"])
    assert alive.exit_code == 0
    assert "the call is alive" in alive.stdout
    shift.answer(call)
    shift.wait(30)
    shift.hang_up(call)
    told = CliRunner().invoke(app, ["story", "c1"])
    assert told.exit_code == 0
    assert "00:16:43.000    +2.000 s  offered to anna on phone 200 for 20 s" in told.stdout
    assert told.stdout.splitlines()[-1] == "answered, waited 1.0 s, talked 30.0 s with anna"
    assert CALLER not in told.stdout
    whole = CliRunner().invoke(app, ["story", "c1", "--numbers"])
    assert CALLER in whole.stdout
    shift.journal.close()


def test_an_unknown_call_is_exit_code_1(state: Path) -> None:
    shift = Shift(state / "journal" / "journal.sqlite")
    shift.open_doors()
    told = CliRunner().invoke(app, ["story", "nobody"])
    assert told.exit_code == 1
    assert "no call 'nobody'" in told.stderr
    assert told.stdout == ""
    shift.journal.close()


@pytest.mark.usefixtures("state")
def test_no_journal_is_exit_code_1_with_a_remedy() -> None:
    told = CliRunner().invoke(app, ["story", "c1"])
    assert told.exit_code == 1
    assert "has the engine run" in told.stderr
