"""Appointments in a calendar (iCalendar, RFC 5545): found, confirmed, cancelled, moved. Pure.

One that may be taken is an event that takes up no time (`TRANSP:TRANSPARENT`) and has no attendee:
whoever keeps the calendar puts them there. Whole days and what comes again are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from icalendar import Calendar, Event

from ccengine.config.calendar_files import time_in
from ccengine.config.lookup_sources import Change, Finding
from ccengine.ivr.data import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.ivr.data import Value

DONE: Final = "X-CCENGINE-DONE"
"""Says of an event which submissions have made or changed it: one that comes twice does nothing."""

FREE: Final = "TRANSPARENT"
CANCELLED, CONFIRMED = "CANCELLED", "CONFIRMED"


class NotPossible(Exception):
    """An appointment cannot be changed so; the text says why, without values."""


@dataclass(frozen=True, slots=True)
class Appointments:
    """Those of one calendar.

    Args:
        calendar: is changed in place.
        zone: of times that name none.
    """

    calendar: Calendar
    zone: tzinfo

    def found(
        self, finding: Finding, values: Mapping[str, Value], now: datetime
    ) -> dict[str, object] | None:
        """Return what is told of an appointment; None: there is none."""
        if finding is Finding.NEXT:
            attendee = text_of(values.get("attendee"))
            wanted = [one for one in self._timed() if _is_of(one, attendee) and _is_valid(one)]
            since = now
        else:
            after = values.get("after")
            wanted = [one for one in self._timed() if _is_free(one)]
            since = max(now, _instant(after, self.zone) or now)
        to_come = [one for one in wanted if self._begins(one) > since]
        return None if not to_come else self._told(min(to_come, key=self._begins))

    def change(self, change: Change, values: Mapping[str, Value], key: str, now: datetime) -> bool:
        """Change an appointment of an attendee; False: this submission has done so before.

        Raises:
            NotPossible: they have none of that kind, or the free one is taken.
        """
        event = self._event(text_of(values.get("uid")))
        if event is None or not _is_of(event, text_of(values.get("attendee"))):
            message = "there is no such appointment"
            raise NotPossible(message)
        if key in _texts(event, DONE):
            return False
        if not _is_valid(event):
            message = "the appointment was cancelled before"
            raise NotPossible(message)
        if change is Change.CONFIRM:
            _set(event, "STATUS", CONFIRMED)
        elif change is Change.CANCEL:
            self._free(event, key, now)
            _set(event, "STATUS", CANCELLED)
        else:
            self._move(event, text_of(values.get("to")), key, now)
        event.add(DONE, key)
        _set(event, "SEQUENCE", int(str(event.get("SEQUENCE", 0))) + 1)
        _set(event, "LAST-MODIFIED", now)
        return True

    def forget_old(self, before: datetime) -> None:
        """Take out what submissions have cancelled, or left free, and that began before."""
        for event in list(self._timed()):
            is_over = not _is_valid(event) or _is_free(event)
            if DONE in event and is_over and self._begins(event) < before:
                self.calendar.subcomponents.remove(event)

    def _move(self, event: Event, to: str, key: str, now: datetime) -> None:
        taken = self._event(to)
        if taken is None or not _is_free(taken):
            message = "the free appointment is taken"
            raise NotPossible(message)
        self._free(event, key, now)
        _take_times(event, taken)
        _set(event, "STATUS", CONFIRMED)
        self.calendar.subcomponents.remove(taken)

    def _free(self, event: Event, key: str, now: datetime) -> None:
        """Let others have its time: by another name, as who heard of the old one heard its time."""
        free = Event()
        free.add("UID", f"free-{key}")
        free.add("DTSTAMP", now)
        free.add("TRANSP", FREE)
        free.add(DONE, key)
        free.add("SUMMARY", "Free")
        _take_times(free, event)
        self.calendar.add_component(free)

    def _timed(self) -> Iterator[Event]:
        for one in self.calendar.walk("VEVENT"):
            is_timed = isinstance(time_in(one, "DTSTART"), datetime)
            if isinstance(one, Event) and is_timed and "RRULE" not in one:
                yield one

    def _event(self, uid: str) -> Event | None:
        return next((one for one in self._timed() if str(one.get("UID", "")) == uid), None)

    def _begins(self, event: Event) -> datetime:
        return self._zoned(time_in(event, "DTSTART"))

    def _zoned(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def _told(self, event: Event) -> dict[str, object]:
        ends = time_in(event, "DTEND")
        return {
            "uid": str(event.get("UID", "")),
            "begins": self._begins(event).astimezone(self.zone),
            "ends": None if ends is None else self._zoned(ends).astimezone(self.zone),
            "state": str(event.get("STATUS", CONFIRMED)).lower(),
            "summary": str(event.get("SUMMARY", "")),
            "location": str(event.get("LOCATION", "")),
        }


def _is_of(event: Event, attendee: str) -> bool:
    named = (one.casefold() for one in _texts(event, "ATTENDEE"))
    return bool(attendee) and attendee.casefold() in named


def _is_free(event: Event) -> bool:
    is_open = str(event.get("TRANSP", "")).upper() == FREE
    return is_open and "ATTENDEE" not in event and _is_valid(event)


def _is_valid(event: Event) -> bool:
    return str(event.get("STATUS", "")).upper() != CANCELLED


def _texts(event: Event, name: str) -> list[str]:
    found: Any = event.get(name, [])
    return [str(one) for one in (found if isinstance(found, list) else [found])]


def _set(event: Event, name: str, value: object) -> None:
    event.pop(name, None)
    event.add(name, value)


def _take_times(event: Event, other: Event) -> None:
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
        if name in other:
            event[name] = other[name]


def _instant(value: Value | None, zone: tzinfo) -> datetime | None:
    read = value
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(read, datetime):
        return None
    return read if read.tzinfo else read.replace(tzinfo=zone)
