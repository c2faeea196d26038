"""Intervals as clocks show them: zones off by quarters, days of 23 and 25 hours."""

from __future__ import annotations

from datetime import date

import pytest

from ccengine.reporting.kpis.calendar import Calendar, Interval, span
from ccengine.reporting.kpis.counts import QUARTER

HOUR = 3_600_000


def intervals(calendar: Calendar, begins: int, ends: int) -> list[str]:
    """Return the intervals that the quarters of a time belong to, each once."""
    quarters = range(begins // QUARTER, ends // QUARTER)
    return list(dict.fromkeys(calendar.text(calendar.begin(quarter)) for quarter in quarters))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)],
)
def test_a_day_has_as_many_hours_as_clocks_say(day: date, hours: int) -> None:
    begins, ends = span(day, day, "Europe/Kyiv")
    assert ends - begins == hours * HOUR
    told = intervals(Calendar("Europe/Kyiv", Interval.HOUR), begins, ends)
    assert len(told) == hours
    assert intervals(Calendar("Europe/Kyiv", Interval.DAY), begins, ends) == [day.isoformat()]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    begins, ends = span(date(2026, 10, 25), date(2026, 10, 25), "Europe/Kyiv")
    told = intervals(Calendar("Europe/Kyiv", Interval.HALF), begins, ends)
    assert told[6:10] == [
        "2026-10-25 03:00+03:00",
        "2026-10-25 03:30+03:00",
        "2026-10-25 03:00+02:00",
        "2026-10-25 03:30+02:00",
    ]
    assert len(told) == 50


@pytest.mark.parametrize(
    ("day", "hours", "told"),
    [
        (date(2026, 4, 5), 25, ["01:00+11:00", "01:30+10:30", "02:00+10:30"]),
        (date(2026, 10, 4), 24, ["01:00+10:30", "02:30+11:00", "03:00+11:00"]),
    ],
)
def test_where_clocks_change_by_half_an_hour_an_hour_is_cut(
    day: date, hours: int, told: list[str]
) -> None:
    begins, ends = span(day, day, "Australia/Lord_Howe")
    found = intervals(Calendar("Australia/Lord_Howe", Interval.HOUR), begins, ends)
    assert [one[11:] for one in found[1:4]] == told
    assert len(found) == hours


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Eucla", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize("interval", [Interval.QUARTER, Interval.HALF, Interval.HOUR])
def test_quarters_make_up_the_intervals_of_any_zone(zone: str, interval: Interval) -> None:
    begins, ends = span(date(2026, 3, 2), date(2026, 3, 3), zone)
    assert begins % QUARTER == 0
    told = intervals(Calendar(zone, interval), begins, ends)
    assert len(told) == 2 * 24 * 60 // interval
    assert told[0][11:16] == "00:00"
    assert told[1][14:16] == f"{interval % 60:02d}"
