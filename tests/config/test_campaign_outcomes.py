"""What a campaign asks its agents to say, from files to the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.loading import load_tenant
from ccengine.core.ids import CampaignId
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.dialer.campaigns import CampaignPlan

CLIENT = "clients/dnipro/client.yaml"
CAMPAIGN = "clients/dnipro/campaigns/renewals.yaml"
SOLVED = "label: fault solved, digits: 1"
RENEWALS = CampaignId("dnipro/renewals")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def planned(folder: Path) -> CampaignPlan:
    return load_tenant(folder).draft.plan().campaigns[RENEWALS]


def test_a_campaign_has_its_own_form_and_script(folder: Path) -> None:
    outcome = planned(folder).outcome
    assert outcome is not None
    assert (outcome.form or "").startswith("dnipro/renewal@")
    assert (outcome.script or "").startswith("dnipro/renewal@")
    change(folder / CAMPAIGN, "form: renewal", "form: lead")
    changed = planned(folder).outcome
    assert changed is not None
    assert (changed.form or "").startswith("dnipro/lead@")


def test_a_campaign_may_ask_for_less_and_insist(folder: Path) -> None:
    more = "dispositions: [solved]\noutcome_required: yes\nown_callback_minutes: 5"
    change(folder / CAMPAIGN, "form: renewal", f"form: renewal\n{more}")
    plan = planned(folder)
    assert plan.outcome is not None
    assert (plan.outcome.dispositions, plan.outcome.required) == (("solved",), True)
    assert plan.own_callback_seconds == 300.0


def test_who_wants_no_more_calls_has_refused(folder: Path) -> None:
    assert ("dnipro", "solved") not in load_tenant(folder).draft.refusals
    change(folder / CLIENT, SOLVED, f"{SOLVED}, lead: do_not_call")
    assert ("dnipro", "solved") in load_tenant(folder).draft.refusals


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("form: renewal\ndispositions: [nothing]", "nothing"),
        ("form: renewal\nown_callback_minutes: 0", "own_callback_minutes"),
    ],
)
def test_mistakes_are_named(folder: Path, new: str, message: str) -> None:
    change(folder / CAMPAIGN, "form: renewal", new)
    assert any(message in one.message for one in load_tenant(folder).problems)


def test_a_rule_for_what_ends_a_lead_is_a_mistake(folder: Path) -> None:
    change(folder / CLIENT, SOLVED, f"{SOLVED}, lead: done")
    rule = "    solved: {after_minutes: [5]}\n    busy: {"
    change(folder / CAMPAIGN, "    busy: {", rule)
    (problem,) = [one for one in load_tenant(folder).problems if "dials again" in one.message]
    assert problem.file.name == "renewals.yaml"
    assert "remove" in problem.remedy


VISIT = "appointment: {field: visit, organizer: sales@nova.example, submission: invite}"
FORM = "clients/dnipro/forms/renewal.yaml"
SUBMISSIONS = """submissions:
  invite: {http: {url: 'https://a.example/', method: POST, body: {ics: '{ics}'}}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("field: visit", "field: years", "years"),
        ("submission: invite", "submission: nothing", "nothing"),
        ("sales@nova.example", "nobody", "no e-mail address"),
        ("submission: invite", "submission: invite, email: years", "years"),
    ],
)
def test_mistakes_of_appointments_are_named(folder: Path, old: str, new: str, message: str) -> None:
    form = (folder / FORM).read_text()
    (folder / FORM).write_text(form + "  visit: {kind: date_time, label: Visit, required: no}\n")
    (folder / CLIENT).write_text((folder / CLIENT).read_text() + SUBMISSIONS)
    change(folder / CAMPAIGN, "form: renewal", f"form: renewal\n{VISIT}")
    assert load_tenant(folder).problems == ()
    change(folder / CAMPAIGN, VISIT, VISIT.replace(old, new))
    assert any(message in one.message for one in load_tenant(folder).problems)
