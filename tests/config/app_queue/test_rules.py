"""Rules of queuerules.conf become relax steps; what has no counterpart is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.app_queue.conf import read_conf
from ccengine.config.app_queue.importing import import_queues
from ccengine.core.ids import ClientId
from ccengine.core.queues import RelaxStep
from tests.config.app_queue.test_importing import ccengine, imported, queue

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = """\
[sales]
defaultrule=Wider
member => PJSIP/201,1,Anna
member => PJSIP/202,4,Bob
"""
ENTRY = "QUEUE_MAX_PENALTY, which 'wider' changes, is set by the dialplan"


def office(folder: Path, rules: str) -> Path:
    """Write a queues.conf with a queuerules.conf beside it."""
    (folder / "queuerules.conf").write_text(f"[general]\nrealtime_rules=no\n[wider]\n{rules}")
    file = folder / "queues.conf"
    file.write_text(QUEUES)
    return file


def step(seconds: float, penalty: int) -> RelaxStep:
    return RelaxStep(after_seconds=seconds, penalty=penalty)


@pytest.mark.parametrize(
    ("rules", "entry", "steps"),
    [
        ("penaltychange => 30,2\npenaltychange => 60,5\n", 1, (step(30, 2), step(60, 5))),
        ("penaltychange => 60,+3\npenaltychange => 30,+1\n", 1, (step(30, 2), step(60, 5))),
        ("penaltychange => 0,2\npenaltychange => 30,+2\n", 2, (step(30, 4),)),
        ("penaltychange => 30, 5 ; wider\npenaltychange => 60,-9\n", 1, (step(30, 5), step(60, 0))),
        ("penaltychange => 30,5,0,0\n", 1, (step(30, 5),)),
    ],
)
def test_changes_of_the_highest_penalty_become_steps(
    tmp_path: Path, rules: str, entry: int, steps: tuple[RelaxStep, ...]
) -> None:
    plan, told = imported(office(tmp_path, rules), tmp_path)
    sales = queue(plan, "sales")
    assert (sales.max_penalty, sales.relax) == (entry, steps)
    assert sum(ENTRY in row for row in told) == ("=> 0," not in rules)
    assert all(ENTRY in row for row in told[:-1])


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("penaltychange => 30,,2", "min '2': there is no lowest penalty"),
        ("penaltychange => 30,,+1,", "min '+1'"),
        ("penaltychange => 30,,,1", "raise '1': members keep their penalties"),
        ("penaltychange => soon,5", "cannot read it"),
        ("penaltychange => 30", "cannot read it"),
        ("penalty => 30,5", "cannot read it"),
        ("penaltychange => 99999,5", "within a day"),
    ],
)
def test_what_changes_anything_else_is_named_with_its_line(
    tmp_path: Path, line: str, word: str
) -> None:
    plan, told = imported(office(tmp_path, f"{line}\n"), tmp_path)
    assert (queue(plan, "sales").max_penalty, queue(plan, "sales").relax) == (None, ())
    assert len(told) == 2
    assert "queuerules.conf:4" in told[0]
    assert word in told[0]


def test_a_rule_that_is_not_there_and_one_that_nobody_names(tmp_path: Path) -> None:
    file = office(tmp_path, "penaltychange => 30,5\n")
    file.write_text(QUEUES.replace("Wider", "narrower"))
    _, told = imported(file, tmp_path)
    assert any("queues.conf:2: there is no rule 'narrower'" in row for row in told)
    assert any("rule [wider] is carried over to no queue" in row for row in told)


def test_the_file_may_lie_elsewhere(tmp_path: Path) -> None:
    file = office(tmp_path, "penaltychange => 30,5\n")
    rules = (tmp_path / "queuerules.conf").rename(tmp_path / "mine.conf")
    plan, told = imported(file, tmp_path / "without")
    assert queue(plan, "sales").relax == ()
    assert any("give the file with --rules" in row for row in told)
    plan, _ = imported(file, tmp_path / "with", "--rules", str(rules))
    assert queue(plan, "sales").relax == (step(30, 5),)
    gone = ccengine("import", str(file), "--rules", str(tmp_path / "gone.conf"))
    assert (gone.exit_code, "cannot be read" in gone.stderr) == (1, True)


@given(lines=st.lists(st.text("0123456789,+-a ", max_size=20), max_size=5))
def test_no_line_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.mktemp("rules")
    file = office(folder, "".join(f"penaltychange => {line}\n" for line in lines))
    rules = read_conf(folder / "queuerules.conf")
    made = import_queues(read_conf(file), ClientId("acme"), rules=rules)
    assert made.queues == 1
