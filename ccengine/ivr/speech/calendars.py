"""Day, month and year as a calendar tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from persiantools.jdatetime import JalaliDate

from ccengine.ivr.speech.readings import CannotSay
from ccengine.ivr.speech.value_words import Calendar

if TYPE_CHECKING:
    from datetime import date

_PERSIAN: Final[Any] = JalaliDate  # its maker has no types


@dataclass(frozen=True, slots=True)
class DateParts:
    """A day in some calendar."""

    day: int
    month: int  #: 1 to 12
    year: int


def date_parts(day: date, calendar: Calendar) -> DateParts:
    """Return a day's parts."""
    match calendar:
        case Calendar.GREGORIAN:
            return DateParts(day.day, day.month, day.year)
        case Calendar.PERSIAN:
            try:
                found = _PERSIAN(day)
            except ValueError:
                message = "no day of the Persian calendar"  # as 0001-01-01, which stands for none
                raise CannotSay(message) from None
            return DateParts(found.day, found.month, found.year)
