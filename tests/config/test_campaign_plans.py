"""Campaigns as the core has them: from their files, the law, and the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ccengine.config.campaign_limits import limits_of
from ccengine.config.dialing_rules import built_in
from ccengine.config.loading import load_tenant
from ccengine.core.dialer.campaigns import AfterPreview
from ccengine.core.dialer.laws import limit_of
from ccengine.core.ids import CampaignId, ClientId
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.dialer.campaigns import CampaignPlan

FILE, CLIENT = "clients/dnipro/campaigns/renewals.yaml", "clients/dnipro/client.yaml"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()
SCHEDULE = "schedule: {hours: daytime, from: 2026-01-01, until: 2029-12-31}"
ABANDON = "abandon_percent: 1 "


def plan_with(tmp_path: Path, *changes: tuple[str, str, str]) -> CampaignPlan:
    """Return the plan of the demo's campaign with changes: file, before and after."""
    folder = copy_of_demo(tmp_path)
    for file, before, after in changes:
        change(folder / file, before, after)
    loaded = load_tenant(folder)
    assert loaded.tenant is not None, loaded.problems
    return loaded.tenant.plan(NOW).campaigns[CampaignId("dnipro/renewals")]


def test_what_the_file_says_of_pace_goes_to_the_core(tmp_path: Path) -> None:
    keys = "preview_seconds: 45\npreview_then: dial\ncalls_at_most: 7\npacing: ratio-2\n"
    plan = plan_with(tmp_path, (FILE, ABANDON, f"{keys}{ABANDON}"))
    assert (plan.preview_seconds, plan.preview_then) == (45.0, AfterPreview.DIAL)
    assert (plan.calls_at_most, plan.law) == (7, "ratio-2")


def test_limits_are_those_that_a_simulation_goes_by(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / FILE, ABANDON, f"country: GB\n{ABANDON}")
    change(folder / FILE, "purpose: service", "purpose: marketing")
    change(folder / FILE, "mode: progressive ", "mode: predictive ")
    tenant = load_tenant(folder).tenant
    assert tenant is not None
    plan = tenant.plan(NOW).campaigns[CampaignId("dnipro/renewals")]
    settings = tenant.clients[ClientId("dnipro")].campaigns["renewals"].settings
    rules = tenant.dialing.over(built_in())
    found = limits_of(settings, "GB", rules, NOW).limits
    assert [one.rule for one in found] == ["GB.abandoned", "abandon_percent"]
    assert plan.limits == tuple(limit_of(one.limit) for one in found)


@pytest.mark.parametrize(
    ("schedule", "because", "year"),
    [
        (SCHEDULE, "its last day is over", 2030),
        ("schedule: {hours: daytime}", "the client's contract has ended", 2031),
    ],
)
def test_it_is_over_with_its_last_day_or_the_contracts(
    tmp_path: Path, schedule: str, because: str, year: int
) -> None:
    plan = plan_with(tmp_path, (FILE, SCHEDULE, schedule))
    assert plan.ends_because == because
    assert plan.ends_at is not None
    ends = datetime.fromtimestamp(plan.ends_at, UTC)
    assert (ends.year, ends.month) == (year - 1, 12)  # midnight in Kyiv
    assert not plan.is_open(plan.ends_at)
    assert not plan.starts_itself


def test_it_rings_for_as_long_as_a_rule_wants(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    rule = "places: {UA: {patient: {ring_seconds: 25, source: a law, checked: 2026-01-15}}}\n"
    (folder / "dialing.yaml").write_text(rule)
    loaded = load_tenant(folder)
    assert loaded.tenant is not None, loaded.problems
    plan = loaded.tenant.plan(NOW).campaigns[CampaignId("dnipro/renewals")]
    assert plan.ring_seconds == 25.0


def test_its_numbers_are_shown_to_the_last_day_of_the_latest_test(tmp_path: Path) -> None:
    days = ("caller_id_days: 3650 ", "caller_id_days: 30 ")
    tested = ("tested: 2026-01-15}  ", "tested: 2026-11-01}  ")
    plan = plan_with(tmp_path, (FILE, *days), (FILE, *tested))
    assert plan.shown_until is not None
    until = datetime.fromtimestamp(plan.shown_until, ZoneInfo("Europe/Kyiv"))
    assert until == datetime(2026, 12, 2, tzinfo=ZoneInfo("Europe/Kyiv"))  # all of 1 December


def test_it_starts_by_itself_if_its_file_says_so(tmp_path: Path) -> None:
    automatic = SCHEDULE.replace("}", ", automatic: yes}")
    assert plan_with(tmp_path, (FILE, SCHEDULE, automatic)).starts_itself


def test_dispositions_that_mean_a_machine(tmp_path: Path) -> None:
    before = "  wrong_number: {label: wrong number"
    machine = f"  voicemail: {{label: answering machine, digits: 6, machine: yes}}\n{before}"
    plan = plan_with(tmp_path, (CLIENT, before, machine))
    assert plan.machine_dispositions == ("voicemail",)
