"""`ccengine story`: for people at a terminal, beside a running engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import WaitPromised
from tests.cli.every_command import invoke
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
    alive = invoke(["story", "c1"])
    assert alive.exit_code == 0
    assert "the call is alive" in alive.stdout
    shift.answer(call)
    shift.wait(30)
    shift.hang_up(call)
    told = invoke(["story", "c1"])
    assert told.exit_code == 0
    assert "00:16:43.000    +2.000 s  offered to anna on phone 200 for 20 s" in told.stdout
    assert told.stdout.splitlines()[-1] == "answered, waited 1.0 s, talked 30.0 s with anna"
    assert CALLER not in told.stdout
    whole = invoke(["story", "c1", "--numbers"])
    assert CALLER in whole.stdout
    shift.journal.close()


def test_the_last_line_counts_offers_and_judges_the_promise(state: Path) -> None:
    shift = Shift(state / "journal" / "journal.sqlite")
    shift.open_doors("anna", "bob")
    call = shift.enter("c1", "sales")
    shift.post(WaitPromised(call=call, low_seconds=1.0, high_seconds=9.0))
    shift.wait(40)
    shift.hang_up(call)
    told = invoke(["story", "c1"])
    assert told.stdout.splitlines()[-1] == (
        "abandoned, waited 40.0 s, offers: 2 unanswered, promise late"
    )
    assert "promised an answer in 1 to 9 s" in told.stdout
    shift.journal.close()


def test_promises_are_summed_up_by_queue(state: Path) -> None:
    shift = Shift(state / "journal" / "journal.sqlite")
    shift.open_doors("anna")
    nobody = invoke(["promises"])
    assert nobody.stdout.strip() == "nobody was promised anything"
    for number, (low, high) in enumerate([(0.5, 4.0), (5.0, 9.0), (0.1, 0.2), (1.0, 90.0)]):
        call = shift.enter(f"c{number}")
        shift.post(WaitPromised(call=call, low_seconds=low, high_seconds=high))
        if number < 3:
            shift.answer(call)
        shift.hang_up(call)
        shift.wait(16)
    told = invoke(["promises"])
    assert told.stdout.splitlines()[-1].split() == [
        *("nova/billing", "4", "25%", "25%", "25%", "25%", "1.6", "s", "24", "s")
    ]
    scores = json.loads(invoke(["promises", "--json"]).stdout)["queues"]
    assert (scores[0]["kept"], scores[0]["error_seconds"]) == (1, pytest.approx(1.6))
    shift.journal.close()


def test_an_unknown_call_is_exit_code_1(state: Path) -> None:
    shift = Shift(state / "journal" / "journal.sqlite")
    shift.open_doors()
    told = invoke(["story", "nobody"])
    assert told.exit_code == 1
    assert "no call 'nobody'" in told.stderr
    assert told.stdout == ""
    shift.journal.close()


@pytest.mark.usefixtures("state")
def test_no_journal_is_exit_code_1_with_a_remedy() -> None:
    told = invoke(["story", "c1"])
    assert told.exit_code == 1
    assert "has the engine run" in told.stderr
