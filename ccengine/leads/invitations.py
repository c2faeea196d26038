"""Invitations to appointments as calendars understand them: iCalendar (RFC 5545, RFC 5546)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from ccengine.core.ids import Instant

PRODUCT: Final = "-//ccengine//appointments//EN"


class Method(StrEnum):
    """What a calendar is to do with it (RFC 5546, 1.4)."""

    REQUEST = "REQUEST"  #: put it in, or change it
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An appointment, as everybody who is invited sees it."""

    uid: str
    sequence: int  #: one more with each change
    starts_at: Instant
    minutes: int
    title: str
    organizer: str  #: address
    attendees: Sequence[str]  #: addresses


def invitation(meeting: Meeting, method: Method, now: Instant) -> str:
    """Return the calendar file that invites to a meeting, moves it, or calls it off.

    Args:
        meeting: as it is to be; when it is called off, as it was.
        method: which of these: a change is a request with a higher sequence.
        now: when this is written.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", str(method))
    event = Event()
    starts = datetime.fromtimestamp(meeting.starts_at, UTC)
    event.add("UID", meeting.uid)
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", datetime.fromtimestamp(int(now), UTC))
    event.add("DTSTART", starts)
    event.add("DTEND", starts + timedelta(minutes=meeting.minutes))
    event.add("SUMMARY", meeting.title)
    event.add("STATUS", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("ORGANIZER", vCalAddress(f"mailto:{meeting.organizer}"))
    for address in meeting.attendees:
        invited = vCalAddress(f"mailto:{address}")
        invited.params["ROLE"] = vText("REQ-PARTICIPANT")
        invited.params["RSVP"] = vText("TRUE")
        event.add("ATTENDEE", invited, encode=False)
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
