"""The file of rows that became no lead: each with its number and why, to be mended and imported."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Self

from ccengine.leads.cells import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import TextIOWrapper
    from pathlib import Path

    from ccengine.storage.lead_imports import Reject


class RejectFile:
    """Written beside the import: it is there under its name when the import is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        self._file: TextIOWrapper | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._file is None:
            return
        self._file.close()
        if kind is None and self.count:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)

    def begin(self, header: Sequence[str]) -> None:
        """Write the header: what is wrong comes first, then the file's own columns."""
        # With a byte order mark: without one, spreadsheets take it for another encoding.
        self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
        self._write(["row", "reason", *header])

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write some more."""
        for one in rejects:
            self._write([str(one.row), one.reason, *one.cells])
        self.count += len(rejects)

    def _write(self, cells: Sequence[str]) -> None:
        if self._file is not None:
            csv.writer(self._file).writerow([escaped(cell) for cell in cells])
