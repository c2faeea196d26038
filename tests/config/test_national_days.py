"""Holidays of countries, by tables from their sources; and Ramadan."""

from __future__ import annotations

from datetime import date

import pytest

from ccengine.config.calendars import Calendar, HolidayCalendar
from ccengine.config.national_days import Nation, days_of, fault_of, ramadan_around

FRANCE = {  # Code du travail, article L3133-1; dates of 2026: service-public.fr, jours fériés
    "2026-01-01": "Jour de l'an",
    "2026-04-06": "Lundi de Pâques",
    "2026-05-01": "Fête du Travail",
    "2026-05-08": "Fête de la Victoire",
    "2026-05-14": "Ascension",
    "2026-05-25": "Lundi de Pentecôte",
    "2026-07-14": "Fête nationale",
    "2026-08-15": "Assomption",
    "2026-11-01": "Toussaint",
    "2026-11-11": "Armistice",
    "2026-12-25": "Noël",
}
UNITED_STATES = {  # 5 U.S.C. 6103; dates of 2026: opm.gov, federal holidays
    "2026-01-01": "New Year's Day",
    "2026-01-19": "Martin Luther King Jr. Day",
    "2026-02-16": "Washington's Birthday",
    "2026-05-25": "Memorial Day",
    "2026-06-19": "Juneteenth National Independence Day",
    "2026-07-03": "Independence Day (observed)",  # the 4th is a Saturday
    "2026-07-04": "Independence Day",
    "2026-09-07": "Labor Day",
    "2026-10-12": "Columbus Day",
    "2026-11-11": "Veterans Day",
    "2026-11-26": "Thanksgiving Day",
    "2026-12-25": "Christmas Day",
}
EMIRATES = {  # UAE Cabinet Resolution 27 of 2024, article 1: what does not go by the moon
    "2026-01-01": "رأس السنة الميلادية",
    "2026-12-02": "اليوم الوطني",
    "2026-12-03": "اليوم الوطني",
    "2027-01-01": "رأس السنة الميلادية",
    "2027-12-02": "اليوم الوطني",
    "2027-12-03": "اليوم الوطني",
}
MOON = {  # the same resolution, by the calendar of Umm al-Qura: Shawwal 1, Dhu al-Hijjah 9 and 10
    "2027-03-09": "عيد الفطر (تقديري)",
    "2027-05-15": "وقفة عرفة (تقديري)",
    "2027-05-16": "عيد الأضحى (تقديري)",
}


def names(nation: Nation, *years: int) -> dict[str, str]:
    found = {day: "; ".join(one) for year in years for day, one in days_of(nation, year).items()}
    return {day.isoformat(): name for day, name in found.items()}


@pytest.mark.parametrize(
    ("country", "language", "expected"),
    [("FR", "fr", FRANCE), ("US", "en", UNITED_STATES)],
)
def test_all_holidays_of_a_year(country: str, language: str, expected: dict[str, str]) -> None:
    assert names(Nation(country, language=language), 2026) == expected


def test_holidays_by_the_sun_and_by_the_moon() -> None:
    found = names(Nation("AE"), 2026, 2027)
    assert {day: found.get(day) for day in EMIRATES} == EMIRATES
    assert {day: found.get(day) for day in MOON} == MOON


def test_no_holidays_in_ukraine_while_martial_law_lasts() -> None:
    """Law 2136-IX of 2022, article 6, part 6: rules of the labour code on holidays rest."""
    assert names(Nation("UA"), 2026) == {}
    assert names(Nation("UA", language="uk"), 2021)["2021-08-24"] == "День незалежності України"


def test_names_are_in_the_country_s_own_language_or_in_the_one_asked_for() -> None:
    assert names(Nation("FR"), 2026)["2026-12-25"] == "Noël"
    assert names(Nation("FR", language="en"), 2026)["2026-12-25"] == "Christmas Day"
    assert names(Nation("DE", language="uk"), 2026)["2026-12-25"] != ""


def test_a_region_has_holidays_of_its_own() -> None:
    bavaria, berlin = (names(Nation("DE", region=one), 2026) for one in ("BY", "BE"))
    assert "2026-01-06" in bavaria
    assert "2026-01-06" not in berlin


@pytest.mark.parametrize(
    ("day", "expected"),
    [  # 1 Ramadan to the day before 1 Shawwal by the calendar of Umm al-Qura (Saudi Arabia's
        # Supreme Court announced the same first day of 1447: 18 February 2026)
        ("2026-02-17", None),
        ("2026-02-18", ("2026-02-18", "2026-03-19")),
        ("2026-03-19", ("2026-02-18", "2026-03-19")),
        ("2026-03-20", None),
        ("2027-02-20", ("2027-02-08", "2027-03-08")),
        ("2030-01-05", ("2030-01-05", "2030-02-03")),  # two of them begin in 2030
        ("2030-12-31", ("2030-12-26", "2031-01-23")),
        ("2031-01-01", ("2030-12-26", "2031-01-23")),
    ],
)
def test_ramadan(day: str, expected: tuple[str, str] | None) -> None:
    found = ramadan_around(date.fromisoformat(day))
    assert expected == (None if found is None else tuple(one.isoformat() for one in found))


@pytest.mark.parametrize(
    ("nation", "key"),
    [
        (Nation("XX"), "country"),
        (Nation("ae"), "country"),
        (Nation("Germany"), "country"),
        (Nation("DE", region="ZZ"), "region"),
        (Nation("DE", categories=("banks",)), "categories"),
        (Nation("DE", language="fa"), "language"),
    ],
)
def test_what_the_library_does_not_know(nation: Nation, key: str) -> None:
    fault = fault_of(nation)
    assert fault is not None
    assert fault.key == key


def test_a_name_leaves_out_all_holidays_of_that_name_whatever_is_in_brackets() -> None:
    calendar = Calendar(HolidayCalendar(country="AE", leave_out=("Eid al-Fitr", "01-01")))
    assert calendar.holiday(date(2027, 3, 9)) is None  # (estimated)
    assert calendar.holiday(date(2027, 1, 1)) is None
    assert calendar.holiday(date(2027, 3, 10)) is not None  # Eid al-Fitr Holiday


def test_holidays_that_share_a_day_are_both_named() -> None:
    holiday = Calendar(HolidayCalendar(country="IR", language="en")).holiday(date(2026, 3, 21))
    assert holiday is not None
    assert holiday.why == "Eid al-Fitr; Nowruz"
