"""Makes the databases and calendars that are examples, where there are none yet.

So that flows can be tried without a program of the client's: what is there is never touched.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import structlog

from ccengine.config.calendar_files import parsed_calendar, time_in
from ccengine.config.example_files import fill_example
from ccengine.lookup.calendar import write_calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from icalendar import Calendar

    from ccengine.config.calendar_files import Properties
    from ccengine.config.clients import Client
    from ccengine.config.settings import StatePaths
    from ccengine.config.tenant import Tenant

log = structlog.get_logger()

WEEK: Final = timedelta(weeks=1)


def make_examples(tenant: Tenant, paths: StatePaths, now: datetime) -> None:
    """Make what the clients' examples say. What cannot be made is told in the log, and missing."""
    for client in tenant.clients.values():
        for file, make in _wanted(client, paths, now):
            if file.exists():
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                make(file)
            except (OSError, sqlite3.Error) as error:
                log.warning("example_not_made", client=client.id, file=file.name, cause=str(error))
            else:
                log.info("example_made", client=client.id, file=file.name)


def _wanted(
    client: Client, paths: StatePaths, now: datetime
) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    for database in client.settings.databases.values():
        statements = client.examples.get(database.example or "")
        if database.file is not None and statements is not None:
            file = paths.database_of(client.id, database.file)
            yield file, partial(_make_database, statements)
    for calendar in client.settings.calendars.values():
        text = client.examples.get(calendar.example or "")
        if text is not None:
            file = paths.database_of(client.id, calendar.file)
            yield file, partial(_make_calendar, text, now)


def _make_calendar(text: str, now: datetime, file: Path) -> None:
    write_calendar(file, moved_on(text, now))


def _make_database(statements: str, file: Path) -> None:
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    database = sqlite3.connect(new)
    try:
        fill_example(database, statements)
    finally:
        database.close()
    new.replace(file)


def moved_on(text: str, now: datetime) -> bytes:
    """Return a calendar whose events of a time of day are all to come.

    They are moved on by whole weeks, so that days of the week and times of day stay.
    """
    calendar = parsed_calendar(text)
    begins = [_moment(one["DTSTART"].dt, now) for one in _timed(calendar)]
    weeks = max(0, -(-(now - min(begins)) // WEEK)) if begins else 0
    for event in _timed(calendar):
        for name in {"DTSTART", "DTEND"} & event.keys():
            event[name].dt += weeks * WEEK
    return bytes(calendar.to_ical())


def _timed(calendar: Calendar) -> list[Properties]:
    events = (cast("Properties", event) for event in calendar.walk("VEVENT"))
    return [event for event in events if isinstance(time_in(event, "DTSTART"), datetime)]


def _moment(begins: datetime, now: datetime) -> datetime:
    return begins if begins.tzinfo else begins.replace(tzinfo=now.tzinfo)
