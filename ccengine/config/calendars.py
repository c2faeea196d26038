"""Holidays that several opening hours share: a country's, own days, and those of a calendar file.

`HolidayCalendar` is the schema of `holidays.<calendar>` in tenant.yaml. Files are read by
`calendar_files`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator

from ccengine.config.days import DayMark, read_day
from ccengine.config.hours import Spans, SpecialDay, SpecialDays, special_on
from ccengine.config.names import Language, mistake
from ccengine.config.national_days import HolidayCountry, Nation, days_of, english_days_of

NAMES_BETWEEN: Final = "; "


def _file(text: str) -> str:
    if re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,60}\.ics", text) is None:
        message = f"'{text}' cannot be a calendar file"
        raise mistake(message, "name a file of the tenant's folder calendars/, as in closures.ics")
    return text


CalendarFile = Annotated[str, AfterValidator(_file)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """Days on which it is not as in other weeks."""

    country: HolidayCountry | None = None  #: ISO 3166; whose public holidays
    region: str | None = None  #: ISO 3166-2 without the country
    language: Language | None = None  #: of the holidays' names; the country's own when left out
    categories: tuple[str, ...] = ("public",)  #: which of the country's
    observed: bool = True  #: also days that are off instead of a holiday on a weekend
    leave_out: tuple[str, ...] = ()  #: holidays, by name or day, that are days like others
    half_days: Mapping[str, Spans] = field(default_factory=dict)  #: likewise, open for some time
    days: SpecialDays = field(default_factory=dict)  #: own ones
    file: CalendarFile | None = None  #: calendars/<file>: whole days on which it is closed

    @property
    def nation(self) -> Nation | None:
        """Whose holidays; None: nobody's."""
        if self.country is None:
            return None
        return Nation(self.country, self.region, self.categories, self.observed, self.language)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A holiday calendar with what its file says."""

    settings: HolidayCalendar
    closed: Mapping[date, str] = field(default_factory=dict)  #: by the file, and why

    def own_day(self, day: date) -> SpecialDay | None:
        """Return what the tenant says of a day."""
        named = special_on(self.settings.days, day)
        if named is None and day in self.closed:
            return SpecialDay(hours=(), why=self.closed[day])
        return named

    def holiday(self, day: date) -> SpecialDay | None:
        """Return the country's holiday; None: it is none, or is left out."""
        nation = self.settings.nation
        names = None if nation is None else days_of(nation, day.year).get(day)
        if nation is None or names is None:
            return None
        known = {*names, *english_days_of(nation, day.year).get(day, ())}
        if any(is_meant(text, day, known) for text in self.settings.leave_out):
            return None
        halves = self.settings.half_days.items()
        hours = next((spans for text, spans in halves if is_meant(text, day, known)), ())
        return SpecialDay(hours=hours, why=NAMES_BETWEEN.join(names))


def is_meant(text: str, day: date, names: set[str]) -> bool:
    """Tell whether a holiday is named: by its day or by its name, without what is in brackets."""
    mark = read_day(text)
    if mark is not None:
        return mark in (DayMark.of(day), DayMark.yearly(day))
    return any(name == text or name.startswith(f"{text} (") for name in names)
