"""The file of rows that became no lead: each with its number and why, to be mended and imported."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Self

from ccengine.leads.cells import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import TextIO

    from ccengine.storage.lead_imports import Reject


def write_rejects(to: TextIO, rejects: Iterable[Reject]) -> None:
    """Write rows as CSV. What looks like a formula stays text."""
    writer = csv.writer(to)
    for one in rejects:
        writer.writerow(escaped(cell) for cell in (str(one.row), one.reason, *one.cells))


def write_header(to: TextIO, header: Sequence[str]) -> None:
    """Write the header: what is wrong comes first, then the file's own columns."""
    csv.writer(to).writerow(escaped(cell) for cell in ("row", "reason", *header))


class RejectFile:
    """Written beside the import: it is there under its name when the import is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
            if kind is None and self.count:
                self._draft.replace(self._path)
        finally:
            self._draft.unlink(missing_ok=True)

    def begin(self, header: Sequence[str]) -> None:
        """Begin with the names of the file's columns."""
        # With a byte order mark: without one, spreadsheets take it for another encoding.
        self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
        write_header(self._file, header)

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write some more."""
        if self._file is not None:
            write_rejects(self._file, rejects)
        self.count += len(rejects)

    def flush(self) -> None:
        """Have all of it written, as long as the import can be undone.

        Raises:
            OSError: there is no room.
        """
        if self._file is not None:
            self._file.flush()
