"""Intervals of the day as clocks in a time zone show them, also where clocks are changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.reporting.kpis.counts import QUARTER

if TYPE_CHECKING:
    from ccengine.reporting.kpis.facts import Ms

HOUR_MINUTES = 60


class Interval(IntEnum):
    """How long intervals are, in minutes."""

    QUARTER = 15
    HALF = 30
    HOUR = 60
    DAY = 1440  #: from midnight to midnight: 23 or 25 hours where clocks are changed


class Minutes(StrEnum):
    """How long intervals are, as people and programs name them."""

    QUARTER = "15"
    HALF = "30"
    HOUR = "60"
    DAY = "day"

    @property
    def interval(self) -> Interval:
        """The interval of this name."""
        return Interval[self.name]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Intervals in one time zone.

    Args:
        zone: IANA name.
        interval: how long.
    """

    zone: str
    interval: Interval

    def begin(self, quarter: int) -> Ms:
        """Return when the interval began that holds a quarter."""
        at = self._local(quarter * QUARTER)
        if self.interval is Interval.DAY:
            return self.midnight(at.date())
        begins = quarter * QUARTER - at.minute % self.interval * HOUR_MINUTES * 1000
        while self._local(begins).utcoffset() != at.utcoffset():  # clocks were changed within it
            begins += QUARTER
        return begins

    def midnight(self, day: date) -> Ms:
        """Return when a day begins."""
        return round(datetime.combine(day, time(), ZoneInfo(self.zone)).timestamp() * 1000)

    def text(self, at: Ms) -> str:
        """Return an instant for people: with the offset, as an hour may come twice."""
        local = self._local(at)
        if self.interval is Interval.DAY:
            return local.date().isoformat()
        return local.isoformat(sep=" ", timespec="minutes")

    def _local(self, at: Ms) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(self.zone))


def span(first: date, last: date, zone: str) -> tuple[Ms, Ms]:
    """Return from when to when a number of days lasts, the last one included."""
    calendar = Calendar(zone, Interval.DAY)
    return calendar.midnight(first), calendar.midnight(last + timedelta(days=1))
