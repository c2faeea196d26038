"""Files of a pack: nobody else can read them, none takes the place of another."""

from __future__ import annotations

import csv
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import orjson

from ccengine.config.ownership import SECRET
from ccengine.leads.cells import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    Write = Callable[[Mapping[str, object]], None]

WITH_MARK: Final = "utf-8-sig"
"""By which spreadsheets know UTF-8."""


@contextmanager
def opened(file: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Make a file and open it to be written.

    Raises:
        FileExistsError: it is there.
        OSError: it cannot be made.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET)
    with os.fdopen(handle, "w", encoding=encoding, newline="") as out:
        yield out
        out.flush()
        os.fsync(handle)


@contextmanager
def csv_opened(file: Path, columns: Sequence[str]) -> Iterator[Write]:
    """Make a table for spreadsheets: what looks like a formula stays text."""
    with opened(file, WITH_MARK) as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        yield lambda row: writer.writerow([escaped(_cell(row[name])) for name in columns])


@contextmanager
def json_lines_opened(file: Path) -> Iterator[Write]:
    """Make a file with an object in each line."""
    with opened(file) as out:
        yield lambda row: _put(out, orjson.dumps(row))


def write_json(file: Path, content: Any) -> None:
    """Make a file of JSON that people can read, too."""
    with opened(file) as out:
        _put(out, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _put(out: TextIO, content: bytes) -> None:
    out.write(content.decode())
    out.write("\n")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return "; ".join(f"{name}={_cell(one)}" for name, one in value.items())
        case list() | tuple():
            return "; ".join(_cell(one) for one in value)
        case _:
            return str(value)
