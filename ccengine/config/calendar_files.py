"""Reads calendar files (iCalendar, RFC 5545): each event of whole days is days of being closed.

Events that come again are known for some years ahead, so a calendar is to be loaded now and then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final, cast

from dateutil.rrule import rrulestr

from ccengine.config.documents import LARGEST_BYTES
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from icalendar import Calendar

CALENDARS: Final = "calendars"
YEARS_AHEAD: Final = 3
NAME_LENGTH: Final = 120
LONGEST_DAYS: Final = 366  # of one event
AGAIN_AT_MOST: Final = 20_000  # times that an event comes again are counted up to here
SELDOM: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
UNNAMED: Final = "calendar"
BROKEN: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
AGAIN: Final = "export it again as iCalendar (.ics), in UTF-8"

Properties = Mapping[str, Any]
"""An event's, by name; reading one that is broken raises."""


class NoCalendar(Exception):
    """The file cannot be understood."""


def read_closed_days(file: Path, today: date) -> tuple[Mapping[date, str], list[Problem]]:
    """Return on which days it is closed, and why; and what is wrong with the file."""
    try:
        events = _events(file)
    except NoCalendar as error:
        return {}, [Problem(file, 1, str(error), AGAIN)]
    closed: dict[date, str] = {}
    problems: list[Problem] = []
    for number, event in enumerate(events):
        try:
            if _is_of_whole_days(event):
                for day in _days_of(event, today):
                    closed.setdefault(day, _name(event))
                continue
            message = f"'{_name(event)}' has a time of day, and is left out"
            remedy = "make it an event of whole days, or write it to 'exceptions'"
        except BROKEN as error:
            message, remedy = f"an event cannot be read: {_first_line(error)}", AGAIN
        problems.append(Problem(file, _line_of(file, number), message, remedy, is_warning=True))
    return closed, problems


def _events(file: Path) -> list[Properties]:
    return [cast("Properties", event) for event in read_calendar(file).walk("VEVENT")]


def read_calendar(file: Path) -> Calendar:
    """Return a calendar as it stands in a file.

    Raises:
        NoCalendar: there is none, or it is too large.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"unreadable: {error}"
        message = f"the file {reason}"
        raise NoCalendar(message) from None
    if len(content) > LARGEST_BYTES:
        message = "the file is larger than 1 MB"
        raise NoCalendar(message)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"no calendar: {_first_line(error)}"
        raise NoCalendar(message) from None
    return parsed_calendar(text)


def parsed_calendar(text: str) -> Calendar:
    """Return a calendar from its text.

    Raises:
        NoCalendar: it is none.
    """
    from icalendar import Calendar

    try:
        return Calendar.from_ical(text)
    except BROKEN as error:
        message = f"no calendar: {_first_line(error)}"
        raise NoCalendar(message) from None


def time_in(event: Properties, name: str) -> Any:
    """Return the day or moment of a property; None: it has none that can be read."""
    try:
        return event[name].dt
    except BROKEN:
        return None


def _is_of_whole_days(event: Properties) -> bool:
    return not isinstance(event["DTSTART"].dt, datetime)


def _days_of(event: Properties, today: date) -> Iterator[date]:
    if str(event.get("STATUS", "")) == "CANCELLED":
        return
    begins: date = event["DTSTART"].dt
    first, last = date(today.year - 1, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    length = _length_of(event, begins)
    for start in takewhile(lambda start: start <= last, _starts(event, begins)):
        if (first - start).days > length:
            continue
        days = (start + timedelta(days=ahead) for ahead in range(length))
        yield from (day for day in days if first <= day <= last)


def _length_of(event: Properties, begins: date) -> int:
    """Return how many days it has; the one it ends on is not among them."""
    if "DTEND" in event:
        days = (_day(event["DTEND"].dt) - begins).days
    else:
        days = event["DURATION"].dt.days if "DURATION" in event else 1
    return max(1, min(days, LONGEST_DAYS))


def _starts(event: Properties, begins: date) -> Iterator[date]:
    rule = event.get("RRULE")
    if rule is None or str(next(iter(rule.get("FREQ", [])), "")) not in SELDOM:
        yield begins
        return
    parts = rule.to_ical().decode().split(";")
    text = ";".join(part for part in parts if not part.startswith("UNTIL="))  # it may have a zone
    last = _day(rule["UNTIL"][0]) if "UNTIL" in rule else date.max
    left_out = set(_left_out(event))
    again = rrulestr(text, dtstart=datetime.combine(begins, time.min))
    days = (start.date() for start in islice(again, AGAIN_AT_MOST))
    yield from (day for day in takewhile(lambda day: day <= last, days) if day not in left_out)


def _left_out(event: Properties) -> Iterable[date]:
    given = event.get("EXDATE", [])
    for several in given if isinstance(given, list) else [given]:
        yield from (_day(one.dt) for one in several.dts)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _name(event: Properties) -> str:
    letters = (letter if letter.isprintable() else " " for letter in str(event.get("SUMMARY", "")))
    return "".join(letters).strip()[:NAME_LENGTH] or UNNAMED


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:NAME_LENGTH]


def _line_of(file: Path, number: int) -> int:
    """Return where the event begins."""
    begun = -1
    for line, text in enumerate(file.read_text("utf-8-sig", errors="replace").splitlines(), 1):
        begun += text.strip().upper() == "BEGIN:VEVENT"
        if begun == number:
            return line
    return 1
