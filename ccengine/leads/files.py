"""Reads files of rows, never more than a little of them at a time."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

UTF_8: Final = "utf-8-sig"
LONGEST_LINE: Final = 32_000_000  #: characters
LONGEST_CELL: Final = 10_000
LONGEST_SHOWN: Final = 200
"""Of a cell that is too long: the others of a rejected row are kept whole, to be mended."""
SEPARATORS: Final = ",;\t|"
NUL: Final = "\x00"
NOT_ENDED: Final = "a quotation mark that is opened is never closed"
WRONG_QUOTES: Final = 'quotation marks stand wrong: within a cell write them twice, ""'
HOLDS_ROWS: Final = "a quotation mark that is opened is closed in another row"

_NUMBER: Final = re.compile(r"\+?[0-9 ()./-]{7,40}")
_UNREADABLE: Final = re.compile("[\udc80-\udcff]")
"""Bytes that are none of the encoding, as Python keeps them."""


class FileUnfit(Exception):
    """The file as a whole cannot be used. Its words say why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file."""

    number: int  #: as spreadsheets count: the header is 1
    cells: Sequence[str]
    fault: str = ""  #: why it cannot be used; empty: it can be looked at


class LeadFile(Protocol):
    """A file whose first row is its header."""

    name: str
    size: int  #: in whatever `done` counts

    def rows(self) -> Iterator[Row]:
        """Yield each row that is not empty.

        Raises:
            FileUnfit: it cannot be read on.
        """
        ...

    def done(self) -> int:
        """Return how much was read."""
        ...


class CsvFile:
    """Text with a separator.

    Args:
        path: the file.
        encoding: what it is written in, if it does not say so itself by a byte order mark.
    """

    def __init__(self, path: Path, encoding: str = UTF_8) -> None:
        self.name = path.name
        self.size = path.stat().st_size
        self._path = path
        self._encoding = _declared(path) or encoding
        self._file: BufferedReader | None = None
        self._row = self._width = 0
        self._unreadable = self._nul = False

    def rows(self) -> Iterator[Row]:
        """Yield each row that is not empty.

        Raises:
            FileUnfit: it cannot be read on.
        """
        try:
            codecs.lookup(self._encoding)
        except LookupError:
            message = f"there is no encoding '{self._encoding}' — name one such as windows-1251"
            raise FileUnfit(message) from None
        csv.field_size_limit(LONGEST_LINE)
        with self._path.open("rb") as self._file:
            kept = "surrogateescape"  # what cannot be read is seen row by row
            text = TextIOWrapper(self._file, encoding=self._encoding, errors=kept, newline="")
            try:
                yield from self._read(text)
            except UnicodeError as error:  # UTF-16 with half a character
                message = f"row {self._row + 1}: the text is not {self._encoding}: {error}"
                raise FileUnfit(message) from error

    def done(self) -> int:
        """Return how many bytes were read."""
        return 0 if self._file is None or self._file.closed else self._file.tell()

    def _read(self, file: TextIOWrapper) -> Iterator[Row]:
        separator, at = _separator(file.readline(LONGEST_LINE)), 0
        file.seek(at)
        lines = _Lines(file)
        # Strict, so that a quotation mark that is not closed is noticed.
        reader = csv.reader(self._seen(lines), delimiter=separator, strict=True)
        while True:
            self._unreadable = self._nul = False
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._row += 1
                _expect_end(self._row, error)
                yield self._faulty(lines, separator, WRONG_QUOTES)
                continue
            self._row += 1
            if self._row == 1 and cells[:1] == ["sep="]:
                self._row = 0
                continue
            self._width = self._width or len(cells)
            if len(lines.taken) > 1 and self._holds_row(lines.taken[1:], separator):
                yield self._faulty(lines, separator, HOLDS_ROWS)
            elif any(cells):
                yield self._judged(cells)

    def _seen(self, lines: _Lines) -> Iterator[str]:
        for line in lines:
            if len(line) == LONGEST_LINE:
                message = f"row {self._row + 1} is longer than {LONGEST_LINE:,} characters"
                raise FileUnfit(message)
            if not line.isascii():
                self._unreadable |= _UNREADABLE.search(line) is not None
            self._nul |= NUL in line
            yield line

    def _faulty(self, lines: _Lines, separator: str, fault: str) -> Row:
        """Return the first line of those that were taken for a row; the others are read anew."""
        first = lines.give_back()
        cells = next(csv.reader([first], delimiter=separator), [])
        return Row(self._row, [shown(cell) for cell in cells], fault)

    def _holds_row(self, lines: Sequence[str], separator: str) -> bool:
        """Tell whether any of the lines that a cell goes on with is a row: it has a row's cells,
        and one of them is a telephone number."""
        rows = (line for line in lines if line.count(separator) == self._width - 1)
        cells = (cell.strip(" \"'\r\n") for line in rows for cell in line.split(separator))
        return any(_NUMBER.fullmatch(cell) is not None for cell in cells)

    def _judged(self, cells: list[str]) -> Row:
        longest = max(map(len, cells))
        if longest <= LONGEST_CELL and not self._unreadable and not self._nul:
            return Row(self._row, cells)
        if longest > LONGEST_CELL:
            fault = f"a cell has {longest:,} characters, more than {LONGEST_CELL:,}"
        elif self._nul:
            fault = "it holds a NUL, which is no text"
        else:
            fault = f"the text is not {self._encoding.removesuffix('-sig').upper()}"
        return Row(self._row, [shown(cell) for cell in cells], fault)


class _Lines:
    """Lines of a file, those of the row that is read kept until it is known to be one."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []  #: of this row

    def __iter__(self) -> Iterator[str]:
        """Yield each."""
        while line := self._again.popleft() if self._again else self._file.readline(LONGEST_LINE):
            self.taken.append(line)
            yield line

    def begin(self) -> None:
        """Begin a row."""
        self.taken.clear()

    def give_back(self) -> str:
        """Have all of this row's lines but the first be read anew; return the first."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return first


def _expect_end(row: int, error: csv.Error) -> None:
    """Refuse a file of which a row does not end.

    Raises:
        FileUnfit: it is one.
    """
    if "field larger" in str(error) or "unexpected end" in str(error):
        message = f"row {row}: {NOT_ENDED} — mend it, and import the file again"
        raise FileUnfit(message) from error


def _declared(path: Path) -> str | None:
    """Return the encoding that the file's byte order mark says; None: it has none."""
    with path.open("rb") as file:
        start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return UTF_8 if start.startswith(codecs.BOM_UTF8) else None


def _separator(header: str) -> str:
    if header.startswith("sep=") and header[4:5]:
        return header[4:5]
    return max(SEPARATORS, key=header.count)


def shown(cell: str) -> str:
    """Return a cell as it is kept with what is wrong with its row."""
    told = f"{cell[:LONGEST_SHOWN]}…" if len(cell) > LONGEST_CELL else cell
    return _UNREADABLE.sub("\ufffd", told).replace(NUL, "\ufffd")
