"""Reads spreadsheets row by row, as openpyxl streams them."""

from __future__ import annotations

import zipfile
from datetime import datetime, time
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ccengine.leads.files import LONGEST_CELL, FileUnfit, Row, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_BYTES: Final = 4_000_000_000
"""Of a file that is unpacked: what claims to be more was made to fill memory."""
LARGEST_TEXTS: Final = 400_000_000
"""Of the texts that cells share, which are kept in memory."""
TEXTS: Final = "xl/sharedStrings.xml"
BROKEN: Final = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    OSError,
)


class SheetFile:
    """The first sheet of an XLSX file.

    Raises:
        FileUnfit: it is none, or would not fit into memory.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._done = 0
        self.size = _rows_expected(path)

    def rows(self) -> Iterator[Row]:
        """Yield each row that is not empty.

        Raises:
            FileUnfit: it cannot be read on.
        """
        try:
            book = load_workbook(self._path, read_only=True, keep_links=False)
        except BROKEN as error:
            raise FileUnfit(_broken(error)) from error
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what it says of itself may be wrong
            width = 0
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                self._done = number
                cells = [_text(value) for value in values]
                if not any(cells):
                    continue
                width = width or len(cells)
                cells += [""] * (width - len(cells))  # empty cells at the end are not written
                yield _judged(number, cells)
        except (IndexError, *BROKEN) as error:
            raise FileUnfit(_broken(error)) from error
        finally:
            book.close()

    def done(self) -> int:
        """Return how many rows were read, as far as so many were expected."""
        return min(self._done, self.size)


def _judged(number: int, cells: list[str]) -> Row:
    longest = max(map(len, cells))
    if longest <= LONGEST_CELL:
        return Row(number, cells)
    fault = f"a cell has {longest:,} characters, more than {LONGEST_CELL:,}"
    return Row(number, [shown(cell) for cell in cells], fault)


def _text(value: object) -> str:
    """Return a cell as somebody would have typed it; of a formula, the formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() if not (value.second or value.microsecond):
            return value.isoformat(timespec="minutes")
        case _:
            return str(value)


def _rows_expected(path: Path) -> int:
    """Return about how many rows there are, for the progress bar: nobody goes by it."""
    try:
        with zipfile.ZipFile(path) as packed:
            sizes = {one.filename: one.file_size for one in packed.infolist()}
    except BROKEN as error:
        raise FileUnfit(_broken(error)) from error
    if sum(sizes.values()) > LARGEST_BYTES or sizes.get(TEXTS, 0) > LARGEST_TEXTS:
        message = "unpacked, the sheet would be too large — save it as CSV"
        raise FileUnfit(message)
    sheets = (size for name, size in sizes.items() if name.startswith("xl/worksheets/"))
    return max(1, max(sheets, default=0) // 400)


def _broken(error: Exception) -> str:
    return f"it cannot be read as an XLSX file ({error}) — save it as XLSX again, or as CSV"
