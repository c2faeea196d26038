"""Opening hours as they are written: a week's spans, seasons with weeks of their own, exceptions.

What they come to on a day, with holidays and in their zone, is said by `timetable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from ccengine.config.clock_changes import MINUTES_OF_DAY
from ccengine.config.days import AnyDay, DayMark, Stretch
from ccengine.config.names import Line, Name, mistake, suggestion
from ccengine.config.national_days import ramadan_around

if TYPE_CHECKING:
    from datetime import date

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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


Week = Mapping[DayRange, Spans]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day that is not like others."""

    hours: Spans  #: of this day; `closed` is none
    why: Line | None = None  #: for people: shown where the hours are


def _special(value: object) -> object:
    """Let a day without a reason be written as its hours alone."""
    return {"hours": value} if isinstance(value, str) else value


AnySpecialDay = Annotated[SpecialDay, BeforeValidator(_special)]
SpecialDays = Mapping[AnyDay, AnySpecialDay]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Days with a week of their own, by any of: from and until, a list of those, Ramadan."""

    starts: Annotated[AnyDay | None, Field(alias="from")] = None  #: first day
    until: AnyDay | None = None  #: last day
    dates: tuple[Stretch, ...] = ()  #: likewise, several
    ramadan: bool = False  #: each year's, as computed, but for years that `dates` has another for
    week: Week

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """From when until when it is, Ramadan left out."""
        if self.starts is None or self.until is None:
            return self.dates
        return (Stretch(starts=self.starts, until=self.until), *self.dates)

    def is_on(self, day: date, *, yearly: bool) -> bool:
        """Tell whether the day is in it: by what comes every year, or by what does not."""
        if any(one.holds(day) for one in self.stretches if one.is_yearly is yearly):
            return True
        if yearly or not self.ramadan:
            return False
        computed = ramadan_around(day)
        return computed is not None and not any(one.meets(*computed) for one in self.stretches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When something is open. What is more special wins: exception, holiday, season, week."""

    zone: Zone | None = None  #: IANA zone; the number's or the contract's when left out
    week: Week = field(default_factory=dict)
    seasons: Mapping[Name, Season] = field(default_factory=dict)
    holidays: tuple[Name, ...] = ()  #: calendars of tenant.yaml
    exceptions: SpecialDays = field(default_factory=dict)

    def season_on(self, day: date) -> str | None:
        """Return the season a day is in; dated ones, and Ramadan, before those of every year."""
        for yearly in (False, True):
            for name, season in self.seasons.items():
                if season.is_on(day, yearly=yearly):
                    return name
        return None


def special_on(days: Mapping[DayMark, SpecialDay], day: date) -> SpecialDay | None:
    """Return what is written of a day: of this one before that of every year."""
    return days.get(DayMark.of(day)) or days.get(DayMark.yearly(day))


def spans_of(week: Week, day: date) -> tuple[Span, ...]:
    """Return the spans that begin on this day of the week."""
    weekday = day.weekday()
    return tuple(
        span for days, spans in week.items() if weekday in weekdays(days) for span in spans
    )


def weekdays(days: str) -> frozenset[int]:
    """Return the weekdays of `mon` or `fri-mon`, Monday being 0."""
    first, _, last = days.partition("-")
    start = DAYS.index(first)
    length = (DAYS.index(last or first) - start) % len(DAYS)
    return frozenset((start + step) % len(DAYS) for step in range(length + 1))
