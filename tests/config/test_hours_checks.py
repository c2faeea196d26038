"""Mistakes in opening hours, holiday calendars and closures: each with its line and a remedy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ccengine.config.loading import load_tenant
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)
WEEK = "week: {mon: 09:00-18:00}"
OFFICE = "  office:  "


def told(folder: Path, file: Path, words: str) -> tuple[str, bool]:
    """Return the remedy of the one problem there is, which must be in the line with the words."""
    loaded = load_tenant(folder, TODAY)
    (problem,) = (*loaded.problems, *loaded.warnings)
    line = file.read_text().splitlines()[problem.line - 1]
    assert problem.file == file
    assert words in problem.message, problem
    assert MARK in line, f"{problem}: {line}"
    return problem.remedy, problem.is_warning


MARK = "# here"

HOURS = [
    # below `hours.test` of a client: the line with the mark is wrong
    (f"{WEEK}\n    holidays: [emirats]  # here", "unknown calendar 'emirats'", "'emirates'?"),
    (f"{WEEK}\n    exceptions: {{2026-02-30: closed}}  # here", "'2026-02-30' is no day", "12-24"),
    (f"{WEEK}\n    exceptions: {{christmas: closed}}  # here", "'christmas' is no day", "12-24"),
    (
        f"{WEEK}\n    exceptions:\n      2026-12-24: 9-12  # here",
        "are no opening hours",
        "09:00-18:00",
    ),
    (
        f"{WEEK}\n    exceptions:\n      2026-12-24: {{why: we move}}  # here",
        "'hours' is missing in '2026-12-24'",
        "add 'hours",
    ),
    (
        f"{WEEK}\n    seasons:\n      summer:\n        from: 2026-09-01\n"
        f"        until: 2026-06-01  # here\n        {WEEK}",
        "season 'summer' ends (2026-06-01) before it begins (2026-09-01)",
        "the first before the last",
    ),
    (
        f"{WEEK}\n    seasons:\n      summer:\n        from: 06-01\n"
        f"        until: 2027-09-01  # here\n        {WEEK}",
        "season 'summer' has a year at one end only",
        "with their year",
    ),
    (
        f"{WEEK}\n    seasons:\n      summer:\n        from: 06-01  # here\n        {WEEK}",
        "season 'summer' has 'from' without 'until'",
        "add 'until'",
    ),
    (
        f"{WEEK}\n    seasons:\n      summer:  # here\n        {WEEK}",
        "nothing says when season 'summer' is",
        "'ramadan: yes'",
    ),
    (
        f"{WEEK}\n    seasons:\n      summer: {{from: 06-01, until: 09-01, {WEEK}}}\n"
        f"      autumn: {{from: 09-01, until: 10-01, {WEEK}}}  # here",
        "seasons 'summer' and 'autumn' overlap: on 2026-09-01",
        "let one end before the other begins",
    ),
    (
        f"{WEEK}\n    seasons:\n      fast: {{ramadan: yes, {WEEK}}}\n"
        f"      move: {{from: 2027-03-01, until: 2027-03-10, {WEEK}}}  # here",
        "seasons 'fast' and 'move' overlap: on 2027-03-01",
        "let one end before the other begins",
    ),
    (
        f"{WEEK}\n    seasons:\n      fast:\n        dates:\n"
        f"          - {{from: 2027-03-01, until: 2027-03-10}}\n"
        f"          - {{from: 2028-03-01, until: 2028-02-10}}  # here\n        {WEEK}",
        "season 'fast' ends (2028-02-10) before it begins (2028-03-01)",
        "the first before the last",
    ),
    (
        f"{WEEK}\n    seasons:\n      fast: {{ramadan: yes}}  # here",
        "'week' is missing",
        "add 'week",
    ),
    (f"zone: Asia/Dubay  # here\n    {WEEK}", "no time zone 'Asia/Dubay'", "'Asia/Dubai'?"),
]
DOUBTS = [
    (f"{WEEK}\n    exceptions:\n      2026-11-21: closed  # here", "2026-11-21 is in the past"),
    (
        f"{WEEK}\n    seasons:\n      old: {{from: 2026-01-01, until: 2026-02-01, {WEEK}}}  # here",
        "days of season 'old' are in the past: until 2026-02-01",
    ),
]
SOUND = [
    f"{WEEK}\n    exceptions: {{2026-11-22: closed, 01-01: closed, 02-29: closed}}",
    f"{WEEK}\n    seasons:\n      winter: {{from: 11-01, until: 02-29, {WEEK}}}\n"
    f"      fast: {{ramadan: yes, {WEEK}}}",  # Ramadan wins over winter
]


def with_hours(tmp_path: Path, hours: str) -> tuple[Path, Path]:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients" / "nour" / "client.yaml"
    change(file, OFFICE, f"  test:\n    {hours}\n{OFFICE}")
    return folder, file


@pytest.mark.parametrize(("hours", "words", "remedy"), HOURS)
def test_mistakes_in_hours(hours: str, words: str, remedy: str, tmp_path: Path) -> None:
    folder, file = with_hours(tmp_path, hours)
    found, is_warning = told(folder, file, words)
    assert remedy in found
    assert not is_warning


@pytest.mark.parametrize(("hours", "words"), DOUBTS)
def test_what_is_over_is_a_warning(hours: str, words: str, tmp_path: Path) -> None:
    folder, file = with_hours(tmp_path, hours)
    assert told(folder, file, words)[1]


@pytest.mark.parametrize("hours", SOUND)
def test_what_is_sound(hours: str, tmp_path: Path) -> None:
    folder, _ = with_hours(tmp_path, hours)
    loaded = load_tenant(folder, TODAY)
    assert (*loaded.problems, *loaded.warnings) == ()


CALENDARS = [
    ("{country: XX}", "there is no country 'XX' with known holidays", "ISO 3166"),
    ("{country: Germany}", "there is no country 'Germany' with known holidays", "ISO 3166"),
    ("{country: DE, region: BA}", "DE has no region 'BA'", "'BE'?|known are"),
    ("{country: DE, categories: [publik]}", "no holidays of category 'publik'", "'public'?"),
    ("{country: DE, language: fa}", "no names of holidays of DE in 'fa'", "known are: de, en"),
    ("{country: US, leave_out: [Cristmas Day]}", "US has no holiday 'Cristmas Day'", "'Christmas"),
    (
        "{country: US, leave_out: [12-23]}",
        "US has no holiday '12-23' in 2026 and 2027",
        "known are",
    ),
    ('{country: US, half_days: {Xmas: "09:00-12:00"}}', "US has no holiday 'Xmas'", "known are"),
    ('{country: US, half_days: {12-25: "9-12"}}', "are no opening hours", "09:00-18:00"),
    ("{language: en}", "calendar 'test' has no days", "name a 'country'"),
    ("{contry: US}", "unknown key 'contry'", "'country'?"),
]


@pytest.mark.parametrize(("calendar", "words", "remedy"), CALENDARS)
def test_mistakes_in_calendars(calendar: str, words: str, remedy: str, tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "tenant.yaml"
    change(file, "holidays:\n", f"holidays:\n  test: {calendar}  {MARK}\n")
    loaded = load_tenant(folder, TODAY)
    first = next(one for one in loaded.problems if words in one.message)
    assert MARK in file.read_text().splitlines()[first.line - 1]
    assert any(word in first.remedy for word in remedy.split("|")), first


def test_a_holiday_of_a_year_far_ahead_is_not_doubted(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    calendar = "{country: US, leave_out: [2031-12-25], half_days: {12-25: 09:00-10:00}}"
    change(folder / "tenant.yaml", "holidays:\n", f"holidays:\n  test: {calendar}\n")
    assert load_tenant(folder, TODAY).problems == ()


CLOSURES = [
    (
        "{name: X, flow: closure, clients: [nuor], digit: 3, agents: [omar]}",
        "client 'nuor'",
        "nour",
    ),
    (
        "{name: X, flow: closure, numbers: [600999]}",
        "number 600999 of closure 'test' is no",
        "info",
    ),
    ("{name: X, flow: closure}", "closure 'test' closes nothing", "'clients' or 'numbers'"),
    ("{name: X, flow: closd, clients: [nour]}", "client 'nour' has no flow 'closd'", "closd.yaml"),
    (
        "{name: X, flow: closed-line, numbers: [600201]}",
        "client 'dnipro' has no flow",
        "dnipro/flows",
    ),
    ("{name: X, flow: closure, clients: [nour], digit: 12}", "no single digit", "one digit"),
    (
        "{name: X, flow: closure, clients: [nour], digit: 1, agents: [omar]}",
        "digit 1 is of",
        "choose",
    ),
    ("{name: X, flow: closure, clients: [nour], agents: [oma]}", "unknown agent 'oma'", "'omar'?"),
    ("{flow: closure, clients: [nour]}", "'name' is missing in 'test'", "add 'name"),
    ("{name: X, flow: closure, clients: [nour], digit: 3}", "nobody may dial it", "'agents'"),
]


@pytest.mark.parametrize(("closure", "words", "remedy"), CLOSURES)
def test_mistakes_in_closures(closure: str, words: str, remedy: str, tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "tenant.yaml"
    last = "clients: [nour], digit: 2, agents: [omar]}\n"
    change(file, last, f"{last}  test: {closure}  {MARK}\n")
    loaded = load_tenant(folder, TODAY)
    first = next(one for one in (*loaded.problems, *loaded.warnings) if words in one.message)
    assert MARK in file.read_text().splitlines()[first.line - 1]
    assert remedy in first.remedy, first


def test_the_closure_code_must_not_begin_like_another(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", 'closure: "*69"', 'closure: "*7"')
    assert all("begins like *7" in one.message or "*7 (closure)" in one.message
               for one in load_tenant(folder, TODAY).problems)  # fmt: skip
    assert load_tenant(folder, TODAY).problems


def test_a_closure_s_flow_needs_its_prompts_in_each_language_of_its_numbers(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    flow = folder / "clients" / "nour" / "flows" / "closed-line.yaml"
    numbers = folder / "clients" / "nour" / "client.yaml"
    change(
        numbers, 'flow: main, description: "Nour', 'flow: main, language: en, description: "Nour'
    )
    english = folder / "clients" / "nour" / "prompts" / "en" / "prompts.yaml"
    change(english, "\nclosed: Our offices", "\nshut: Our offices")
    before = [str(one) for one in load_configuration(folder).problems]
    change(
        folder / "tenant.yaml", "Nour's lines are cut, flow: closure", "Nour's, flow: closed-line"
    )
    after = [str(one) for one in load_configuration(folder).problems]
    new = [one for one in after if one not in before]
    assert new, "an English caller of a closed number would hear nothing"
    assert all(str(flow) in one or "closed" in one for one in new)
