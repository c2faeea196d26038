"""Invitations as calendars read them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from ccengine.leads.invitations import Meeting, Method, invitation

NOON = 1_800_000_000.0
MEETING = Meeting(
    uid="lead-1@node1.ccengine",
    sequence=0,
    starts_at=NOON,
    minutes=45,
    title="Visit of a technician",
    organizer="sales@nova.example",
    attendees=("ann@example.com", "sara@nova.example"),
)


def read(text: str) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_says_all_that_a_calendar_needs() -> None:
    calendar, event = read(invitation(MEETING, Method.REQUEST, NOON - 60))
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert str(event["UID"]) == MEETING.uid
    assert event["DTSTART"].dt.timestamp() == NOON
    assert event["DTEND"].dt.timestamp() == NOON + 45 * 60
    assert event["DTSTAMP"].dt.timestamp() == NOON - 60
    assert [str(one) for one in event["ATTENDEE"]] == [
        "mailto:ann@example.com",
        "mailto:sara@nova.example",
    ]
    assert str(event["ORGANIZER"]) == "mailto:sales@nova.example"
    assert (int(str(event["SEQUENCE"])), str(event["STATUS"])) == (0, "CONFIRMED")


def test_lines_end_as_the_standard_wants() -> None:
    text = invitation(replace(MEETING, title="x" * 300), Method.REQUEST, NOON)
    lines = text.split("\r\n")
    assert all("\n" not in line and len(line.encode()) <= 75 for line in lines)


def test_what_is_called_off_has_the_same_name_and_a_higher_sequence() -> None:
    calendar, event = read(invitation(replace(MEETING, sequence=1), Method.CANCEL, NOON))
    assert calendar["METHOD"] == "CANCEL"
    assert (str(event["UID"]), str(event["STATUS"])) == (MEETING.uid, "CANCELLED")
    assert int(str(event["SEQUENCE"])) == 1


@given(title=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200))
def test_no_title_becomes_a_line_of_its_own(title: str) -> None:
    _, event = read(invitation(replace(MEETING, title=title), Method.REQUEST, NOON))
    assert set(event) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS"),
        *("ORGANIZER", "ATTENDEE"),
    }
