from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from ccengine.config.documents import read_document
from tests.config.tenants import DEMO

if TYPE_CHECKING:
    from pathlib import Path


def problem_of(folder: Path, text: str | bytes) -> tuple[int, str]:
    file = folder / "a.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    _, problems = read_document(file)
    (problem,) = problems
    return problem.line, problem.message


def value_of(folder: Path, text: str) -> object:
    file = folder / "a.yaml"
    file.write_text(text)
    document, problems = read_document(file)
    assert not problems
    assert document is not None
    return document.value


def test_text_stays_text_until_the_schema_says_otherwise(tmp_path: Path) -> None:
    text = "{no: no, 0301: 0301, time: 8:30, version: 1.10, date: 2026-01-31}"
    expected = {"no": "no", "0301": "0301", "time": "8:30", "version": "1.10", "date": "2026-01-31"}
    assert value_of(tmp_path, text) == expected


def test_an_empty_value_is_a_key_left_out(tmp_path: Path) -> None:
    assert value_of(tmp_path, "a:\nb: ''\nc: null\nd: ~\n") == {"b": ""}


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    assert value_of(tmp_path, "# nothing yet\n") == {}


def test_lines_are_those_of_keys_and_items(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a:\n  b:\n    - x\n    - y\n  c: {d: 1}\n")
    document, _ = read_document(file)
    assert document is not None
    assert document.line(("a", "b", 1)) == 4
    assert document.line(("a", "c", "d")) == 5
    assert document.line(("a", "c", "not there")) == 5
    assert document.line(()) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1\nc: 2\n", 3, "broken YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is defined twice: first in line 1"),
        ("a: &x {b: 1}\nc: *x\n", 2, "refers to another part"),
        ("a: &x [*x]\n", 1, "refers to another part"),
        ("[a]: 1\n", 1, "a key must be plain text"),
        ("a: 1\n---\nb: 2\n", 2, "broken YAML"),
        ("a: 1\nb: \x07\n", 2, "broken YAML"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("[" * 5000, 1, "broken YAML"),
        ("a: " + "x" * 1_000_001, 1, "larger than 1 MB"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    found_line, found = problem_of(tmp_path, text)
    assert (found_line, message in found) == (line, True), found


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    document, (problem,) = read_document(tmp_path / "a.yaml")
    assert document is None
    assert "missing" in problem.message


def test_a_tag_makes_no_object(tmp_path: Path) -> None:
    assert value_of(tmp_path, "a: !!python/object/apply:os.system [ls]") == {"a": ["ls"]}


@pytest.mark.parametrize("broken", ["", "\nfoo: {a: 1", "\nfoo:\t1", "\nfoo: *a", "\nfoo: ? b\n :"])
def test_the_fast_parser_reads_what_the_plain_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Values, lines and complaints: of the demo, whole and with something wrong in it."""
    files = sorted(DEMO.rglob("*.yaml"))
    assert len(files) > 20
    for number, file in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(file.read_text() + broken)
    copies = sorted(tmp_path.iterdir())
    fast = [read_document(copy) for copy in copies]
    monkeypatch.setattr(
        "ccengine.config.documents._compose", lambda text: yaml.compose(text, yaml.SafeLoader)
    )
    assert fast == [read_document(copy) for copy in copies]
