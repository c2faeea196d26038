"""The days to come, as people look at them: open when, why, and what the clock does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.clock_changes import ClockChange, change_on
from ccengine.config.timetable import OneDay, Timetable
from ccengine.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """One day."""

    plan: OneDay
    periods: tuple[Period, ...]  #: that begin on it
    clock: ClockChange | None = None
    closed_by: str = ""  #: a closure that takes time from it


def outlook(timetable: Timetable, first: date, days: int) -> list[DayAhead]:
    """Return so many days from the first on."""
    zone = ZoneInfo(timetable.zone)
    return [
        DayAhead(
            plan=timetable.on(day),
            periods=tuple(timetable.periods_on(day)),
            clock=change_on(day, zone),
        )
        for day in (first + timedelta(days=ahead) for ahead in range(days))
    ]


def without(days: Sequence[DayAhead], name: str, closed: Period) -> list[DayAhead]:
    """Return the days less what a closure takes from them."""
    return [_without(day, name, closed) for day in days]


def clock_times(period: Period, day: date, zone: str) -> str:
    """Return a period as the local clock shows it: `09:00-18:00`, `22:00-06:00+1`."""
    ends = "" if period.ends is None else _shown(period.ends, day, zone)
    begins = "" if period.starts is None else _shown(period.starts, day, zone)
    return f"{begins}-{ends}"


def _without(day: DayAhead, name: str, closed: Period) -> DayAhead:
    left: list[Period] = []
    for period in day.periods:
        begins, ends = period.starts or 0.0, period.ends or 0.0
        shut, opens = closed.starts or 0.0, closed.ends
        left += [Period(begins, min(ends, shut))] if begins < shut else []
        left += [Period(max(begins, opens), ends)] if opens is not None and opens < ends else []
    periods = tuple(left)
    return day if periods == day.periods else replace(day, periods=periods, closed_by=name)


def _shown(at: Instant, day: date, zone: str) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    ahead = (local.date() - day).days
    if ahead == 1 and local.hour == local.minute == 0:
        return "24:00"
    return f"{local:%H:%M}" + (f"+{ahead}" if ahead else "")
