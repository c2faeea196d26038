"""Calendar files (iCalendar) that lookups ask and submissions change.

We are the only ones who write to them: a change by another program at the same moment is lost.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.calendar_files import BROKEN, NoCalendar, read_calendar
from ccengine.config.documents import LARGEST_BYTES
from ccengine.lookup.appointments import Appointments, NotPossible
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icalendar import Calendar

    from ccengine.config.lookup_sources import Change, Finding
    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document

log = structlog.get_logger()

_TURNS: Final[defaultdict[Path, Lock]] = defaultdict(Lock)
"""Of all who change a file: submissions of several calls are carried out side by side."""


_PARSED: Final[dict[Path, tuple[tuple[int, int, int], Calendar]]] = {}
"""Calendars as they were when their files were read last, and of which version: one a file."""

KEPT: Final = timedelta(days=31)
"""After so long what submissions have cancelled, or left free, is taken out at the next change."""


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """One calendar file."""

    file: Path
    zone: tzinfo  #: of times that name none

    def find(self, finding: Finding, values: Mapping[str, Value]) -> Document | None:
        """Return what is told of an appointment, None: there is none. Reads the file if it is new.

        Raises:
            SourceFailed: it cannot be read.
        """
        try:
            return self._known().found(finding, values, _now(values))
        except BROKEN as error:
            message = f"an event cannot be read: {type(error).__name__}"
            raise SourceFailed(message) from None

    def change(self, change: Change, values: Mapping[str, Value], key: str) -> None:
        """Change an appointment; the file holds all of it or nothing.

        Raises:
            SourceFailed: it cannot be changed so, or not written.
        """
        with _TURNS[self.file]:
            try:
                appointments = self._appointments()
                if appointments.change(change, values, key, _now(values)):
                    appointments.forget_old(_now(values) - KEPT)
                    write_calendar(self.file, self._bounded(appointments.calendar.to_ical()))
            except NotPossible as error:
                raise SourceFailed(str(error)) from None
            except OSError as error:
                message = f"the calendar cannot be written: {error.strerror}"
                raise SourceFailed(message, hopeless=False) from None
            except BROKEN as error:
                message = f"an event cannot be read: {type(error).__name__}"
                raise SourceFailed(message) from None

    def _known(self) -> Appointments:
        """Return what the file holds, for who changes nothing: to parse it takes long."""
        try:
            found = self.file.stat()
        except OSError:
            return self._appointments()  # which says why not
        version = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = _PARSED.get(self.file)
        if known is None or known[0] != version:
            known = _PARSED[self.file] = (version, self._appointments().calendar)
        return Appointments(known[1], self.zone)

    def _bounded(self, content: bytes) -> bytes:
        if len(content) > LARGEST_BYTES:
            message = "the calendar is full: nobody could read it any more"
            raise SourceFailed(message, hopeless=False)
        if len(content) > LARGEST_BYTES // 2:
            log.warning("calendar_large", file=self.file.name, bytes=len(content))
        return content

    def _appointments(self) -> Appointments:
        try:
            return Appointments(read_calendar(self.file), self.zone)
        except NoCalendar as error:
            raise SourceFailed(str(error), hopeless=False) from None


def _now(values: Mapping[str, Value]) -> datetime:
    """Return the moment of the call: what every call knows."""
    now = values.get("now")
    if isinstance(now, datetime):
        return now
    message = "nobody says what time it is"
    raise SourceFailed(message)


def write_calendar(file: Path, content: bytes) -> None:
    """Put a file in its place, whole: a reader sees the old one or the new one."""
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


class CalendarSource:
    """One way to look into a calendar."""

    def __init__(self, book: CalendarBook, finding: Finding) -> None:
        self._book = book
        self._finding = finding

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return an appointment; as of `Source`."""
        return await asyncio.to_thread(self._book.find, self._finding, values)

    def close(self) -> None:
        """Let go of nothing: the file is read each time."""
