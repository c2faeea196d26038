"""Local time as instants, also in nights when the clock is changed.

Where it is put forward, an hour never is: what is to happen in it happens at the change. Where it
is put back, an hour is twice: what begins in it begins the first time, what ends in it ends the
second time. So nothing is open for a shorter time than it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One change of a local clock."""

    at: Instant
    before: datetime  #: what the clock shows up to then …
    after: datetime  #: … and from then on

    @property
    def is_forward(self) -> bool:
        """Whether an hour never is; else it is twice."""
        return self.after > self.before


def begin_of(day: date, minute: int, zone: ZoneInfo) -> Instant:
    """Return when the local clock shows this minute of the day, for the first time."""
    return _instant(day, minute, zone, fold=0)


def end_of(day: date, minute: int, zone: ZoneInfo) -> Instant:
    """Return when it does for the last time."""
    return _instant(day, minute, zone, fold=1)


def change_on(day: date, zone: ZoneInfo) -> ClockChange | None:
    """Return how the clock is changed on a local day, at its very beginning included."""
    first = int(begin_of(day, 0, zone)) - 1
    last = int(begin_of(day, MINUTES_OF_DAY, zone)) - 1
    if _offset(first, zone) == _offset(last, zone):
        return None
    at = _change_between(first, last, zone)
    return ClockChange(float(at), _shown(at, _offset(at - 1, zone)), _shown(at, _offset(at, zone)))


def _instant(day: date, minute: int, zone: ZoneInfo, *, fold: int) -> Instant:
    clock = datetime.combine(day, time.min) + timedelta(minutes=minute)
    early, late = (int(clock.replace(tzinfo=zone, fold=which).timestamp()) for which in range(2))
    if early > late:  # the clock never shows it
        return float(_change_between(late, early, zone))
    return float(late if fold else early)


def _change_between(first: int, last: int, zone: ZoneInfo) -> int:
    """Return the first second with another offset than `first` has; `last` has another."""
    before = _offset(first, zone)
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(middle, zone) == before:
            first = middle
        else:
            last = middle
    return last


def _offset(at: int, zone: ZoneInfo) -> timedelta:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset() or timedelta()


def _shown(at: int, offset: timedelta) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None) + offset
