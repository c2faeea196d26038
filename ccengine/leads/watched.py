"""A file of leads whose reading is watched: how far it is, told now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.leads.files import LeadFile, Row

TOLD_EVERY: Final = 500  #: rows


class Watcher(Protocol):
    """Is told how far it is."""

    def __call__(self, done: int, rows: int) -> None:
        """Take note.

        Args:
            done: of the file's `size`.
            rows: read so far, the header among them.
        """


class WatchedFile:
    """A file, and who is told how far it is."""

    def __init__(self, file: LeadFile, watcher: Watcher) -> None:
        self.name, self.size = file.name, file.size
        self._file = file
        self._watcher = watcher

    def rows(self) -> Iterator[Row]:
        """Yield each row."""
        number = 0
        for number, row in enumerate(self._file.rows(), 1):
            if number % TOLD_EVERY == 0:
                self._watcher(self._file.done(), number)
            yield row
        self._watcher(self.size, number)

    def done(self) -> int:
        """Return how much was read."""
        return self._file.done()
