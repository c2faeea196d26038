"""Opening hours as periods for some weeks ahead: routing has no calendar of its own.

They are made anew with each plan and once a day, so that they never run out. Where they do, as on
a machine that slept for weeks, it is closed: a customer is rather not called than called at night.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.core.plan import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.hours import Hours
    from ccengine.core.ids import Instant

DAYS_AHEAD: Final = 35


def periods_ahead(hours: Hours, at: Instant) -> tuple[Period, ...]:
    """Return when it is open from yesterday on, in order, none touching the next."""
    found: list[Period] = []
    for begins, ends in sorted(_spans(hours, at)):
        last = found[-1] if found else None
        if last is not None and last.starts is not None and begins <= (last.ends or begins):
            found[-1] = Period(last.starts, max(last.ends or ends, ends))
        else:
            found.append(Period(begins, ends))
    return tuple(found)


def _spans(hours: Hours, at: Instant) -> Iterator[tuple[Instant, Instant]]:
    zone = ZoneInfo(hours.zone or "UTC")
    first = datetime.fromtimestamp(at, UTC).astimezone(zone).date() - timedelta(days=1)
    for ahead in range(DAYS_AHEAD + 1):
        day = first + timedelta(days=ahead)
        for span in hours.spans_on(day):
            midnight = datetime.combine(day, time.min)
            begins, ends = (
                (midnight + timedelta(minutes=minutes)).replace(tzinfo=zone).timestamp()
                for minutes in (span.opens, span.closes)
            )
            if begins < ends:  # not so in the hour that a clock put forward leaves out
                yield begins, ends
