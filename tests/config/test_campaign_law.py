"""What the law asks of campaigns and no program can judge is told to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.campaign_law import unjudged
from ccengine.config.loading import load_tenant
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.problems import Problem

FILE = "clients/dnipro/campaigns/renewals.yaml"
NOW = 1_795_430_000.0  # 2026-11-23


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def told(folder: Path) -> list[Problem]:
    loaded = load_tenant(folder)
    assert loaded.tenant is not None, loaded.problems
    found = list(unjudged(loaded.tenant, NOW))
    assert all(one.is_warning and one.file == folder / FILE for one in found)
    assert all(one.line > 1 for one in found)
    return found


def test_the_demos_people_have_seen_to_theirs(folder: Path) -> None:
    assert told(folder) == []


def test_a_duty_that_nobody_has_seen_to_is_named(folder: Path) -> None:
    change(folder / FILE, "seen_to: {UA.numbers: 2026-01-15}", "seen_to: {}")
    (found,) = told(folder)
    assert "(UA.numbers): the numbers shown are registered with the operator" in found.message
    assert "seen_to: {UA.numbers" in found.remedy


def test_a_duty_that_the_law_does_not_know_is_named(folder: Path) -> None:
    change(folder / FILE, "{UA.numbers: 2026-01-15}", "{UA.number: 2026-01-15}")
    unseen, unknown = told(folder)
    assert "(UA.numbers)" in unseen.message
    assert ("UA.number'" in unknown.message, unknown.remedy) == (True, "did you mean 'UA.numbers'?")


def test_a_country_without_law_is_named(folder: Path) -> None:
    change(folder / FILE, "{UA.numbers: 2026-01-15}", "{}\ncountry: JP")
    (found,) = told(folder)
    assert "no law of dialing is known for JP" in found.message


def test_rules_that_nobody_has_compared_are_named(folder: Path) -> None:
    change(folder / FILE, "{UA.numbers: 2026-01-15}", "{}\ncountry: QA")
    change(folder / FILE, "purpose: service", "purpose: marketing")
    (found,) = told(folder)
    assert found.message.endswith("compared with the law: QA.consent")


def test_what_the_tenant_writes_itself_counts(folder: Path) -> None:
    change(folder / FILE, "{UA.numbers: 2026-01-15}", "{}\ncountry: JP")
    rule = "hours: {hours: {week: {mon-fri: 09:00-18:00}}, source: our lawyer, checked: 2026-11-01}"
    (folder / "dialing.yaml").write_text(f"places:\n  JP:\n    {rule}\n")
    assert told(folder) == []


def test_calls_that_the_law_forbids_are_named(folder: Path) -> None:
    rule = "cold: {banned: 'nobody is called so', source: our lawyer, checked: 2026-11-01}"
    (folder / "dialing.yaml").write_text(f"places:\n  UA:\n    {rule}\n")
    (found,) = told(folder)
    assert found.message == "the law forbids such calls (UA.cold): nobody is called so"


def test_a_ban_that_consent_lifts_is_for_each_lead_to_tell(folder: Path) -> None:
    rule = "cold: {banned: x, unless_consent: yes, source: our lawyer, checked: 2026-11-01}"
    (folder / "dialing.yaml").write_text(f"places:\n  UA:\n    {rule}\n")
    assert told(folder) == []


@pytest.mark.parametrize(("seconds", "is_told"), [("2", False), ("1.5", True)])
def test_a_message_that_would_begin_too_late_is_named(
    folder: Path, seconds: str, *, is_told: bool
) -> None:
    rule = (
        f"soon: {{message: {{within_seconds: {seconds}}}, source: our lawyer, checked: 2026-11-01}}"
    )
    (folder / "dialing.yaml").write_text(f"places:\n  UA:\n    {rule}\n")
    message = "who called is said 2 s after the answer, and has to be within 1.5 s (UA.soon)"
    assert [one.message for one in told(folder)] == ([message] if is_told else [])


@pytest.mark.parametrize(("percent", "is_told"), [("2", False), ("2.5", True)])
def test_a_limit_above_the_laws_is_named(folder: Path, percent: str, *, is_told: bool) -> None:
    change(folder / FILE, "abandon_percent: 1 ", f"abandon_percent: {percent} ")
    rule = "quiet: {abandoned: {percent: 2, window: day}, source: our lawyer, checked: 2026-11-01}"
    (folder / "dialing.yaml").write_text(f"places:\n  UA:\n    {rule}\n")
    found = [one.message for one in told(folder)]
    message = "2.5 % may not be abandoned: the law allows 2 % (UA.quiet)"
    assert found == ([message] if is_told else [])
