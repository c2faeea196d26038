"""Opening hours as periods for some weeks ahead: routing has no calendar of its own.

They are made anew with each plan and once a day, so that they never run out. Where they do, as on
a machine that slept for weeks, it is closed: a customer is rather not called than called at night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ccengine.config.timetable import OneDay
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from ccengine.config.timetable import Timetable
    from ccengine.core.periods import Period

DAYS_AHEAD: Final = 35
A_FEW_DAYS: Final = 4


def periods_ahead(timetable: Timetable, at: Instant) -> tuple[Period, ...]:
    """Return when it is open from yesterday on, in order, none touching the next."""
    return timetable.periods(timetable.local_day(at) - timedelta(days=1), days=DAYS_AHEAD + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether it is open at an instant."""

    is_open: bool
    day: OneDay  #: whose spans make it so, and why it has these
    until: Instant | None  #: it changes then; None: not in the weeks ahead


def standing(timetable: Timetable, at: Instant) -> Standing:
    """Return whether it is open, why, and until when. What has begun the day before counts, too."""
    today = timetable.local_day(at)
    yesterday = today - timedelta(days=1)
    until: Instant | None = None
    is_open = False
    for days in (A_FEW_DAYS, DAYS_AHEAD):  # most hours change within days
        ahead = timetable.periods(yesterday, days=days + 1)
        now = next((one for one in ahead if one.holds(at)), None)
        later = (one.starts for one in ahead if one.starts is not None and one.starts > at)
        is_open, until = now is not None, next(later, None) if now is None else now.ends
        if until is not None and timetable.local_day(until) < yesterday + timedelta(days=days):
            break
        until = None  # what ends with the days that were looked at may go on after them
    begun = not is_open or any(one.holds(at) for one in timetable.periods_on(today))
    day = timetable.on(today if begun else yesterday)
    return Standing(is_open=is_open, day=day, until=until)
