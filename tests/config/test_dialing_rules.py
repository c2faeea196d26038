"""Rules of dialing as data: each with its source, and each mistake with file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.consents import FOLDER
from ccengine.config.dialing_rules import FACTS, FILE, built_in, read_rules, tenant_rules
from ccengine.config.loading import load_tenant
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import Result
from tests.config.tenants import copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

RULES = [
    (f"{place}.{name}", rule)
    for place, rules in built_in().places.items()
    for name, rule in rules.items()
]
SOURCE = "source: a law, checked: no"


def written(folder: Path, rule: str) -> Path:
    file = folder / FILE
    file.write_text(f"places:\n  KZ:\n    first: {{{rule}}}\n")
    return file


def test_the_rules_that_come_with_the_program_have_no_mistake() -> None:
    _, problems = read_rules(FOLDER / FILE)
    assert problems == []
    wanted = {"US", "US-FL", "GB", "CA", "IT", "FR", "AE", "SA", "QA", "EG", "IR", "UA"}
    assert wanted <= set(built_in().places)


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[name for name, _ in RULES])
def test_who_says_that_a_rule_was_checked_says_where(name: str, rule: object) -> None:
    assert rule.source  # type: ignore[attr-defined]
    assert (rule.checked == "no") or rule.read, name  # type: ignore[attr-defined]


def test_what_nobody_checked_is_told() -> None:
    assert {"*.hours", "QA.consent", "SA.consent"} <= set(built_in().unchecked())
    assert "US.hours" not in built_in().unchecked()


def test_rules_say_what_the_sources_say() -> None:
    places = built_in().places
    seven = places["US"]["seven-calls"]
    assert seven.purposes == (Purpose.DEBT,)
    assert seven.attempts is not None
    assert (seven.attempts.at_most, seven.attempts.days, seven.attempts.per) == (7, 7, "debt")
    emirates = places["AE"]["after-refusal"].pause
    assert emirates is not None
    assert (emirates.after, emirates.seconds) == ((Result.REFUSED,), None)
    lane = places["GB"]["after-abandoned"].guaranteed_agent
    machine = places["GB"]["after-machine"].guaranteed_agent
    five = places["IT"]["five-days"].pause
    assert lane is not None
    assert machine is not None
    assert five is not None
    assert (lane.hours, machine.hours, five.hours) == (72, 24, 120)
    assert (places["US"]["records"].records_years, places["*"]["ring"].ring_seconds) == (5, 15)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (f"{SOURCE}", "rule 'first' says nothing"),
        (f"{SOURCE}, ring_seconds: 15, records_years: 5", "says ring_seconds and records_years"),
        ("ring_seconds: 15, checked: no", "'source' is missing in 'first'"),
        ("ring_seconds: 15, source: a law, checked: yesterday", "'yesterday' is no day on which"),
        (f"{SOURCE}, attempts: {{at_most: 0, hours: 24}}", "no attempt is allowed"),
        (f"{SOURCE}, attempts: {{at_most: 3}}", "within what time is missing"),
        (f"{SOURCE}, attempts: {{at_most: 3, hours: 24, days: 1}}", "it has hours and days"),
        (f"{SOURCE}, attempts: {{at_most: many, hours: 24}}", "'at_most' must be a whole number"),
        (f"{SOURCE}, pause: {{after: []}}", "it is after nothing"),
        (f"{SOURCE}, pause: {{after: [shouted]}}", "'after' cannot be 'shouted'"),
        (f"{SOURCE}, pause: {{after: [refused], days: 0}}", "it is no length of time"),
        (f"{SOURCE}, abandoned: {{percent: 300, window: day}}", "300.0 is no percentage"),
        (f"{SOURCE}, abandoned: {{percent: 3, window: year}}", "'window' cannot be 'year'"),
        (f"{SOURCE}, register: {{register: kz, days: 0}}", "a copy cannot be so new"),
        (f"{SOURCE}, message: {{within_seconds: 60}}", "that is no time for a message"),
        (f"{SOURCE}, ring: 15", "unknown key 'ring'"),
        (f'{SOURCE}, hours: {{week: {{mon: "8-20"}}}}', "'8-20' are no opening hours"),
        (f"{SOURCE}, banned: no, from: 2026-02-01, until: 2026-01-01", "before it begins"),
        (f"{SOURCE}, banned: no, purposes: [fun]", "'purposes' cannot be 'fun'"),
    ],
)
def test_mistakes_have_file_line_and_remedy(tmp_path: Path, rule: str, message: str) -> None:
    file = written(tmp_path, rule)
    _, problems = read_rules(file)
    assert [problem for problem in problems if message in problem.message], problems
    assert all((one.file, one.line) == (file, 3) and one.remedy for one in problems)


def test_a_place_that_there_is_not_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text(f"places:\n  Freedonia:\n    first: {{{SOURCE}, banned: no}}\n")
    (problem,) = tenant_rules(tmp_path)[1]
    assert (problem.line, problem.message) == (2, "there is no place 'Freedonia'")


def test_the_tenants_own_file_is_read_with_all_others(tmp_path: Path) -> None:
    tenant = copy_of_demo(tmp_path)
    without = load_tenant(tenant)
    assert without.tenant is not None
    assert without.tenant.dialing.places == {}
    written(tenant, f"{SOURCE}, ring_seconds: 20")
    loaded = load_tenant(tenant)
    assert loaded.tenant is not None
    assert loaded.tenant.dialing.places["KZ"]["first"].ring_seconds == 20
    assert loaded.tenant.version != without.tenant.version
    written(tenant, "ring_seconds: 20")
    assert [problem.file.name for problem in load_tenant(tenant).problems] == [FILE] * 2


def test_a_rule_has_one_of_all_facts() -> None:
    for name, rule in RULES:
        assert sum(getattr(rule, fact) is not None for fact in FACTS) == 1, name
