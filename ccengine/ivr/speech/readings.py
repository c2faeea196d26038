"""What a value of a flow is taken for: a number, a day, a time of day.

Values come from callers' keys and other programs, so anything may be in them; what is refused is
never named, as it may be personal.
"""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from ccengine.ivr.speech.spelling import LARGEST

Value = str | Decimal | int | bool | date | datetime | time | timedelta


class CannotSay(Exception):
    """A value cannot be said so; the message says why, without the value."""


def decimal(value: Value) -> Decimal:
    """Return a number.

    Raises:
        CannotSay: it is none, or too great.
    """
    number = Decimal("NaN")
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        with contextlib.suppress(InvalidOperation):
            number = Decimal(value)
    if not number.is_finite() or abs(number) > LARGEST:
        message = "this is no number that can be said"
        raise CannotSay(message)
    return number


def whole(value: Value) -> int:
    """Return a whole number from 0 on.

    Raises:
        CannotSay: it is none.
    """
    number = decimal(value)
    if number != number.to_integral_value() or number < 0:
        message = "this is no whole number from 0 on"
        raise CannotSay(message)
    return int(number)


def day_of(value: Value, zone: tzinfo) -> date:
    """Return a day, that of an instant in the zone.

    Raises:
        CannotSay: it is none.
    """
    read = _instant(value) if isinstance(value, str) else value
    if isinstance(read, datetime):
        return read.astimezone(zone).date() if read.tzinfo else read.date()
    if isinstance(read, date):
        return read
    message = "this is no date"
    raise CannotSay(message)


def time_of(value: Value, zone: tzinfo) -> time:
    """Return a time of day, that of an instant in the zone.

    Raises:
        CannotSay: it is none.
    """
    read = (_clock(value) or _instant(value)) if isinstance(value, str) else value
    if isinstance(read, datetime):
        return (read.astimezone(zone) if read.tzinfo else read).time()
    if isinstance(read, time):
        return read
    message = "this is no time of day"
    raise CannotSay(message)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text.zfill(5))  # 9:05, too
    except ValueError:
        return None
