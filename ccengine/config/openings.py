"""Opening hours as periods for some weeks ahead: routing has no calendar of its own.

They are made anew with each plan and once a day, so that they never run out. Where they do, as on
a machine that slept for weeks, it is closed: a customer is rather not called than called at night.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccengine.config.timetable import Timetable
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Period

DAYS_AHEAD: Final = 35


def periods_ahead(timetable: Timetable, at: Instant) -> tuple[Period, ...]:
    """Return when it is open from yesterday on, in order, none touching the next."""
    return timetable.periods(timetable.local_day(at) - timedelta(days=1), days=DAYS_AHEAD + 1)
