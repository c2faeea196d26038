"""Writes log lines to files on a thread of its own, so that a slow disk delays no call."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, BinaryIO

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

_AT_ONCE = 500
_CLOSING_SECONDS = 2.0


class LineWriter:
    """Takes lines without waiting; when too many are waiting, drops and counts them.

    Args:
        streams: where each line goes.
        limit: lines that may wait.
    """

    def __init__(self, streams: Sequence[BinaryIO], *, limit: int = 20_000) -> None:
        self.dropped = 0
        self.failed = 0  #: lines that a stream did not take
        self._streams = streams
        self._lines: queue.Queue[bytes | None] = queue.Queue(limit)
        self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Have a line written, without its line feed."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what is waiting, for two seconds at most, and end."""
        try:
            self._lines.put(None, timeout=_CLOSING_SECONDS)
        except queue.Full:
            return
        self._thread.join(_CLOSING_SECONDS)

    def _run(self) -> None:
        told = 0
        ended = False
        while not ended:
            lines, ended = self._take()
            if self.dropped > told:
                lines.append(orjson.dumps({"action": "log_lines_dropped", "lines": self.dropped}))
                told = self.dropped
            self._write(lines)

    def _take(self) -> tuple[list[bytes], bool]:
        lines: list[bytes] = []
        line = self._lines.get()
        while line is not None:
            lines.append(line)
            if len(lines) >= _AT_ONCE:
                return lines, False
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                return lines, False
        return lines, True

    def _write(self, lines: Sequence[bytes]) -> None:
        text = b"".join(line + b"\n" for line in lines)
        for stream in self._streams:
            try:
                stream.write(text)
                stream.flush()
            except (OSError, ValueError):  # disk full, pipe gone: calls go on without a log
                self.failed += len(lines)
