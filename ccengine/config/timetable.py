"""When it is open, and why: the one place that judges, for flows, queues, previews and others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.calendars import Calendar
from ccengine.config.clock_changes import begin_of, end_of
from ccengine.config.hours import Hours, Span, SpecialDay, spans_of, special_on
from ccengine.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.ids import Instant


class Ground(StrEnum):
    """Why a day is as it is."""

    WEEK = "week"
    SEASON = "season"
    HOLIDAY = "holiday"
    DAY = "own day"  #: one of a calendar's own
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class OneDay:
    """A day's spans, and why it has these."""

    day: date
    spans: tuple[Span, ...]
    ground: Ground
    name: str = ""  #: of the season or the holiday, or the reason that was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Opening hours with their calendars, in their zone."""

    hours: Hours
    zone: str
    calendars: tuple[Calendar, ...] = ()

    def on(self, day: date) -> OneDay:
        """Return the spans that begin on a day."""
        own = special_on(self.hours.exceptions, day)
        if own is not None:
            return _special(day, own, Ground.EXCEPTION)
        for calendar in self.calendars:
            if (named := calendar.own_day(day)) is not None:
                return _special(day, named, Ground.DAY)
        for calendar in self.calendars:
            if (holiday := calendar.holiday(day)) is not None:
                return _special(day, holiday, Ground.HOLIDAY)
        season = self.hours.season_on(day)
        if season is not None:
            week = self.hours.seasons[season].week
            return OneDay(day, spans_of(week, day), Ground.SEASON, season)
        return OneDay(day, spans_of(self.hours.week, day), Ground.WEEK)

    def periods_on(self, day: date) -> list[Period]:
        """Return when it is open by the spans that begin on a day, in order, none touching."""
        return merged(self._periods(day))

    def periods(self, first: date, days: int) -> tuple[Period, ...]:
        """Return when it is open from a day on, so many days long, in order, none touching."""
        each = (self._periods(first + timedelta(days=ahead)) for ahead in range(days))
        return tuple(merged(chain.from_iterable(each)))

    def local_day(self, at: Instant) -> date:
        """Return which day it is there."""
        return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone)).date()

    def _periods(self, day: date) -> Iterator[Period]:
        zone = ZoneInfo(self.zone)
        for span in self.on(day).spans:
            begins, ends = begin_of(day, span.opens, zone), end_of(day, span.closes, zone)
            if begins < ends:  # not so in the hour that a clock put forward leaves out
                yield Period(begins, ends)


def is_open(timetable: Timetable, at: Instant) -> bool:
    """Tell whether it is open at an instant. What has begun the day before counts, too."""
    today = timetable.local_day(at)
    yesterday = today - timedelta(days=1)
    return any(period.holds(at) for period in timetable.periods(yesterday, days=2))


def merged(periods: Iterator[Period]) -> list[Period]:
    """Return the periods in order, with those made one that touch; each has both ends."""
    found: list[Period] = []
    for begins, ends in sorted((one.starts or 0.0, one.ends or 0.0) for one in periods):
        last = found[-1] if found else None
        if last is not None and begins <= (last.ends or 0.0):
            found[-1] = Period(last.starts, max(last.ends or 0.0, ends))
        else:
            found.append(Period(begins, ends))
    return found


def _special(day: date, special: SpecialDay, ground: Ground) -> OneDay:
    return OneDay(day, tuple(special.hours), ground, special.why or "")
