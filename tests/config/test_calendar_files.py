"""Calendar files: which days they close, and files that cannot be read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.calendar_files import read_closed_days
from ccengine.config.loading import load_tenant
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)
FRAME = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{}END:VCALENDAR\r\n"


def event(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"))


def read(folder: Path, *events: str) -> tuple[dict[str, str], list[tuple[int, str, bool]]]:
    file = folder / "closures.ics"
    file.write_text(FRAME.format("".join(events)))
    closed, problems = read_closed_days(file, TODAY)
    told = [(one.line, one.message, one.is_warning) for one in problems]
    return {day.isoformat(): name for day, name in closed.items()}, told


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["DTSTART;VALUE=DATE:20261224"], ["2026-12-24"]),
        (["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261225"], ["2026-12-24"]),
        (
            ["DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"],
            ["2026-12-31", "2027-01-01"],
        ),
        (["DTSTART;VALUE=DATE:20261224", "DURATION:P2D"], ["2026-12-24", "2026-12-25"]),
        (
            ["DTSTART;VALUE=DATE:20200106", "RRULE:FREQ=YEARLY"],
            [f"{year}-01-06" for year in range(2025, 2030)],
        ),
        (
            [
                "DTSTART;VALUE=DATE:20200106",
                "RRULE:FREQ=YEARLY;UNTIL=20270106",
                "EXDATE;VALUE=DATE:20260106",
            ],
            ["2025-01-06", "2027-01-06"],
        ),
        (
            ["DTSTART;VALUE=DATE:20260501", "RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=1FR"],
            ["2026-05-01", "2026-06-05", "2026-07-03"],
        ),
        (["DTSTART;VALUE=DATE:20261224", "STATUS:CANCELLED"], []),
        (["DTSTART;VALUE=DATE:19990101"], []),  # long ago
    ],
)
def test_days_that_are_closed(lines: list[str], days: list[str], tmp_path: Path) -> None:
    closed, told = read(tmp_path, event(*lines, "SUMMARY:Winter break"))
    assert closed == dict.fromkeys(days, "Winter break")
    assert told == []


def test_an_event_with_a_time_of_day_is_left_out_and_said(tmp_path: Path) -> None:
    lunch = event("DTSTART:20261224T110000Z", "DTEND:20261224T120000Z", "SUMMARY:Lunch")
    closed, told = read(tmp_path, event("DTSTART;VALUE=DATE:20261225"), lunch)
    assert closed == {"2026-12-25": "calendar"}
    assert told == [(8, "'Lunch' has a time of day, and is left out", True)]


def test_text_of_others_is_one_line(tmp_path: Path) -> None:
    closed, _ = read(
        tmp_path, event("DTSTART;VALUE=DATE:20261225", f"SUMMARY:عيد\\nmore {'x' * 500}")
    )
    (name,) = closed.values()
    assert name.startswith("عيد more x")
    assert len(name) == 120


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no calendar"),
        (b"hello", "no calendar"),
        (b"\xff\xfe\x00", "no calendar"),
        (b"BEGIN:VCALENDAR\r\n" * 3000, "no calendar"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (FRAME.format(event("DTSTART:soon")).encode(), "an event cannot be read"),
        (FRAME.format(event("SUMMARY:never")).encode(), "an event cannot be read"),
        (FRAME.format(event("DTSTART;VALUE=DATE:20261332")).encode(), "an event cannot be read"),
    ],
)
def test_what_is_no_calendar(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "closures.ics"
    file.write_bytes(content)
    closed, (problem,) = read_closed_days(file, TODAY)
    assert closed == {}
    assert problem.message.startswith((told, "the file is " + told))
    assert problem.remedy


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY",
    ],
)
def test_a_rule_without_end_is_not_followed_for_ever(rule: str, tmp_path: Path) -> None:
    start = "DTSTART;VALUE=DATE:00010101"
    closed, _ = read(tmp_path, event(start, "DTEND;VALUE=DATE:99991231", f"RRULE:{rule}"))
    assert len(closed) <= 5 * 366


@given(text=st.text("BEGINDVSTART:;=0123456789RULFQYX\r\n ", max_size=300))
def test_no_text_makes_the_reader_raise(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.ics"
    file.write_text(FRAME.format(event("DTSTART;VALUE=DATE:20261224", text)))
    read_closed_days(file, TODAY)


def test_a_calendar_of_the_tenant_closes_its_hours_and_changes_its_version(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", "language: ar}", "language: ar, file: closures.ics}")
    (missing,) = load_tenant(folder, TODAY).problems
    assert missing.file == folder / "calendars" / "closures.ics"
    assert "missing" in missing.message
    (folder / "calendars").mkdir()
    read(folder / "calendars", event("DTSTART;VALUE=DATE:20261224", "SUMMARY:We move"))
    tenant = load_tenant(folder, TODAY).tenant
    assert tenant is not None
    plan = tenant.clients["nour"].hours["office"].on(date(2026, 12, 24))  # type: ignore[index]
    assert (plan.spans, plan.ground, plan.name) == ((), "own day", "We move")
    read(folder / "calendars", event("DTSTART;VALUE=DATE:20261225"))
    assert load_tenant(folder, TODAY).draft.version != tenant.version


@pytest.mark.parametrize("name", ["../secret.ics", "closures.txt", "/etc/x.ics", "a/b.ics", ".ics"])
def test_no_file_is_read_but_in_its_folder(name: str, tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", "language: ar}", f"language: ar, file: {name}}}")
    (problem,) = load_tenant(folder, TODAY).problems
    assert "cannot be a calendar file" in problem.message
