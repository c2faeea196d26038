"""Examples beside client.yaml: what databases and calendars hold until there are real ones."""

from __future__ import annotations

import itertools
import sqlite3
from typing import TYPE_CHECKING, Final

from ccengine.config.calendar_files import NoCalendar, parsed_calendar
from ccengine.config.lookup_files import read_beside
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ccengine.config.documents import Document
    from ccengine.config.lookup_sources import AppointmentCalendar, Database


OUTSIDE: Final = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA})
"""What reaches other files: `check` carries statements out, with the rights of who runs it."""

STEPS: Final = 1_000  #: of SQLite, between two looks whether it is enough
MOST_LOOKS: Final = 10_000  #: about a second
LARGEST_VALUE: Final = 1_000_000  #: bytes


def load_examples(
    folder: Path,
    databases: Mapping[str, Database],
    calendars: Mapping[str, AppointmentCalendar],
    document: Document | None,
) -> tuple[Mapping[str, str], list[Problem]]:
    """Read the examples in a client's folder, by file."""
    named: list[tuple[str, str, str | None, Callable[[str], str]]] = [
        *(("databases", name, one.example, fault_of_sql) for name, one in databases.items()),
        *(("calendars", name, one.example, fault_of_ical) for name, one in calendars.items()),
    ]
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for key, name, example, fault_of in named:
        if example is None:
            continue
        text = read_beside(folder / example, (key, name, "example"), document, problems)
        fault = "" if text is None else fault_of(text)
        if fault:
            problems.append(Problem(folder / example, 1, fault, "mend it, or name another file"))
        elif text is not None:
            texts[example] = text
    return texts, problems


def fault_of_sql(example: str) -> str:
    """Return why statements cannot make a database; empty: they can."""
    database = sqlite3.connect(":memory:")
    try:
        fill_example(database, example)
    except sqlite3.Error as error:
        return f"the statements make no database: {error}"
    finally:
        database.close()
    return ""


def fill_example(database: sqlite3.Connection, statements: str) -> None:
    """Carry out an example's statements: in this database only, and not for ever.

    Raises:
        sqlite3.Error: one of them is wrong, not allowed, or takes too long.
    """
    looks = itertools.count()
    database.set_authorizer(_allowed)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    database.set_progress_handler(lambda: next(looks) > MOST_LOOKS, STEPS)
    try:
        database.executescript(statements)
        database.commit()
    finally:
        database.set_progress_handler(None, STEPS)
        database.set_authorizer(None)


def _allowed(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_DENY if action in OUTSIDE else sqlite3.SQLITE_OK


def fault_of_ical(example: str) -> str:
    """Return why a text is no calendar; empty: it is one."""
    try:
        parsed_calendar(example)
    except NoCalendar as error:
        return str(error)
    return ""
