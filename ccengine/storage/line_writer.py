"""Writes log lines to files on a thread of its own, so that a slow disk delays no call."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, BinaryIO

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAUSE_SECONDS = 0.1
_CLOSING_SECONDS = 2.0


class LineWriter:
    """Takes lines without waiting; when too many are waiting, drops and counts them.

    The thread looks by itself every tenth of a second: waking it for each line would cost the
    event loop more than the line.

    Args:
        streams: where each line goes.
        limit: lines that may wait.
    """

    def __init__(self, streams: Sequence[BinaryIO], *, limit: int = 20_000) -> None:
        self.dropped = 0
        self.failed = 0  #: lines that a stream did not take
        self._streams = streams
        self._limit = limit
        self._lines: deque[bytes] = deque()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Have a line written, without its line feed."""
        if len(self._lines) < self._limit:
            self._lines.append(line)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Write what is waiting, for two seconds at most, and end."""
        self._closing.set()
        self._thread.join(_CLOSING_SECONDS)

    def _run(self) -> None:
        told = 0
        ended = False
        while not ended:
            ended = self._closing.wait(_PAUSE_SECONDS)
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if self.dropped > told:
                told = self.dropped
                lines.append(orjson.dumps({"action": "log_lines_dropped", "lines": told}))
            if lines:
                self._write(lines)

    def _write(self, lines: Sequence[bytes]) -> None:
        text = b"".join(line + b"\n" for line in lines)
        for stream in self._streams:
            try:
                stream.write(text)
                stream.flush()
            except (OSError, ValueError):  # disk full, pipe gone: calls go on without a log
                self.failed += len(lines)
