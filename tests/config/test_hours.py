"""When it is open: weeks, seasons, holidays, exceptions, and nights when the clock is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ccengine.config.calendars import Calendar, HolidayCalendar
from ccengine.config.clock_changes import change_on
from ccengine.config.hours import Hours
from ccengine.config.timetable import Ground, Timetable, is_open

KYIV = ZoneInfo("Europe/Kyiv")
OFFICE = {
    "week": {"mon-fri": "09:00-13:00, 14:00-18:00", "sat": "10:00-14:00"},
    "exceptions": {
        "2026-12-25": "closed",
        "2026-12-27": {"hours": "12:00-13:00", "why": "Stocktaking"},
    },
}
DAY = timedelta(days=1)


def table(raw: object, zone: str = "Europe/Kyiv", *calendars: dict[str, Any]) -> Timetable:
    read = TypeAdapter(HolidayCalendar).validate_python
    return Timetable(
        hours=TypeAdapter(Hours).validate_python(raw),
        zone=zone,
        calendars=tuple(Calendar(read(one)) for one in calendars),
    )


def at(text: str, zone: ZoneInfo = KYIV) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-12-21T08:59", False),
        ("2026-12-21T09:00", True),
        ("2026-12-21T12:59:59", True),
        ("2026-12-21T13:30", False),
        ("2026-12-21T18:00", False),
        ("2026-12-26T10:00", True),  # Saturday
        ("2026-12-25T10:00", False),  # Friday, but a holiday
        ("2026-12-27T12:30", True),  # Sunday, but an exception
        ("2026-12-28T09:00", True),
    ],
)
def test_a_week_with_exceptions(local: str, *, expected: bool) -> None:
    assert is_open(table(OFFICE), at(local)) is expected


def test_a_span_over_midnight_belongs_to_the_day_it_begins() -> None:
    night = table({"week": {"fri": "22:00-06:00"}})
    assert is_open(night, at("2026-12-25T23:00"))  # Friday
    assert is_open(night, at("2026-12-26T05:59"))
    assert not is_open(night, at("2026-12-26T06:00"))
    assert not is_open(night, at("2026-12-25T05:00"))


def test_summer_time_is_the_local_clock() -> None:
    summer = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)  # 09:30 in Kyiv
    winter = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)  # 08:30
    assert is_open(table(OFFICE), summer.timestamp())
    assert not is_open(table(OFFICE), winter.timestamp())


def test_days_may_run_over_the_week_end() -> None:
    long_weekend = table({"week": {"fri-mon": "00:00-24:00"}}, "UTC")
    days = [datetime(2026, 12, 21, 12, tzinfo=UTC) + day * DAY for day in range(7)]
    opened = [is_open(long_weekend, day.timestamp()) for day in days]
    assert opened == [True, False, False, False, True, True, True]


ALWAYS = table({"week": {"mon-sun": "00:00-24:00"}}, "Asia/Dubai")
NEVER = table({"week": {"mon-sun": "closed"}}, "Asia/Dubai")


@settings(deadline=None)  # the first one reads the zone from disk
@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1900 < at.year < 2100))
def test_always_and_never(moment: datetime) -> None:
    assert is_open(ALWAYS, moment.timestamp())
    assert not is_open(NEVER, moment.timestamp())


@pytest.mark.parametrize(
    "week",
    [
        {"mon": "9-18"},
        {"mon": "25:00-26:00"},
        {"mon": "09:60-10:00"},
        {"mon-xxx": "closed"},
        {"mon": ""},
    ],
)
def test_no_hours(week: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        table({"week": week})


# ---- what is more special wins ---------------------------------------------------------------

SPECIAL = table(
    {
        "week": {"mon-sun": "08:00-18:00"},
        "seasons": {
            "winter": {"from": "11-15", "until": "02-28", "week": {"mon-sun": "09:00-17:00"}},
            "stock": {
                "dates": [{"from": "2026-12-28", "until": "2026-12-30"}],
                "week": {"mon-sun": "10:00-11:00"},
            },
            "ramadan": {"ramadan": "yes", "week": {"mon-sun": "10:00-15:00"}},
        },
        "exceptions": {
            "2026-12-02": {"hours": "06:00-07:00", "why": "We work"},
            "12-31": "09:00-12:00",
            "2027-12-31": {"hours": "closed", "why": "We move"},
        },
    },
    "Asia/Dubai",
    {
        "country": "AE",
        "language": "en",
        "half_days": {"Eid al-Fitr": "09:00-10:00", "2027-01-01": "11:00-12:00"},
        "leave_out": ["Islamic New Year"],
        "days": {"2026-12-03": {"hours": "07:00-08:00", "why": "Open for a while"}},
    },
)
WINTER, WEEK = "09:00-17:00", "08:00-18:00"


@pytest.mark.parametrize(
    ("day", "hours", "ground", "name"),
    [
        ("2026-07-01", WEEK, Ground.WEEK, ""),
        ("2026-11-14", WEEK, Ground.WEEK, ""),
        ("2026-11-15", WINTER, Ground.SEASON, "winter"),  # both ends of it are in it
        ("2027-02-01", WINTER, Ground.SEASON, "winter"),  # and it goes over New Year
        ("2027-03-01", "10:00-15:00", Ground.SEASON, "ramadan"),
        ("2027-02-08", "10:00-15:00", Ground.SEASON, "ramadan"),  # though winter goes on
        ("2026-12-29", "10:00-11:00", Ground.SEASON, "stock"),  # of one year before every year's
        ("2027-12-29", WINTER, Ground.SEASON, "winter"),
        ("2027-12-02", "", Ground.HOLIDAY, "National Day"),
        ("2026-03-20", "09:00-10:00", Ground.HOLIDAY, "Eid al-Fitr"),
        ("2027-03-09", "09:00-10:00", Ground.HOLIDAY, "Eid al-Fitr (estimated)"),
        ("2027-01-01", "11:00-12:00", Ground.HOLIDAY, "New Year's Day"),
        ("2026-06-15", WEEK, Ground.WEEK, ""),  # Islamic New Year is left out
        ("2026-12-03", "07:00-08:00", Ground.DAY, "Open for a while"),
        ("2026-12-02", "06:00-07:00", Ground.EXCEPTION, "We work"),
        ("2026-12-31", "09:00-12:00", Ground.EXCEPTION, ""),
        ("2027-12-31", "", Ground.EXCEPTION, "We move"),  # of one year before every year's
    ],
)
def test_what_is_more_special_wins(day: str, hours: str, ground: Ground, name: str) -> None:
    plan = SPECIAL.on(date.fromisoformat(day))
    shown = ", ".join(f"{_clock(one.opens)}-{_clock(one.closes)}" for one in plan.spans)
    assert (shown, plan.ground, plan.name) == (hours, ground, name)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def test_a_ramadan_that_was_announced_replaces_the_computed_one_of_that_year_only() -> None:
    announced = table(
        {
            "seasons": {
                "ramadan": {
                    "ramadan": "yes",
                    "dates": [{"from": "2026-02-19", "until": "2026-03-20"}],
                    "week": {"mon-sun": "10:00-15:00"},
                }
            }
        },
    )
    days = [date(2026, 1, 1) + ahead * DAY for ahead in range(2 * 365)]
    in_it = [day for day in days if announced.on(day).ground is Ground.SEASON]
    years = [[day for day in in_it if day.year == year] for year in (2026, 2027)]
    assert [(year[0], year[-1]) for year in years] == [
        (date(2026, 2, 19), date(2026, 3, 20)),
        (date(2027, 2, 8), date(2027, 3, 8)),
    ]


# ---- when the clock is changed ---------------------------------------------------------------
# Dates: the time zone database of IANA (the package tzdata), files europe, northamerica, africa,
# asia, australasia: EU rules for Kyiv; US rules of 2007; Egypt's law 24 of 2023; Lebanon's last
# Sundays; Iran has none since 2022; summer in the south, by half an hour on Lord Howe Island.

CHANGES = {
    "Europe/Kyiv": [("2026-03-29", "03:00", "04:00"), ("2026-10-25", "04:00", "03:00")],
    "America/New_York": [("2026-03-08", "02:00", "03:00"), ("2026-11-01", "02:00", "01:00")],
    "Africa/Cairo": [("2026-04-24", "00:00", "01:00"), ("2026-10-29", "00:00", "23:00")],
    "Asia/Beirut": [("2026-03-29", "00:00", "01:00"), ("2026-10-24", "00:00", "23:00")],
    "Asia/Tehran": [],
    "Australia/Adelaide": [("2026-04-05", "03:00", "02:00"), ("2026-10-04", "02:00", "03:00")],
    "Australia/Lord_Howe": [("2026-04-05", "02:00", "01:30"), ("2026-10-04", "02:00", "02:30")],
}


@pytest.mark.parametrize(("zone", "expected"), CHANGES.items())
def test_the_nights_of_a_year(zone: str, expected: list[tuple[str, str, str]]) -> None:
    days = [date(2026, 1, 1) + ahead * DAY for ahead in range(365)]
    found = [(day, change_on(day, ZoneInfo(zone))) for day in days]
    assert [
        (day.isoformat(), f"{one.before:%H:%M}", f"{one.after:%H:%M}")
        for day, one in found
        if one is not None
    ] == expected


NIGHTS = [
    # zone, day, span, from and until in UTC: the hour that never is …
    ("Europe/Kyiv", "2026-03-29", "02:00-03:30", "00:00", "01:00"),  # ends at the change
    ("Europe/Kyiv", "2026-03-29", "03:30-05:00", "01:00", "02:00"),  # begins at the change
    ("Europe/Kyiv", "2026-03-29", "03:10-03:50", "", ""),  # never is
    ("Europe/Kyiv", "2026-03-28", "22:00-06:00", "20:00", "03:00+1"),  # 7 hours instead of 8
    ("America/New_York", "2026-03-08", "01:00-02:30", "06:00", "07:00"),
    ("America/New_York", "2026-03-08", "02:30-04:00", "07:00", "08:00"),
    ("America/New_York", "2026-03-08", "00:00-24:00", "05:00", "04:00+1"),  # 23 hours
    ("Africa/Cairo", "2026-04-24", "00:00-02:00", "22:00-1", "23:00-1"),  # midnight never is
    ("Africa/Cairo", "2026-04-23", "20:00-24:00", "18:00", "22:00"),
    ("Africa/Cairo", "2026-04-23", "20:00-00:30", "18:00", "22:00"),  # ends at the change
    # … and the hour that is twice
    ("Europe/Kyiv", "2026-10-25", "03:00-03:30", "00:00", "01:30"),  # first time to second time
    ("Europe/Kyiv", "2026-10-25", "02:00-03:30", "23:00-1", "01:30"),
    ("Europe/Kyiv", "2026-10-25", "03:30-05:00", "00:30", "03:00"),
    ("Europe/Kyiv", "2026-10-24", "22:00-06:00", "19:00", "04:00+1"),  # 9 hours
    ("America/New_York", "2026-11-01", "00:00-01:30", "04:00", "06:30"),
    ("America/New_York", "2026-11-01", "01:30-03:00", "05:30", "08:00"),
    ("Africa/Cairo", "2026-10-29", "20:00-23:30", "17:00", "21:30"),
    ("Africa/Cairo", "2026-10-29", "23:30-24:00", "20:30", "22:00"),
    ("Africa/Cairo", "2026-10-30", "00:00-01:00", "22:00-1", "23:00-1"),
    # by half an hour, in the south: first the half hour that is twice, then the one that never is
    ("Australia/Lord_Howe", "2026-04-05", "00:00-01:45", "13:00-1", "15:15-1"),
    ("Australia/Lord_Howe", "2026-04-05", "01:45-03:00", "14:45-1", "16:30-1"),
    ("Australia/Lord_Howe", "2026-04-05", "00:00-24:00", "13:00-1", "13:30"),  # 24.5 hours
    ("Australia/Lord_Howe", "2026-10-04", "01:00-02:15", "14:30-1", "15:30-1"),
    ("Australia/Lord_Howe", "2026-10-04", "02:15-03:00", "15:30-1", "16:00-1"),
    ("Australia/Lord_Howe", "2026-10-04", "02:05-02:25", "", ""),
    ("Asia/Tehran", "2026-03-22", "00:00-24:00", "20:30-1", "20:30"),  # as on any day
    ("Asia/Tehran", "2026-09-22", "00:00-24:00", "20:30-1", "20:30"),
]


@pytest.mark.parametrize(("zone", "day", "span", "begins", "ends"), NIGHTS)
def test_nights_when_the_clock_is_changed(
    zone: str, day: str, span: str, begins: str, ends: str
) -> None:
    when = date.fromisoformat(day)
    opened = table({"exceptions": {day: span}}, zone)
    expected = [] if not begins else [(_utc(when, begins), _utc(when, ends))]
    assert [(one.starts, one.ends) for one in opened.periods_on(when)] == expected
    first = datetime.combine(when - DAY, datetime.min.time(), UTC).timestamp()
    told = [is_open(opened, first + minute * 60) for minute in range(4 * 1440)]
    assert sum(told) == sum(end - start for start, end in expected) // 60
    assert all(told[int(start - first) // 60] for start, _ in expected)
    assert not any(told[int(end - first) // 60] for _, end in expected)


def _utc(day: date, text: str) -> float:
    clock, _, ahead = text.partition("+")
    if "-" in text:
        clock, ahead = text.split("-")[0], f"-{text.split('-')[1]}"
    moment = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), UTC)  # noqa: DTZ007
    return (moment + int(ahead or 0) * DAY).timestamp()
