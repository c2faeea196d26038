from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ccengine.config.hours import Hours, is_open

KYIV = ZoneInfo("Europe/Kyiv")
OFFICE = {
    "zone": "Europe/Kyiv",
    "week": {"mon-fri": "09:00-13:00, 14:00-18:00", "sat": "10:00-14:00"},
    "exceptions": {"2026-12-25": "closed", "2026-12-27": "12:00-13:00"},
}


def hours(raw: object) -> Hours:
    return TypeAdapter(Hours).validate_python(raw)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KYIV).astimezone(UTC)


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
    assert is_open(hours(OFFICE), at(local)) is expected


def test_a_span_over_midnight_belongs_to_the_day_it_begins() -> None:
    night = hours({"zone": "Europe/Kyiv", "week": {"fri": "22:00-06:00"}})
    assert is_open(night, at("2026-12-25T23:00"))  # Friday
    assert is_open(night, at("2026-12-26T05:59"))
    assert not is_open(night, at("2026-12-26T06:00"))
    assert not is_open(night, at("2026-12-25T05:00"))


def test_summer_time_is_the_local_clock() -> None:
    summer = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)  # 09:30 in Kyiv
    winter = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)  # 08:30
    assert is_open(hours(OFFICE), summer)
    assert not is_open(hours(OFFICE), winter)


def test_days_may_run_over_the_week_end() -> None:
    long_weekend = hours({"zone": "UTC", "week": {"fri-mon": "00:00-24:00"}})
    days = [datetime(2026, 12, 21, 12, tzinfo=UTC) + timedelta(days=day) for day in range(7)]
    assert [is_open(long_weekend, day) for day in days] == [
        True,
        False,
        False,
        False,
        True,
        True,
        True,
    ]


ALWAYS = hours({"zone": "Asia/Dubai", "week": {"mon-sun": "00:00-24:00"}})
NEVER = hours({"zone": "Asia/Dubai", "week": {"mon-sun": "closed"}})


@settings(deadline=None)  # the first one reads the zone from disk
@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1900 < at.year < 2100))
def test_always_and_never(moment: datetime) -> None:
    assert is_open(ALWAYS, moment)
    assert not is_open(NEVER, moment)


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
        hours({"week": week})
