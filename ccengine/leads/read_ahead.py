"""A file that another process reads, while this one looks at its rows and writes them.

To read a large sheet takes a processor about as long as all that is done with its rows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from ccengine.leads.files import FileUnfit, LeadFile, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

ROWS_AT_ONCE: Final = 1_000
TEXT_AT_ONCE: Final = 2_000_000
"""Characters: no more of a file is on its way between the two at once."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows, and how much of the file was read by then."""

    rows: list[Row]
    done: int
    is_last: bool = False


class ReadAhead:
    """Rows as the file itself yields them.

    Args:
        file: what is read; it is sent to the other process.
    """

    def __init__(self, file: LeadFile) -> None:
        self.name, self.size = file.name, file.size
        self._file = file
        self._done = 0

    def rows(self) -> Iterator[Row]:
        """Yield each row that is not empty.

        Raises:
            FileUnfit: it cannot be read on, or the process that read it has ended.
        """
        # Not forked: a copy of this process would have its database open, too.
        context = get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        reading = context.Process(target=_read, args=(self._file, theirs), name="reader")
        reading.start()
        theirs.close()
        try:
            batch = _next(ours)
            while not batch.is_last:
                self._done = batch.done
                yield from batch.rows
                batch = _next(ours)
            self._done = batch.done
            yield from batch.rows
        finally:
            ours.close()  # whoever writes to it then ends
            reading.join()

    def done(self) -> int:
        """Return how much was read of the rows that were yielded, and a little more."""
        return self._done


def _next(ours: Connection) -> _Batch:
    try:
        told: _Batch | FileUnfit = ours.recv()
    except EOFError:
        message = "the process that read it has ended — see to memory, or save it as CSV"
        raise FileUnfit(message) from None
    if isinstance(told, FileUnfit):
        raise told
    return told


def _read(file: LeadFile, theirs: Connection) -> None:
    """Send all rows, until nobody wants them any more."""
    with suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            for batch in _batches(file):
                theirs.send(batch)
        except FileUnfit as error:
            theirs.send(error)


def _batches(file: LeadFile) -> Iterator[_Batch]:
    rows: list[Row] = []
    size = 0
    for row in file.rows():
        rows.append(row)
        size += sum(map(len, row.cells))
        if len(rows) >= ROWS_AT_ONCE or size >= TEXT_AT_ONCE:
            yield _Batch(rows, file.done())
            rows, size = [], 0
    yield _Batch(rows, file.size, is_last=True)
