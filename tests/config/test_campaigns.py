"""Campaigns in YAML: each mistake with its file, line and remedy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ccengine.config.loading import load_tenant
from ccengine.core.dialer.campaigns import ListShare, Order
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.retries import RetryRule, Which
from ccengine.core.ids import ClientId
from tests.config.tenants import DEMO, change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

FILE = "clients/dnipro/campaigns/renewals.yaml"
TODAY = date(2026, 11, 23)
DNIPRO = ClientId("dnipro")

MODE = "mode: progressive                  #"
BROKEN = [
    ("name: Renewals\n", "", "'name' is missing", "add 'name"),
    ("purpose: service\n", "", "'purpose' is missing", "add 'purpose"),
    ("purpose: service", "purpose: sales", "'purpose' cannot be 'sales'", "'marketing'"),
    ("seller: Dnipro Energy\n", "", "'seller' is missing", "add 'seller"),
    (MODE, "mode: fast #", "'mode' cannot be 'fast'", "'predictive'"),
    (MODE, "mode: power #", "a fixed ratio and has none", "ratio: 1.5"),
    (MODE, "ratio: 2\nmode: preview #", "is preview and has a ratio", "mode: power"),
    (MODE, "ratio: 11\nmode: power #", "'ratio' cannot be '11'", "10"),
    (MODE, "flow: main\nmode: preview #", "talks with an agent", "mode: unattended"),
    (MODE, "flow: main\nmode: unattended #", "nobody has agreed", "consent: yes"),
    (MODE, "consent: yes\nmode: unattended #", "nothing is heard", "add 'flow"),
    (MODE, "consent: yes\nflow: main\nmode: unattended #", "'queue' names some", "'enqueue'"),
    (
        MODE,
        "consent: yes\nflow: main\nmachines: parallel\nmode: unattended #",
        "nobody is there whom a machine",
        "machines: off",
    ),
    ("queue: vip  ", "queue: vips  ", "unknown queue 'vips'", "'vip'"),
    ("queue: vip  ", "#", "nobody serves campaign 'renewals'", "queue"),
    ("queue: vip  ", "skills: {ukrainian: 5}\nqueue: vip  ", "both a queue and skills", "either"),
    ("queue: vip  ", "skills: {ukrainian: 50}  ", "proficiency 50", "10"),
    ("queue: vip  ", "ring_back: man\nqueue: vip  ", "unknown flow 'man'", "'main'"),
    ("  600201: {tested: 2026-01-15}", "  600201: {}", "'tested' is missing", "add 'tested"),
    ("tested: 2026-01-15", "tested: 2027-01-15", "tested on a day to come", "ring it"),
    ("  600201: {", "  600299: {", "who rings 600299 back reaches nobody", "'numbers'"),
    ("  600201: {tested: 2026-01-15}", "", "'caller_ids'", "add"),
    ("queue: vip  ", "trunks: []\nqueue: vip  ", "no trunk is named", "in the order"),
    ("queue: vip  ", "trunks: [a, a]\nqueue: vip  ", "trunk 'a' is named twice", "remove one"),
    ("queue: vip  ", "trunks: [mine]\nqueue: vip  ", "unknown trunk 'mine'", "none is defined"),
    ("hours: daytime", "hours: nighttime", "unknown hours 'nighttime'", "always, daytime"),
    ("until: 2029-12-31", "until: 2025-12-31", "ends (2025-12-31) before", "exchange"),
    ("from: 2026-01-01, until: 2029-12-31", "from: 2031-01-01", "contract is over", "mend"),
    ("weight: 3", "weight: -1", "'weight' of campaign 'renewals' cannot be -1", "0 to 1000"),
    ("order: priority", "order: best", "'order' cannot be 'best'", "'oldest'"),
    ("  region: {", "  number_2: {", "'number_2' has the name of a column", "another"),
    ("  region: {", "  country: {", "'country' has the name of a column", "another"),
    ("kind: digits", "kind: choice", "is a choice", "kind: text"),
    ("    busy: {", "    bussy: {", "unknown outcome 'bussy'", "'busy'"),
    ("after_minutes: [10]", "after_minutes: []", "nobody knows when", "[60]"),
    ("after_minutes: [10]", "after_minutes: [-1]", "'after_minutes' of campaign", "0 to"),
    ("after_minutes: [10]", "after_minutes: [nan]", "'after_minutes'", ""),
    ("number: next", "number: last", "'number' cannot be 'last'", "'same'"),
    ("most_attempts: 6", "most_attempts: 0", "'most_attempts'", "1 to 100"),
    ("[no_answer, busy, machine]", "[no_anser]", "unknown outcome 'no_anser'", "no_answer"),
    ("script: renewal", "script: renewals", "unknown script 'renewals'", "'renewal'"),
    ("form: renewal", "form: renewel", "unknown form 'renewel'", "'renewal'"),
    ("abandon_percent: 1 ", "abandon_percent: 101 ", "'abandon_percent' cannot be '101'", "100"),
    ("script: renewal", "ring_seconds: 14", "'ring_seconds' cannot be '14'", "15"),
    ("script: renewal", "machines: on", "'machines' cannot be 'on'", "'off'"),
    ("script: renewal", "machines: before", "the law of UA counts two seconds", "parallel"),
    ("script: renewal", "detector: {max_words: 0}", "'max_words' cannot be '0'", ""),
    ("script: renewal", "voicemail: {automatic: no}", "'prompt' is missing", "add 'prompt"),
    (
        "script: renewal",
        "voicemail: {prompt: closed, automatic: yes}",
        "detects no machines",
        "machines: parallel",
    ),
    ("script: renewal", "quotas: [{field: town}]", "unknown field 'town'", "known are"),
    (
        "script: renewal",
        "quotas: [{field: region}, {field: region}]",
        "'region' has two quotas",
        "together",
    ),
    ("script: renewal", "complete: [sold]", "unknown disposition 'sold'", "'solved'"),
    ("script: renewal", "country: UKR", "there is no country 'UKR'", "ISO 3166"),
]


def test_the_demos_campaign() -> None:
    loaded = load_tenant(DEMO, TODAY)
    assert loaded.problems == loaded.warnings == ()
    campaign = loaded.draft.clients[DNIPRO].campaigns["renewals"]
    settings = campaign.settings
    assert campaign.id == "dnipro/renewals"
    assert (settings.mode, settings.purpose) == (Mode.PROGRESSIVE, Purpose.SERVICE)
    assert settings.lists["ending"] == ListShare(weight=3, order=Order.PRIORITY)
    rule = RetryRule(after_minutes=(120, 1440), times=3, number=Which.NEXT)
    assert settings.retries.rules["no_answer"] == rule


@pytest.mark.parametrize(("old", "new", "message", "remedy"), BROKEN, ids=[b[2] for b in BROKEN])
def test_each_mistake_is_named(
    tmp_path: Path, old: str, new: str, message: str, remedy: str
) -> None:
    tenant = copy_of_demo(tmp_path)
    change(tenant / FILE, old, new)
    problems = load_tenant(tenant, TODAY).problems
    assert any(
        one.file == tenant / FILE and message in one.message and remedy in one.remedy
        for one in problems
    ), problems
    assert all(one.line > 1 or "is missing" in one.message for one in problems), problems


def test_a_campaign_is_part_of_the_version(tmp_path: Path) -> None:
    tenant = copy_of_demo(tmp_path)
    before = load_tenant(tenant, TODAY).draft.version
    change(tenant / FILE, "most_attempts: 6", "most_attempts: 7")
    assert load_tenant(tenant, TODAY).draft.version != before


def test_a_file_with_a_bad_name(tmp_path: Path) -> None:
    tenant = copy_of_demo(tmp_path)
    (tenant / FILE).rename((tenant / FILE).with_name("Renewals 1.yaml"))
    (problem,) = load_tenant(tenant, TODAY).problems
    assert "'Renewals 1' cannot be a campaign's name" in problem.message
