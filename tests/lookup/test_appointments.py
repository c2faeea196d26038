"""Appointments in a calendar: found, confirmed, cancelled, moved, once for each submission."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ccengine.config.calendar_files import parsed_calendar, read_calendar
from ccengine.config.lookup_sources import CALENDAR_ANSWER, Change, Finding
from ccengine.lookup.appointments import Appointments, NotPossible
from ccengine.lookup.calendar import CalendarBook, write_calendar
from ccengine.lookup.examples import moved_on
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from pathlib import Path

    from icalendar import Calendar

    from ccengine.ivr.data import Value

DUBAI = ZoneInfo("Asia/Dubai")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAYLA, KARIM = "mailto:1001@nour.example", "mailto:1002@nour.example"


def calendar(*events: str) -> str:
    return "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:t", *events, "END:VCALENDAR", ""))


def at(day: int, hour: int) -> str:
    return f":202603{day:02}T{hour:02}0000"


def event_at(uid: str, day: int, hour: int, *lines: str) -> str:
    zoned = f";TZID=Asia/Dubai{at(day, hour)}"
    ends = f";TZID=Asia/Dubai{at(day, hour + 1)}"
    told = (f"UID:{uid}", f"DTSTART{zoned}", f"DTEND{ends}", *lines)
    return "\n".join(("BEGIN:VEVENT", *told, "END:VEVENT"))


CALENDAR = calendar(
    event_at("over", 1, 9, f"ATTENDEE:{LAYLA}"),
    event_at("later", 9, 9, f"ATTENDEE:{LAYLA}"),
    event_at("hers", 5, 10, "ATTENDEE:MAILTO:1001@Nour.example", "STATUS:TENTATIVE"),
    event_at("cancelled", 4, 10, f"ATTENDEE:{LAYLA}", "STATUS:CANCELLED"),
    event_at("his", 3, 10, f"ATTENDEE:{KARIM}"),
    event_at("free-2", 7, 14, "TRANSP:TRANSPARENT"),
    event_at("free-1", 6, 11, "TRANSP:TRANSPARENT"),
    event_at("taken", 2, 11, "TRANSP:TRANSPARENT", f"ATTENDEE:{KARIM}"),
    event_at("weekly", 2, 8, "TRANSP:TRANSPARENT", "RRULE:FREQ=WEEKLY"),
    "BEGIN:VEVENT\nUID:day\nDTSTART;VALUE=DATE:20260302\nTRANSP:TRANSPARENT\nEND:VEVENT",
    "BEGIN:VEVENT\nUID:broken\nTRANSP:TRANSPARENT\nEND:VEVENT",
)


@pytest.fixture
def book(tmp_path: Path) -> CalendarBook:
    file = tmp_path / "visits.ics"
    file.write_text(CALENDAR)
    return CalendarBook(file, DUBAI)


def hour(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=DUBAI)


def begins(book: CalendarBook, finding: Finding, **values: Value) -> object:
    found = book.find(finding, {"now": NOW, **values})
    assert found is None or isinstance(found, dict)
    assert found is None or found.keys() == CALENDAR_ANSWER
    return found and found["begins"]


def change(book: CalendarBook, what: Change, key: str, **values: Value) -> None:
    book.change(what, {"now": NOW, "attendee": LAYLA, "uid": "hers", **values}, key)


def test_the_next_one_of_an_attendee_is_found(book: CalendarBook) -> None:
    assert begins(book, Finding.NEXT, attendee=LAYLA) == hour(5, 10)
    assert begins(book, Finding.NEXT, attendee=KARIM) == hour(2, 11)
    assert begins(book, Finding.NEXT, attendee="mailto:1003@nour.example") is None
    assert begins(book, Finding.NEXT, attendee="") is None


def test_free_ones_come_one_after_the_other(book: CalendarBook) -> None:
    assert begins(book, Finding.FREE, after=NOW) == hour(6, 11)
    assert begins(book, Finding.FREE, after=hour(6, 11)) == hour(7, 14)
    assert begins(book, Finding.FREE, after="2026-03-06T11:00:00+04:00") == hour(7, 14)
    assert begins(book, Finding.FREE, after=hour(7, 14)) is None
    long_ago = NOW - timedelta(days=900)
    assert begins(book, Finding.FREE, after=long_ago) == hour(6, 11)  # never one that is over


def test_one_is_confirmed(book: CalendarBook) -> None:
    change(book, Change.CONFIRM, "k1")
    found = book.find(Finding.NEXT, {"now": NOW, "attendee": LAYLA})
    assert isinstance(found, dict)
    assert (found["uid"], found["state"]) == ("hers", "confirmed")


def test_the_time_of_a_cancelled_one_is_free(book: CalendarBook) -> None:
    change(book, Change.CANCEL, "k1")
    assert begins(book, Finding.NEXT, attendee=LAYLA) == hour(9, 9)
    assert begins(book, Finding.FREE, after=NOW) == hour(5, 10)


def test_a_move_takes_a_free_time_and_leaves_its_own(book: CalendarBook) -> None:
    change(book, Change.MOVE, "k1", to="free-1")
    assert begins(book, Finding.NEXT, attendee=LAYLA) == hour(6, 11)
    assert begins(book, Finding.FREE, after=NOW) == hour(5, 10)
    assert begins(book, Finding.FREE, after=hour(5, 10)) == hour(7, 14)


@pytest.mark.parametrize(
    ("what", "values"), [(Change.CONFIRM, {}), (Change.CANCEL, {}), (Change.MOVE, {"to": "free-1"})]
)
def test_what_comes_twice_changes_nothing(
    book: CalendarBook, what: Change, values: dict[str, Value]
) -> None:
    change(book, what, "k1", **values)
    once = book.file.read_bytes()
    assert b"SEQUENCE:1" in once
    change(book, what, "k1", **values)
    assert book.file.read_bytes() == once


def test_an_old_move_that_comes_again_after_a_newer_one_changes_nothing(
    book: CalendarBook,
) -> None:
    change(book, Change.MOVE, "k1", to="free-1")
    change(book, Change.MOVE, "k2", to="free-2")
    change(book, Change.MOVE, "k1", to="free-1")
    assert begins(book, Finding.NEXT, attendee=LAYLA) == hour(7, 14)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"attendee": KARIM}, "there is no such appointment"),
        ({"attendee": ""}, "there is no such appointment"),
        ({"uid": "nobody's"}, "there is no such appointment"),
        ({"uid": "cancelled"}, "the appointment was cancelled before"),
        ({"to": "his"}, "the free appointment is taken"),
        ({"to": "taken"}, "the free appointment is taken"),
        ({"to": "nowhere"}, "the free appointment is taken"),
    ],
)
def test_what_is_not_possible_changes_nothing(
    book: CalendarBook, values: dict[str, Value], why: str
) -> None:
    with pytest.raises(SourceFailed, match=why) as failed:
        change(book, Change.MOVE, "k1", **{"to": "free-1", **values})
    assert failed.value.hopeless
    assert book.file.read_text() == CALENDAR


def test_of_two_at_once_one_gets_the_free_time(
    book: CalendarBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_slowly(file: Path, content: bytes) -> None:
        time.sleep(0.2)  # so that the other one comes meanwhile
        write_calendar(file, content)

    monkeypatch.setattr("ccengine.lookup.calendar.write_calendar", write_slowly)

    def move(uid: str, attendee: str) -> bool:
        try:
            change(book, Change.MOVE, f"k-{uid}", to="free-1", uid=uid, attendee=attendee)
        except SourceFailed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(move, ("hers", "his"), (LAYLA, KARIM)))
    assert sorted(taken) == [False, True]


def test_a_calendar_that_is_missing_may_come_back(tmp_path: Path) -> None:
    book = CalendarBook(tmp_path / "none.ics", DUBAI)
    with pytest.raises(SourceFailed) as failed:
        begins(book, Finding.NEXT, attendee=LAYLA)
    assert not failed.value.hopeless


def test_an_example_is_moved_on_by_whole_weeks() -> None:
    moved = Appointments(parsed_calendar(moved_on(CALENDAR, NOW).decode()), DUBAI)
    first = moved.found(Finding.NEXT, {"attendee": LAYLA}, NOW)
    assert first is not None
    assert first["begins"] == hour(8, 9)  # a week after the one that was over
    with pytest.raises(NotPossible):
        moved.change(Change.CONFIRM, {"attendee": LAYLA, "uid": "none"}, "k1", NOW)


def test_a_calendar_that_is_as_it_was_is_not_read_again(
    book: CalendarBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(file: Path) -> Calendar:
        read.append(file)
        return read_calendar(file)

    monkeypatch.setattr("ccengine.lookup.calendar.read_calendar", counted)
    first = begins(book, Finding.NEXT, attendee=LAYLA)
    assert [begins(book, Finding.NEXT, attendee=LAYLA) for _ in range(5)] == [first] * 5
    assert len(read) == 1
    change(book, Change.CANCEL, "k1", uid="hers", attendee=LAYLA)
    assert begins(book, Finding.NEXT, attendee=LAYLA) == hour(9, 9)


def test_what_was_cancelled_long_ago_does_not_fill_the_calendar(book: CalendarBook) -> None:
    change(book, Change.CANCEL, "k1", uid="hers", attendee=LAYLA)
    assert b"free-k1" in book.file.read_bytes()
    later = {"uid": "later", "attendee": LAYLA, "now": NOW + timedelta(days=60)}
    book.change(Change.CONFIRM, later, "k2")
    left = book.file.read_bytes()
    assert b"free-k1" not in left
    assert b"UID:hers" not in left
    for uid in (b"UID:over", b"UID:his", b"UID:free-1", b"UID:cancelled"):  # theirs who keep it
        assert uid in left


def test_what_nobody_could_read_any_more_is_not_written(tmp_path: Path) -> None:
    noise = [f"COMMENT:{'x' * 60}" for _ in range(13_600)]
    hers = event_at("hers", 5, 10, f"ATTENDEE:{LAYLA}")
    file = tmp_path / "full.ics"
    file.write_text(calendar(hers, event_at("long", 6, 10, *noise)), "utf-8")
    full = CalendarBook(file, DUBAI)
    before = file.read_bytes()
    with pytest.raises(SourceFailed, match=r"^the calendar is full") as failed:
        change(full, Change.CONFIRM, "k" * 60_000, uid="hers", attendee=LAYLA)
    assert not failed.value.hopeless
    assert file.read_bytes() == before
    assert begins(full, Finding.NEXT, attendee=LAYLA) == hour(5, 10)
