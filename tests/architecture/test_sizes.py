"""Small things are read; large ones are scrolled through."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import FILES, PACKAGE, functions, lines_of, name_of, parsed

if TYPE_CHECKING:
    from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 40
CONSTRUCTOR_PARAMETERS = 7
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common",
                "misc", "tools"}  # fmt: skip
DOCSTRING_LINES = range(3, 9)


def test_no_file_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name_of(path)}:{function.lineno} {function.name}": lines_of(function)
        for path in FILES
        for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_no_constructor_takes_too_much() -> None:
    counts = {
        f"{name_of(path)}:{function.lineno}": len(function.args.args + function.args.kwonlyargs) - 1
        for path in FILES
        for function in functions(path)
        if function.name == "__init__"
    }
    assert {name: n for name, n in counts.items() if n > CONSTRUCTOR_PARAMETERS} == {}


def test_names_say_something() -> None:
    names = {name_of(path): {*path.with_suffix("").relative_to(PACKAGE).parts} for path in FILES}
    assert {
        name: parts & SAYS_NOTHING for name, parts in names.items() if parts & SAYS_NOTHING
    } == {}


PACKAGES = [path for path in FILES if path.name == "__init__.py" and "migrations" not in path.parts]


@pytest.mark.parametrize("path", PACKAGES, ids=name_of)
def test_each_package_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path)) or ""
    prose = [line for line in docstring.splitlines() if not line.startswith("    ")]  # no examples
    assert len("\n".join(prose).strip().splitlines()) in DOCSTRING_LINES
