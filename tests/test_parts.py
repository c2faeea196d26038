"""Light tests are in every run, of those that take long each is in one of so many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import parts
from tests.parts import FILE, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

LOG = """
============================ slowest durations =============================
60.50s call     tests/e2e/test_one.py::test_a_call
0.40s setup    tests/api/test_two.py::test_a_page[a name, with words]
0.31s call     tests/api/test_two.py::test_a_page[a name, with words]
0.31s call     tests/api/test_two.py::test_a_light_one
12.30s call     tests/benchmarks/test_three.py::test_many
"""
MEASURED = {
    "tests/e2e/test_one.py::test_a_call": 60.5,
    "tests/api/test_two.py::test_a_page[a name, with words]": 0.71,
    "tests/benchmarks/test_three.py::test_many": 12.3,
}


class Item:
    """As much of pytest's as is looked at."""

    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid
        self.location = (nodeid.partition("::")[0], 0, "")


class Config:
    """Takes what is left out."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self.hook = self

    def pytest_deselected(self, items: Sequence[Item]) -> None:
        self.left_out += [one.nodeid for one in items]


def taken(names: Sequence[str], part: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv(parts.SETTING, part)
    items, config = [Item(name) for name in names], Config()
    parts.take(config, items)  # type: ignore[arg-type]
    kept = [one.nodeid for one in items]
    assert sorted(kept + config.left_out) == sorted(names)
    return kept


def test_what_took_long_is_read_from_what_pytest_prints() -> None:
    assert parts.measured(LOG) == pytest.approx(MEASURED)


def test_the_list_written_is_the_list_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").write_text(LOG)
    monkeypatch.setattr(parts, "FILE", tmp_path / "seconds.txt")
    parts.main([str(tmp_path / "log")])
    assert parts.long_ones(tmp_path / "seconds.txt") == pytest.approx(MEASURED, abs=0.05)


def test_each_is_in_one_part_and_the_parts_of_a_stage_take_as_long() -> None:
    seconds = parts.long_ones()
    shared = parts.shared_out(seconds, 6)
    assert shared.keys() == {parts.unit_of(name) for name in seconds}
    calls = [0.0] * 6
    for name, number in shared.items():
        if name.startswith("tests/e2e/"):
            calls[number - 1] += seconds[name]
    assert max(calls) - min(calls) <= max(seconds.values())


def test_all_parts_together_are_everything_and_light_ones_are_in_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [*parts.long_ones(), "tests/api/test_new.py::test_nobody_knows_yet"]
    runs = [taken(names, f"{number}/6", monkeypatch) for number in range(1, 7)]
    found = [name for run in runs for name in run]
    assert set(found) == set(names)
    assert [name for name in names if found.count(name) != 1] == names[-1:]
    assert found.count(names[-1]) == 6


def test_benchmarks_of_a_file_share_what_they_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = {
        name.partition("::")[0]
        for name in parts.long_ones()
        if name.startswith("tests/benchmarks/test_inbound")
    }
    names = [f"{file}::test_{number}" for number in range(3)]
    runs = [taken(names, f"{number}/6", monkeypatch) for number in range(1, 7)]
    assert sorted(len(run) for run in runs) == [0] * 5 + [3]


def test_without_a_part_all_are_run_and_the_longest_file_is_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    light = "tests/api/test_new.py::test_nobody_knows_yet"
    longest = max(parts.long_ones().items(), key=lambda row: row[1])[0]
    assert taken([light, longest], "", monkeypatch) == [longest, light]


@pytest.mark.parametrize("text", ["0/6", "7/6", "six"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text if text == "six" else "there is no such part"):
        Part.read(text)


def test_it_says_how_many_were_not_run() -> None:
    three = {f"tests/api/test_one.py::test_{number}": 1.0 for number in range(3)}
    told = parts.told(Part(1, 3), three)
    assert "of 3 tests that take more than 0.5 s, 2 WERE NOT RUN" in told


def test_the_list_names_no_test_that_is_gone() -> None:
    root, texts, gone = FILE.parents[1], {}, []
    for name in parts.long_ones(FILE):
        file, _, test = name.partition("::")
        if file not in texts:
            path = Path(root, file)
            texts[file] = path.read_text() if path.exists() else ""
        if test.partition("[")[0].partition("::")[0] not in texts[file]:
            gone.append(name)
    assert not gone, "run python -m tests.parts on a log of docker/test --all"
