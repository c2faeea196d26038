"""Writes the queue_log beside the journal, on a thread of its own: no call waits for it."""

from __future__ import annotations

import threading
from collections import deque
from os import fstat
from os.path import samestat
from typing import TYPE_CHECKING, TextIO

import structlog

from ccengine.reporting.queue_log import QueueLog
from ccengine.storage.catching_up import AFTER_START_SECONDS, gently
from ccengine.storage.errors import StorageError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ccengine.reporting.rows import JournalRow

log = structlog.get_logger()

_PAUSE_SECONDS = 0.2
_CLOSING_SECONDS = 2.0
_EARLIER_SECONDS = 7_200.0  # no talk lasts longer; of one that does, the end is not told
_TAIL_BYTES = 4096


class QueueLogFile:
    """Follows the engine; after a restart, goes on where the file ends.

    A file that was moved away, as by logrotate, is begun anew; beside it stands the number of the
    last row that was written, for who moves it while no engine runs.

    Args:
        path: of the queue_log, appended to.
        journal: whose rows before the first one shown are read first.
        limit: steps that may wait to be written; a disk that is as slow as that loses lines.
    """

    def __init__(self, path: Path, journal: Path, *, limit: int = 200_000) -> None:
        self.dropped = 0  #: steps
        self._path = path
        self._journal = journal
        self._limit = limit
        self._steps: deque[Sequence[JournalRow]] = deque()
        self._fold = QueueLog()
        self._seen = 0
        self._others = 0  # the last row of the engines before
        self._file: TextIO | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue log", daemon=True)

    def start(self, since: int) -> None:
        """Begin to write, what the engine before did not write any more included.

        Args:
            since: number of the journal's last row that is not this engine's.
        """
        self._others = since
        self._thread.start()

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Have a step written. Never waits."""
        if len(self._steps) < self._limit:
            self._steps.append(rows)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Write what is waiting, for two seconds at most, and end."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_SECONDS)

    def _run(self) -> None:
        self._closing.wait(AFTER_START_SECONDS)
        try:
            self._write(self._missing())
            ended = False
            while not ended:
                ended = self._closing.wait(_PAUSE_SECONDS)
                steps = [self._steps.popleft() for _ in range(len(self._steps))]
                self._write([line for step in steps for line in self._lines_of(step)])
        except (OSError, StorageError) as error:  # calls go on; `report queue-log` has it all
            log.error("queue_log_not_written", cause=str(error))  # noqa: TRY400 - no riddle
        except Exception:  # a mistake here must cost no call
            log.exception("queue_log_not_written")
        finally:
            if self._file is not None:
                self._file.close()

    def _lines_of(self, step: Sequence[JournalRow]) -> list[str]:
        if step[0].number <= self._seen:
            return []  # read from the journal
        self._seen = step[-1].number
        return self._fold.take(step)

    def _missing(self) -> list[str]:
        """Read up on the journal; return what nobody has written."""
        last, written = _last_line(self._path), self._number_written()
        missing: list[str] = []
        with JournalReader.open(self._journal) as reader:
            newest = reader.newest()[1]
            steps = reader.steps(begins=newest - _EARLIER_SECONDS, ends=float("inf"))
            for step in gently(steps):
                for line in self._lines_of(step):
                    if line == last:
                        missing.clear()
                    elif step[0].number > written or last:
                        missing.append(line)
                self._seen = max(self._seen, step[-1].number)
        return [line for line in missing if _epoch(line) >= _epoch(last)]

    def _number_written(self) -> int:
        """Return the last row whose lines are somewhere; without a word of it, all of others'."""
        try:
            return int(self._progress.read_text())
        except (FileNotFoundError, ValueError):
            return self._others

    @property
    def _progress(self) -> Path:
        return self._path.with_name(f"{self._path.name}.row")

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        if not text:
            return
        if self._file is None or not self._is_there(self._file):
            if self._file is not None:
                self._file.close()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
        self._file.write(text)
        self._file.flush()
        self._progress.write_text(f"{self._seen}\n")

    def _is_there(self, file: TextIO) -> bool:
        """Tell whether the file still has its name."""
        try:
            return samestat(self._path.stat(), fstat(file.fileno()))
        except FileNotFoundError:
            return False


def _last_line(path: Path) -> str:
    """Return a file's last whole line, empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").split("\n")[:-1]
    except FileNotFoundError:
        return ""
    return lines[-1] if lines else ""


def _epoch(line: str) -> int:
    words = line.partition("|")[0]
    return int(words) if words.isdigit() else 0
