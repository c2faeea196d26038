"""What is wrong with opening hours and holiday calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final

from ccengine.config.calendars import is_meant
from ccengine.config.days import read_day
from ccengine.config.documents import Document
from ccengine.config.lookups import unknown
from ccengine.config.names import suggestion
from ccengine.config.national_days import Nation, days_of, english_days_of, fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.calendars import HolidayCalendar
    from ccengine.config.clients import Client
    from ccengine.config.days import DayMark
    from ccengine.config.documents import Place
    from ccengine.config.hours import Hours, Season
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem

YEARS_AHEAD: Final = 2  # a holiday's name is known if the library has it so soon
DAYS_CHECKED: Final = 3 * 366  # for seasons that overlap
SEASON_REMEDY: Final = "write 'from' and 'until', or 'dates', or 'ramadan: yes'"


@dataclass(frozen=True, slots=True)
class Checked:
    """One client's hours where they stand."""

    document: Document
    today: date

    def past(self, place: Place, days: Mapping[DayMark, object]) -> Iterator[Problem]:
        """Yield a warning for each day that will not come again."""
        for mark in days:
            if mark.year is not None and mark.date < self.today:
                message = f"{mark} is in the past"
                yield self.document.warning((*place, str(mark)), message, "remove it")


def check_hours(
    client: Client, document: Document, documents: Documents, today: date
) -> Iterator[Problem]:
    """Yield what is wrong with a client's opening hours."""
    checked = Checked(document, today)
    known = documents.names("holidays")
    for name, hours in client.settings.hours.items():
        place = ("hours", name)
        yield from unknown(document, (*place, "holidays"), "calendar", hours.holidays, known)
        yield from checked.past((*place, "exceptions"), hours.exceptions)
        for season, settings in hours.seasons.items():
            yield from _season((*place, "seasons", season), season, settings, checked)
        yield from _overlaps(place, hours, checked)


def _season(place: Place, name: str, season: Season, checked: Checked) -> Iterator[Problem]:
    document = checked.document
    keys = document.keys(*place)
    if ("from" in keys) != ("until" in keys):
        there, missing = ("from", "until") if "from" in keys else ("until", "from")
        message = f"season '{name}' has '{there}' without '{missing}'"
        yield document.problem((*place, there), message, f"add '{missing}'")
    elif not {"from", "dates", "ramadan"} & set(keys):
        yield document.problem(place, f"nothing says when season '{name}' is", SEASON_REMEDY)
    for stretch in season.stretches:
        if stretch.fault:
            message = f"season '{name}' {stretch.fault}"
            remedy = "write both days with their year, the first before the last"
            yield document.problem(_place_of(place, season, stretch), message, remedy)
        elif not stretch.is_yearly and stretch.until.date < checked.today:
            message = f"days of season '{name}' are in the past: until {stretch.until}"
            place_of_it = _place_of(place, season, stretch)
            yield document.warning(place_of_it, message, "remove them, or write those to come")


def _place_of(place: Place, season: Season, stretch: object) -> Place:
    for position, one in enumerate(season.dates):
        if one is stretch:
            return (*place, "dates", position)
    return (*place, "until")


def _overlaps(place: Place, hours: Hours, checked: Checked) -> Iterator[Problem]:
    """Yield a problem for each two seasons of one kind that a day is in."""
    begins = checked.today.replace(month=1, day=1)
    days = [begins + timedelta(days=ahead) for ahead in range(DAYS_CHECKED)]
    sound = {
        name: season
        for name, season in hours.seasons.items()
        if not any(one.fault for one in season.stretches)
    }
    for yearly in (False, True):
        covered = {
            name: {day for day in days if season.is_on(day, yearly=yearly)}
            for name, season in sound.items()
        }
        for first, second in combinations(covered, 2):
            both = covered[first] & covered[second]
            if both:
                message = f"seasons '{first}' and '{second}' overlap: on {min(both)}, for one"
                remedy = "let one end before the other begins"
                yield checked.document.problem((*place, "seasons", second), message, remedy)


# ---- calendars of holidays -----------------------------------------------------------------


def check_calendars(
    calendars: Mapping[str, HolidayCalendar], document: Document, today: date
) -> Iterator[Problem]:
    """Yield what is wrong with holiday calendars in tenant.yaml."""
    for name, calendar in calendars.items():
        place: Place = ("holidays", name)
        yield from Checked(document, today).past((*place, "days"), calendar.days)
        if not {"country", "days", "file"} & set(document.keys(*place)):
            message = f"calendar '{name}' has no days"
            yield document.problem(place, message, "name a 'country', 'days' or a 'file'")
        nation = calendar.nation
        if nation is None:
            continue
        fault = fault_of(nation)
        if fault is not None:
            yield document.problem(
                (*place, fault.key), fault.message, suggestion(fault.wrong, fault.known)
            )
        else:
            yield from _names(place, calendar, nation, document, today)


def _names(
    place: Place, calendar: HolidayCalendar, nation: Nation, document: Document, today: date
) -> Iterator[Problem]:
    """Yield a problem for each holiday that is named and not known."""
    years = range(today.year, today.year + YEARS_AHEAD)
    found: dict[date, set[str]] = {}
    for year in years:
        for days in (days_of(nation, year), english_days_of(nation, year)):
            for day, names in days.items():
                found.setdefault(day, set()).update(names)
    named: list[tuple[Place, str]] = [
        ((*place, "leave_out", position), text) for position, text in enumerate(calendar.leave_out)
    ]
    named += [((*place, "half_days", text), text) for text in calendar.half_days]
    for there, text in named:
        mark = read_day(text)
        if mark is not None and mark.year is not None and mark.year not in years:
            if mark.date < today:
                yield document.warning(there, f"{text} is in the past", "remove it")
        elif not any(is_meant(text, day, names) for day, names in found.items()):
            message = f"{nation.country} has no holiday '{text}' in {years[0]} and {years[-1]}"
            known = sorted({name for names in found.values() for name in names})
            yield document.problem(there, message, suggestion(text, known))
