"""Which numbers may be called back, whose they are, when it is open, and rules that are wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ccengine.config.clients import Client, ClientOutbound
from ccengine.config.dialable import Unfit, identity_of, judge_number
from ccengine.config.hours import Hours
from ccengine.config.loading import load_tenant
from ccengine.config.openings import DAYS_AHEAD, periods_ahead
from ccengine.config.timetable import Timetable, is_open
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import DIALPLAN

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.tenant import Tenant

OUTBOUND = ClientOutbound(
    prefixes={"380": ("provider",), "48": ("provider",)},
    caller_id="+380440000000",
    calls_per_agent_day=1,
    calls_per_day=1,
)


def demo() -> tuple[Client, Tenant]:
    tenant = load_tenant(DIALPLAN / "tenants" / "demo").tenant
    assert tenant is not None
    client = tenant.clients[ClientId("dnipro")]
    client = replace(client, settings=replace(client.settings, outbound=OUTBOUND))
    return client, replace(tenant, clients={**tenant.clients, client.id: client})


CLIENT, TENANT = demo()


@pytest.mark.parametrize("typed", ["0441234567", "380441234567", "+380441234567", "00380441234567"])
def test_one_number_in_all_its_forms(typed: str) -> None:
    assert judge_number(typed, CLIENT, TENANT) == "+380441234567"


@pytest.mark.parametrize(
    ("typed", "unfit"),
    [
        ("", Unfit.NO_NUMBER),
        ("1", Unfit.NO_NUMBER),
        ("044123", Unfit.NO_NUMBER),
        ("0441234567890123", Unfit.NO_NUMBER),
        ("044123456x", Unfit.NO_NUMBER),
        ("٠٤٤١٢٣٤٥٦٧", Unfit.NO_NUMBER),
        ("0441234567@evil", Unfit.NO_NUMBER),
        ("004930123456", Unfit.FOREIGN),
        ("+48221234567", Unfit.FOREIGN),
        ("112", Unfit.EMERGENCY),
        ("101", Unfit.EMERGENCY),
        ("600200", Unfit.OWN),
        ("203", Unfit.OWN),
        ("0440000000", Unfit.OWN),
    ],
)
def test_what_is_not_called(typed: str, unfit: Unfit) -> None:
    assert judge_number(typed, CLIENT, TENANT) is unfit


def test_a_neighbours_number_where_that_is_allowed() -> None:
    assert judge_number("+48221234567", CLIENT, TENANT, ["PL"]) == "+48221234567"
    assert judge_number("+493012345678", CLIENT, TENANT, ["DE"]) is Unfit.NO_WAY


@given(typed=st.text("0123456789+*#", max_size=25))
def test_whatever_is_typed_only_checked_digits_come_out(typed: str) -> None:
    judged = judge_number(typed, CLIENT, TENANT)
    if not isinstance(judged, Unfit):
        number = phonenumbers.parse(judged)
        assert judged == f"+{number.country_code}{number.national_number}"
        assert judged.startswith("+380")
        assert phonenumbers.is_valid_number(number)


@pytest.mark.parametrize(
    ("caller", "identity"),
    [
        ("0441234567", "+380441234567"),
        ("380441234567", "+380441234567"),
        ("+493012345678", "+493012345678"),
        ("", ""),
        ("201", ""),
        ("anonymous", ""),
    ],
)
def test_who_calls(caller: str, identity: str) -> None:
    assert identity_of(caller, CLIENT) == identity


def test_a_shared_number_identifies_nobody() -> None:
    shared = replace(CLIENT, settings=replace(CLIENT.settings, shared_numbers=("0441234567",)))
    assert identity_of("+380441234567", shared) == ""


WEEK = {"mon-fri": "09:00-12:00, 13:00-18:00", "sat": "22:00-06:00", "sun": "06:00-24:00"}
HOURS = Timetable(
    hours=TypeAdapter(Hours).validate_python(
        {"week": WEEK, "exceptions": {"2026-10-26": "closed"}}
    ),
    zone="Europe/Kyiv",
)


@pytest.mark.parametrize(
    "day", [datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)]
)
def test_periods_are_the_opening_hours_also_when_the_clock_is_changed(day: datetime) -> None:
    at = day.timestamp()
    periods = periods_ahead(HOURS, at)
    for minute in range(0, (DAYS_AHEAD - 2) * 24 * 60, 10):
        now = at + minute * 60
        told = is_open(HOURS, now)
        assert any(one.holds(now) for one in periods) == told, datetime.fromtimestamp(now, UTC)
    for one, other in pairwise(periods):
        assert one.ends is not None
        assert other.starts is not None
        assert one.ends < other.starts


def test_always_open_is_one_period() -> None:
    client, _ = demo()
    assert len(periods_ahead(client.hours["always"], 1_800_000_000.0)) == 1


def test_never_open_is_none() -> None:
    _, tenant = demo()
    hours = tenant.clients[ClientId("nour")].hours["never"]
    assert periods_ahead(hours, 1_800_000_000.0) == ()


BAD = {
    "hours: nights": "unknown opening hours 'nights'",
    "attempts: 0": "'attempts' of queue 'vip' cannot be 0",
    "ring_seconds: 1000": "'ring_seconds' of queue 'vip' cannot be 1000",
    "countries: [XX]": "there is no country 'XX'",
    "slots: {minutes: 30}": "callbacks are booked in no opening hours",
    "retry_seconds: {busy: -1}": "'busy' of queue 'vip' cannot be -1",
    "mode: nobody-first": "'mode' cannot be 'nobody-first'",
}


KINDS = ("yaml", "csv", "sql", "ics")


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    source = DIALPLAN / "tenants" / "demo"
    for file in (found for kind in KINDS for found in source.rglob(f"*.{kind}")):
        there = folder / file.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(file.read_text())
    return folder


WAY = """
trunks: {provider: {server: sip.example.com, addresses: [192.0.2.1]}}
outbound: {calls_per_day: 9}
"""
OUT = """
outbound:
  {prefixes: {%s: provider}, caller_id: 380440000200, calls_per_agent_day: 5, calls_per_day: 9}
"""
RULE = "callback: {mode: agent-first}"
NO_PREFIX = "cannot be called: no prefix of 'outbound' begins like"
IN_VAIN = [
    ("", RULE, "nobody can be called back: client 'dnipro' has no 'outbound'"),
    ("48", RULE, f"numbers of UA {NO_PREFIX} 380"),
    ("380", "callback: {mode: agent-first, countries: [PL]}", f"numbers of PL {NO_PREFIX} 48"),
    ("38044", RULE, ""),
]


@pytest.mark.parametrize(("prefix", "rule", "told"), IN_VAIN)
def test_callbacks_that_no_rule_lets_out_are_doubted(
    prefix: str, rule: str, told: str, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    (folder / "tenant.yaml").write_text((folder / "tenant.yaml").read_text() + WAY)
    client = folder / "clients" / "dnipro" / "client.yaml"
    text = client.read_text().replace("  vip:\n", f"  vip:\n    {rule}\n")
    client.write_text(text + (OUT % prefix if prefix else ""))
    line = next(n for n, line in enumerate(text.splitlines(), 1) if rule in line)
    loaded = load_tenant(folder)
    assert loaded.problems == ()
    doubts = [(one.file, one.line, one.message, bool(one.remedy)) for one in loaded.warnings]
    assert doubts == ([(client, line, f"queue 'vip': {told}", True)] if told else [])


def test_so_is_a_step_of_a_flow_and_one_to_a_queue_without_callbacks(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flow = folder / "clients" / "dnipro" / "flows" / "vip.yaml"
    step = "  back: {callback: vip, otherwise: end}\n  end: {hang_up: normal}\n"
    flow.write_text(f"start: back\nsteps:\n{step}")
    (problem,) = load_configuration(folder).problems
    assert (problem.file, problem.line) == (flow, 3)
    assert problem.message == "queue 'vip' calls nobody back"
    client = folder / "clients" / "dnipro" / "client.yaml"
    rule = "  vip:\n    callback: {mode: agent-first}\n"
    client.write_text(client.read_text().replace("  vip:\n", rule))
    configuration = load_configuration(folder)
    assert configuration.problems == ()
    told = [warning for warning in configuration.warnings if warning.file == flow]
    assert [one.line for one in told] == [3]
    assert "no call outside is possible" in told[0].message


@pytest.mark.parametrize("rule", BAD)
def test_wrong_rules_are_told_with_their_line(rule: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    client = folder / "clients" / "dnipro" / "client.yaml"
    text = client.read_text().replace("  vip:\n", f"  vip:\n    callback:\n      {rule}\n")
    client.write_text(text)
    line = next(n for n, line in enumerate(text.splitlines(), 1) if rule in line)
    (problem,) = load_tenant(folder).problems
    assert BAD[rule] in problem.message
    assert problem.line in (line, line - 1)
