"""The program's log: one JSON line per thing that happened, to a file and to standard output.

What the core decided comes from journal rows, everything else from `structlog.get_logger()`
anywhere in the program; both look alike: `at` (UTC), `action`, `call_id`, `tenant`, `client`,
`agent`, `node`, `cause` and whatever belongs to the action. Numbers are masked, digits and
secrets never written.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self, cast

import orjson
import structlog
from typing_extensions import override

from ccengine.core.events import PartyUnheard, RecordingFailed, RecordingGapFound
from ccengine.reporting.facts import fact_of
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_number
from ccengine.reporting.rows import is_void
from ccengine.storage.line_writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from structlog.typing import EventDict, WrappedLogger

    from ccengine.core.ids import TenantId
    from ccengine.reporting.rows import JournalRow

NUMBERS = frozenset({"caller", "caller_number", "number", "from_number", "to_number"})
LEVELS: Final = {RecordingGapFound: "error", RecordingFailed: "error", PartyUnheard: "warning"}
"""Of what the journal tells, where somebody should look."""
SECRETS = frozenset(
    {"password", "pin", "secret", "token", "authorization", "digit", "digits", "dtmf", "api_key"}
)


class EngineLog:
    """Where all log lines go."""

    def __init__(self, writer: LineWriter, file: BinaryIO, handler: logging.Handler) -> None:
        self._writer = writer
        self._file = file
        self._handler = handler

    @classmethod
    def open(cls, path: Path, *, tenant: TenantId, node: str, console: bool = True) -> Self:
        """Open the log and make it the whole program's: structlog's and the standard library's.

        Args:
            path: the file, appended to.
            tenant: of lines that concern no call.
            node: of lines that concern no call.
            console: write to standard output as well.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        writer = LineWriter([file, sys.stdout.buffer] if console else [file])
        place = {"tenant": tenant, "node": node}
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("action"),
                _protect,
                _Placed(place),
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=lambda *_: _Lines(writer),
            cache_logger_on_first_use=False,
        )
        handler = _Bridge(level=logging.WARNING)
        logging.getLogger().addHandler(handler)
        return cls(writer, file, handler)

    @property
    def dropped(self) -> int:
        """Lines lost because the disk was too slow."""
        return self._writer.dropped

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Write a step of the core: a line per thing that happened, none for a late event."""
        first = rows[0] if rows else None
        void = is_void(rows)
        for row in rows[1:] if void else rows:
            line = line_of(row)
            if line is not None:
                if void and first is not None:
                    line["event"] = first.type
                self._writer.put(orjson.dumps(line))

    def close(self) -> None:
        """Write what is waiting and close the file; structlog goes back to its defaults."""
        logging.getLogger().removeHandler(self._handler)
        structlog.reset_defaults()
        self._writer.close()
        self._file.close()


def line_of(row: JournalRow) -> dict[str, object] | None:
    """Return a row as a log line; None if it says nothing of its own."""
    fact = fact_of(row)
    if fact is None:
        return None
    line: dict[str, object] = {
        "at": utc_text(row.at),
        "level": LEVELS.get(type(row.what), "info"),
        "action": fact.action,
        "tenant": row.tenant,
        "node": row.node,
    }
    if row.client:
        line["client"] = row.client
    if row.call:
        line["call_id"] = row.call
    if row.agent:
        line["agent"] = row.agent
    line |= fact.details
    line["row"] = row.number
    return line


def _protect(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    for name in line:
        if name in NUMBERS:
            line[name] = mask_number(str(line[name] or ""))
        elif name in SECRETS:
            line[name] = "(hidden)"
    return line


def _to_json(line: EventDict, **_options: Any) -> bytes:
    return orjson.dumps(line, default=str)


class _Placed:
    """Adds tenant and node to lines that do not name theirs."""

    def __init__(self, place: dict[str, str]) -> None:
        self._place = place

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        return self._place | cast("dict[str, Any]", line)


class _Lines:
    """What structlog writes to."""

    def __init__(self, writer: LineWriter) -> None:
        self.debug = self.info = self.warning = writer.put
        self.error = self.critical = self.msg = writer.put


class _Bridge(logging.Handler):
    """Takes what libraries log by the standard library's logging."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        details = {"logger": record.name, "cause": record.getMessage()}
        error = record.exc_info if record.exc_info and record.exc_info[0] else None
        if record.levelno >= logging.ERROR:
            log.error("library_reported", exc_info=error, **details)
        else:
            log.warning("library_reported", exc_info=error, **details)
