"""Days as people write them: of one year, or of every year; and stretches of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from typing_extensions import override

from ccengine.config.names import mistake

DAY: Final = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})")
DAY_REMEDY: Final = "write 2026-12-24, or 12-24 for every year"
LEAP_YEAR: Final = 2024  #: knows every day there is


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day of one year, or of every year."""

    month: int
    day: int
    year: int | None = None  #: None: every year

    @classmethod
    def of(cls, day: date) -> DayMark:
        """Return the mark of exactly this day."""
        return cls(day.month, day.day, day.year)

    @classmethod
    def yearly(cls, day: date) -> DayMark:
        """Return the mark of this day in every year."""
        return cls(day.month, day.day)

    @property
    def date(self) -> date:
        """The day, of a year that is named."""
        return date(self.year or LEAP_YEAR, self.month, self.day)

    @override
    def __str__(self) -> str:
        year = "" if self.year is None else f"{self.year:04}-"
        return f"{year}{self.month:02}-{self.day:02}"


def read_day(text: str) -> DayMark | None:
    """Return the day that is written; None: it is none."""
    match = DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        date(int(year or LEAP_YEAR), int(month), int(day))
    except ValueError:
        return None
    return DayMark(int(month), int(day), None if year is None else int(year))


def _mark(value: object) -> object:
    if isinstance(value, date):
        return DayMark.of(value)
    if not isinstance(value, str):
        return value
    mark = read_day(value)
    if mark is None:
        message = f"'{value}' is no day"
        raise mistake(message, DAY_REMEDY)
    return mark


AnyDay = Annotated[DayMark, BeforeValidator(_mark)]
"""`2026-12-24`, or `12-24` for every year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days from one to another, both included. Of every year it may go over New Year."""

    starts: Annotated[AnyDay, Field(alias="from")]  #: first day
    until: AnyDay  #: last day

    @property
    def is_yearly(self) -> bool:
        """Whether it comes every year."""
        return self.starts.year is None

    @property
    def fault(self) -> str:
        """What is wrong with it; empty: nothing."""
        if (self.starts.year is None) != (self.until.year is None):
            return "has a year at one end only"
        if not self.is_yearly and self.until.date < self.starts.date:
            return f"ends ({self.until}) before it begins ({self.starts})"
        return ""

    def holds(self, day: date) -> bool:
        """Tell whether the day is in it."""
        first, last = (self.starts.month, self.starts.day), (self.until.month, self.until.day)
        here = (day.month, day.day)
        if not self.is_yearly:
            return self.starts.date <= day <= self.until.date
        return first <= here <= last if first <= last else here >= first or here <= last

    def meets(self, first: date, last: date) -> bool:
        """Tell whether any of its days is among those from one to another."""
        return not self.is_yearly and self.starts.date <= last and first <= self.until.date
