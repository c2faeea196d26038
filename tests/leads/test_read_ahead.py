"""A file that another process reads: the same rows, the same faults, and nobody is left behind."""

from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

import pytest

from ccengine.leads.files import CsvFile, FileUnfit
from ccengine.leads.read_ahead import ROWS_AT_ONCE, ReadAhead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.leads.files import Row


def file_of(folder: Path, rows: int, name: str = "Ann") -> CsvFile:
    file = folder / "leads.csv"
    file.write_text("number,name\n" + "".join(f"{row},{name}\n" for row in range(rows)))
    return CsvFile(file)


@pytest.mark.parametrize("rows", [0, 1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 3 * ROWS_AT_ONCE])
def test_the_rows_are_those_of_the_file(tmp_path: Path, rows: int) -> None:
    file = file_of(tmp_path, rows)
    ahead = ReadAhead(file)
    done = []
    read = []
    for row in ahead.rows():
        read.append(row)
        done.append(ahead.done())
    assert read == list(file.rows())
    assert done == sorted(done)
    assert (ahead.name, ahead.size) == (file.name, file.size)
    assert not multiprocessing.active_children()


def test_long_rows_are_not_gathered(tmp_path: Path) -> None:
    file = file_of(tmp_path, 600, "x" * 9_000)
    assert list(ReadAhead(file).rows()) == list(file.rows())


def test_what_makes_it_unfit_is_told_here(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("number,name\n1,Ann\n")
    with pytest.raises(FileUnfit, match="there is no encoding 'klingon'"):
        list(ReadAhead(CsvFile(file, "klingon")).rows())
    assert not multiprocessing.active_children()


def test_who_wants_no_more_is_left_alone(tmp_path: Path) -> None:
    rows = ReadAhead(file_of(tmp_path, 10 * ROWS_AT_ONCE)).rows()
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


class Doomed(CsvFile):
    """Its reader is killed in the middle, as the kernel does where memory is short."""

    def rows(self) -> Iterator[Row]:
        for row in super().rows():
            if row.number == ROWS_AT_ONCE + 10:
                os._exit(9)
            yield row


def test_a_reader_that_dies_is_told_of_and_nothing_waits_for_it(tmp_path: Path) -> None:
    file = Doomed(file_of(tmp_path, 2 * ROWS_AT_ONCE)._path)
    with pytest.raises(FileUnfit, match="the process that read it has ended"):
        list(ReadAhead(file).rows())
    assert not multiprocessing.active_children()
