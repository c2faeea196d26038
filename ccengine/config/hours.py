"""Opening hours: a week's spans in the client's own zone, and days that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator

from ccengine.config.names import mistake, suggestion

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY: Final = 24 * 60
LAST_MINUTE: Final = 59
CLOSED: Final = "closed"
SPANS_REMEDY = "write 09:00-18:00, several with commas between them, or closed"
SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one minute of the day until before another.

    An end that is not after the start is on the next day: `22:00-06:00`.
    """

    opens: int
    closes: int  #: up to two days' minutes

    def holds(self, minute: int) -> bool:
        """Tell whether the minute, counted from the midnight the span's day began, is in it."""
        return self.opens <= minute < self.closes


def _spans(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip() == CLOSED:
        return ()
    return tuple(_span(part.strip()) for part in value.split(","))


def _span(text: str) -> Span:
    match = SPAN.fullmatch(text)
    if match is None:
        message = f"'{text}' are no opening hours"
        raise mistake(message, SPANS_REMEDY)
    hour, minute, end_hour, end_minute = (int(part) for part in match.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    late = opens >= MINUTES_OF_DAY or closes > MINUTES_OF_DAY
    if late or max(minute, end_minute) > LAST_MINUTE:
        message = f"'{text}' names a time that no clock shows"
        raise mistake(message, SPANS_REMEDY)
    return Span(opens, closes if closes > opens else closes + MINUTES_OF_DAY)


def _days(text: str) -> str:
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        message = f"'{text}' is no day of the week"
        raise mistake(message, f"write {', '.join(DAYS)} or two of them as in mon-fri")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # it looks the name up as a file
        message = f"there is no time zone '{text}'"
        raise mistake(message, suggestion(text, available_timezones())) from None
    return text


Zone = Annotated[str, AfterValidator(_zone)]
"""IANA name of a time zone."""
Spans = Annotated[tuple[Span, ...], BeforeValidator(_spans)]
DayRange = Annotated[str, AfterValidator(_days)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When something is open. A day in `exceptions` replaces that day of the week."""

    zone: Zone | None = None  #: IANA zone; the contract's when left out
    week: Mapping[DayRange, Spans] = field(default_factory=dict)
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def spans_on(self, day: date) -> Sequence[Span]:
        """Return the spans that begin on this day."""
        if day in self.exceptions:
            return self.exceptions[day]
        weekday = day.weekday()
        return [
            span for days, spans in self.week.items() if weekday in weekdays(days) for span in spans
        ]


def weekdays(days: str) -> frozenset[int]:
    """Return the weekdays of `mon` or `fri-mon`, Monday being 0."""
    first, _, last = days.partition("-")
    start = DAYS.index(first)
    length = (DAYS.index(last or first) - start) % len(DAYS)
    return frozenset((start + step) % len(DAYS) for step in range(length + 1))


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether it is open at a moment, which must know its zone; hours without one are UTC.

    The hands of the local clock count: on the day the clock is put back, an hour is open twice.
    """
    local = at.astimezone(ZoneInfo(hours.zone or "UTC"))
    minute = local.hour * 60 + local.minute
    today = local.date()
    yesterday = today - timedelta(days=1)
    return any(span.holds(minute) for span in hours.spans_on(today)) or any(
        span.holds(minute + MINUTES_OF_DAY) for span in hours.spans_on(yesterday)
    )
