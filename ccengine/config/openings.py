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
    from ccengine.core.plan import Period

DAYS_AHEAD: Final = 35


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
    ahead = periods_ahead(timetable, at)
    now = next((one for one in ahead if one.holds(at)), None)
    if now is not None:
        begun = any(one.holds(at) for one in timetable.periods_on(today))
        day = timetable.on(today if begun else yesterday)
        return Standing(is_open=True, day=day, until=now.ends)
    later = (one.starts for one in ahead if one.starts is not None and one.starts > at)
    return Standing(is_open=False, day=timetable.on(today), until=next(later, None))
