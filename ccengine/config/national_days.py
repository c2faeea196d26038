"""Public holidays of countries, and Ramadan, from the library `holidays`.

The library knows for each country which days its laws name, and what was announced for a year.
Days that go by the moon are taken from the calendar of Umm al-Qura until a country has announced
them; their names say `(estimated)`. It is loaded when the first calendar asks for it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from pydantic import AfterValidator

from ccengine.config.names import mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holidays import HolidayBase

ENGLISH: Final = "en_US"


class Nation(NamedTuple):
    """Whose holidays, and which of them."""

    country: str
    region: str | None = None
    categories: tuple[str, ...] = ("public",)
    observed: bool = True  #: also the days that are off instead of one on a weekend
    language: str | None = None  #: of the names; None: the country's own


class Fault(NamedTuple):
    """Why the library has no holidays of a nation."""

    key: str  #: of the calendar
    wrong: str  #: what is written there
    message: str
    known: tuple[str, ...] = ()


def _country(text: str) -> str:
    if fault_of(Nation(text)) is not None:
        message = f"there is no country '{text}' with known holidays"
        raise mistake(message, "use a code of ISO 3166 such as AE, DE, GB, UA")
    return text


HolidayCountry = Annotated[str, AfterValidator(_country)]


@lru_cache(maxsize=64)
def fault_of(nation: Nation) -> Fault | None:
    """Return what is wrong with it; None: nothing."""
    country, region, language = nation.country, nation.region, nation.language
    whole = _whole(country)
    if whole is None:
        return Fault("country", country, f"no country '{country}'")
    if region is not None and region not in whole.subdivisions:
        known = tuple(whole.subdivisions)
        return Fault("region", region, f"{country} has no region '{region}'", known)
    for category in nation.categories:
        if category not in whole.supported_categories:
            message = f"{country} has no holidays of category '{category}'"
            return Fault("categories", category, message, tuple(whole.supported_categories))
    spoken = sorted(one.partition("_")[0] for one in whole.supported_languages)
    if language is not None and language not in spoken:
        message = f"there are no names of holidays of {country} in '{language}'"
        return Fault("language", language, message, tuple(spoken))
    return None


def _whole(country: str) -> HolidayBase | None:
    """Return what the library knows of a country without a year; None: nothing."""
    if not (country.isascii() and country.isupper()):
        return None
    try:
        return _library(Nation(country), ENGLISH)
    except NotImplementedError:
        return None


@lru_cache(maxsize=512)
def days_of(nation: Nation, year: int) -> Mapping[date, tuple[str, ...]]:
    """Return the holidays of a year, each with its names in the nation's language."""
    return _days(nation, year, nation.language)


@lru_cache(maxsize=512)
def english_days_of(nation: Nation, year: int) -> Mapping[date, tuple[str, ...]]:
    """Return the same with their names in English, or in what language there are names."""
    return _days(nation, year, "en")


def ramadan_around(day: date) -> tuple[date, date] | None:
    """Return the first and the last day of the Ramadan that a day is in; None: it is in none."""
    found = [one for one in _ramadans(day.year) if one[0] <= day <= one[1]]
    return found[0] if found else None


@lru_cache(maxsize=64)
def _ramadans(year: int) -> tuple[tuple[date, date], ...]:
    # The library's tables have it for every country that keeps it as a holiday; the calendar
    # itself, of Umm al-Qura, has no other name than this one.
    from holidays.calendars.islamic import _IslamicLunar

    calendar = _IslamicLunar()
    years = (year - 1, year, year + 1)
    firsts = sorted({one for any_ in years for one, _ in calendar.ramadan_beginning_dates(any_)})
    feasts = sorted({one for any_ in years for one, _ in calendar.eid_al_fitr_dates(any_)})
    ends = [next((feast for feast in feasts if feast > first), None) for first in firsts]
    return tuple(
        (first, end - timedelta(days=1))
        for first, end in zip(firsts, ends, strict=True)
        if end is not None
    )


def _days(nation: Nation, year: int, language: str | None) -> Mapping[date, tuple[str, ...]]:
    whole = _library(nation, _spoken(nation, language), year)
    return {day: tuple(whole.get_list(day)) for day in sorted(whole)}


@lru_cache(maxsize=256)
def _spoken(nation: Nation, language: str | None) -> str | None:
    """Return the library's name of a language; the country's own where it does not have it."""
    whole = _library(Nation(nation.country), None)
    supported = sorted(whole.supported_languages)
    named = (one for one in supported if one.partition("_")[0] == language)
    return next(named, whole.default_language)


def _library(nation: Nation, language: str | None, year: int | None = None) -> HolidayBase:
    from holidays import country_holidays

    return country_holidays(
        nation.country,
        subdiv=nation.region,
        years=year,
        expand=False,
        observed=nation.observed,
        language=language,
        categories=nation.categories,
    )
