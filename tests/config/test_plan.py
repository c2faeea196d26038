"""What the YAML says of routing, as the core gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.loading import Loaded, load_tenant
from ccengine.config.periods import period_of
from ccengine.config.service import qualified
from ccengine.core.events import PlanLoaded
from ccengine.core.ids import AgentId, QueueId
from ccengine.core.measures import ClockStart, Formula, Measure
from ccengine.core.periods import Period
from ccengine.core.plan import Days, Precedence, Rest, Share
from ccengine.core.queues import (
    Affinity,
    Announcements,
    Empty,
    Health,
    KeyExit,
    Limits,
    Member,
    Messages,
    Order,
    Overflow,
    PositionTold,
    RelaxStep,
    Strategy,
    WaitTold,
)
from ccengine.storage.codec import decode, encode
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.plan import Plan

QUEUE = """\
  loans:
    skills: {arabic: 6, billing: 7}
    preferred: {english: 4}
    gates: {arabic: 5}
    licences: [lending]
    groups: [seniors]
    members: [{agent: amira}, {agent: omar, penalty: 2}]
    max_penalty: 1
    relax:
      - {after_seconds: 30, lower: {billing: 3}, drop: [english], penalty: 2}
      - {after_seconds: 60, groups: [juniors], while_healthy: billing}
      - {after_seconds: 60, groups: [guests], while_healthy: dnipro/vip}
    strategy: best-match
    affinity: {same_agent_seconds: 20, preferred_seconds: 15}
    priority: 3
    ageing_per_minute: 0.5
    counts_earlier_seconds: yes
    weight: 2
    promise_seconds: 20
    measure: {target_seconds: 15, formula: answered, clock: system}
    longest_wait_seconds: 240
    health: {waiting: 2, wait_seconds: 15}
    limits:
      waiting: 50
      wait_seconds: 300
      join_empty: [offline, not_ready]
      leave_empty: [offline]
      overflow: {queue: billing}
    misses: 2
    music: default
    music_in: {en: default}
    language: ar
    announcements:
      every_seconds: 40
      after_seconds: 5
      gap_seconds: 10
      position: limit
      position_limit: 5
      only_improved: yes
      wait: once
      round_seconds: 30
      wait_limit_minutes: 15
    messages: {prompts: [patience], every_seconds: 90, after_seconds: 20, shuffled: yes}
    keys:
      1: {voicemail: yes}
      2: {queue: technical, prompt: patience}
      "*": {queue: dnipro/vip}
      "#": {flow: main}
  leads:
    groups: [seniors]
    relax: [{after_seconds: 5, groups: [juniors], while_healthy: nour/loans}]
    order: newest
    strategy: ring-all
    limits: {partner_percent: 20, overflow: {number: 97140000000}}
"""
TENANT = """\
licences: {lending: May talk of loans}
groups: {seniors: With us for years, juniors: New, guests: From elsewhere}
precedence: promise
shares: {nour: {floor: 1, ceiling: 2}, dnipro: {floor: 2}}
rest: {seconds: 3, occupancy: 0.85, window_minutes: 15}
outbound: {calls_per_day: 10}
trunks: {provider: {server: sip.provider.example, addresses: [192.0.2.1]}}
"""
OUTBOUND = """\
outbound: {prefixes: {971: provider}, caller_id: 600100, calls_per_agent_day: 5, calls_per_day: 9}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = copy_of_demo(tmp_path)
    tenant, client = folder / "tenant.yaml", folder / "clients/nour/client.yaml"
    tenant.write_text(f"{tenant.read_text()}\n{TENANT}")
    change(client, "queues:\n", f"queues:\n{QUEUE}")
    client.write_text(f"{client.read_text()}\n{OUTBOUND}")
    licence = "    groups: [seniors]\n    licences: {lending: {until: 2027-03-27}}\n"
    change(tenant, "    phone: 201\n", f"    phone: 201\n{licence}")
    return folder


def plan_in(folder: Path) -> Plan:
    loaded = load_tenant(folder)
    assert loaded.tenant is not None, [str(problem) for problem in loaded.problems]
    assert loaded.warnings == ()
    return loaded.tenant.plan()


def test_each_key_reaches_the_core(folder: Path) -> None:
    plan = plan_in(folder)
    assert plan.precedence is Precedence.PROMISE
    assert plan.shares == {"nour": Share(floor=1, ceiling=2), "dnipro": Share(floor=2)}
    assert plan.rest == Rest(seconds=3, occupancy=0.85, window_minutes=15)
    loans = plan.queues[QueueId("nour/loans")]
    assert (loans.skills, loans.gates) == ({"arabic": 6, "billing": 7}, {"arabic": 5})
    assert (loans.preferred, loans.licences, loans.groups) == (
        {"english": 4},
        ("lending",),
        ("seniors",),
    )
    amira, omar = AgentId("amira"), AgentId("omar")
    assert loans.members == (Member(agent=amira), Member(agent=omar, penalty=2))
    assert loans.strategy is Strategy.BEST_MATCH
    assert loans.affinity == Affinity(same_agent_seconds=20, preferred_seconds=15)
    assert (loans.max_penalty, loans.priority, loans.weight, loans.misses) == (1, 3, 2, 2)
    assert (loans.ageing_per_minute, loans.counts_earlier_seconds) == (0.5, True)
    assert (loans.promise_seconds, loans.longest_wait_seconds) == (20, 240)
    assert loans.health == Health(waiting=2, wait_seconds=15)
    own = Measure(target_seconds=15, short_abandon_seconds=5, formula=Formula.ANSWERED)
    assert loans.measure == replace(own, clock=ClockStart.SYSTEM)
    leads = plan.queues[QueueId("nour/leads")]
    agreed = Measure(target_seconds=20, short_abandon_seconds=5, formula=Formula.OFFERED_LESS_EARLY)
    assert leads.measure == agreed  # of the contract
    assert (leads.order, leads.strategy) == (Order.NEWEST, Strategy.RING_ALL)
    assert leads.limits == Limits(partner_percent=20, overflow=Overflow(number="97140000000"))


def test_what_waiting_callers_hear_reaches_the_plan(folder: Path) -> None:
    loans = plan_in(folder).queues[QueueId("nour/loans")]
    assert (loans.music, loans.music_in, loans.language) == ("default", {"en": "default"}, "ar")
    assert loans.announcements == Announcements(
        every_seconds=40,
        after_seconds=5,
        gap_seconds=10,
        position=PositionTold.LIMIT,
        position_limit=5,
        only_improved=True,
        wait=WaitTold.ONCE,
        round_seconds=30,
        wait_limit_minutes=15,
    )
    assert loans.messages == Messages(
        prompts=("patience",), every_seconds=90, after_seconds=20, shuffled=True
    )
    assert loans.keys == {
        "1": KeyExit(voicemail=True),
        "2": KeyExit(queue=QueueId("nour/technical"), prompt="patience"),
        "*": KeyExit(queue=QueueId("dnipro/vip")),
        "#": KeyExit(flow="main"),
    }


def test_names_of_queues_are_whole_in_the_plan(folder: Path) -> None:
    loans = plan_in(folder).queues[QueueId("nour/loans")]
    assert loans.relax == (
        RelaxStep(after_seconds=30, lower={"billing": 3}, drop=("english",), penalty=2),  # type: ignore[dict-item,arg-type]
        RelaxStep(
            after_seconds=60,
            groups=("juniors",),  # type: ignore[arg-type]
            while_healthy=QueueId("nour/billing"),
        ),
        RelaxStep(
            after_seconds=60,
            groups=("guests",),  # type: ignore[arg-type]
            while_healthy=QueueId("dnipro/vip"),
        ),
    )
    assert loans.limits == Limits(
        waiting=50,
        wait_seconds=300,
        join_empty=(Empty.OFFLINE, Empty.NOT_READY),
        leave_empty=(Empty.OFFLINE,),
        overflow=Overflow(queue=QueueId("nour/billing")),
    )


def test_a_plan_can_be_journaled_with_its_days(folder: Path) -> None:
    loaded = PlanLoaded(plan=plan_in(folder))
    assert loaded.plan.periods
    assert decode("event", "PlanLoaded", encode(loaded)) == loaded


def end_of(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_licence_ends_with_its_last_day_where_the_agents_team_is(folder: Path) -> None:
    ends = plan_in(folder).periods[AgentId("amira")]["licence:lending"].ends
    assert ends == end_of("2027-03-28", "Asia/Dubai")


def test_a_licence_of_who_has_no_team_goes_by_their_first_client(folder: Path) -> None:
    change(folder / "tenant.yaml", "    phone: 203\n    team: dnipro-desk\n", "    phone: 203\n")
    held = "    phone: 203\n    licences: {lending: {starts: 2027-03-28}}\n"
    change(folder / "tenant.yaml", "    phone: 203\n", held)
    period = plan_in(folder).periods[AgentId("olena")]["licence:lending"]
    assert period == Period(end_of("2027-03-28", "Europe/Kyiv"), None)


def test_a_skill_counts_until_the_end_of_its_last_day(folder: Path) -> None:
    days = "    phone: 203\n    skill_days: {ukrainian: {until: 2027-03-28}}\n"
    change(folder / "tenant.yaml", "    phone: 203\n", days)
    period = plan_in(folder).periods[AgentId("olena")]["skill:ukrainian"]
    assert period == Period(None, end_of("2027-03-29", "Europe/Kyiv"))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("{german: {until: 2027-03-28}}", "skill 'german' has days, but the agent does not have"),
        ("{ukrainian: {starts: 2027-03-28, until: 2027-03-27}}", "before it begins (2027-03-28)"),
    ],
)
def test_days_of_a_skill_that_mean_nothing(folder: Path, days: str, words: str) -> None:
    written = f"    phone: 203\n    skill_days: {days}\n"
    change(folder / "tenant.yaml", "    phone: 203\n", written)
    (problem,) = load_tenant(folder).problems
    assert words in problem.message


def test_an_approval_goes_by_the_clients_contract(folder: Path) -> None:
    days = "    phone: 202\n    approvals: {dnipro: {until: 2026-12-31}, nour: {}}\n"
    change(folder / "tenant.yaml", "    phone: 202\n", days)
    periods = plan_in(folder).periods[AgentId("omar")]
    # Omar sits in Dubai, two hours earlier; what has no days is left out.
    assert periods == {"client:dnipro": Period(None, end_of("2027-01-01", "Europe/Kyiv"))}


def test_a_day_begins_and_ends_also_where_midnight_is_missing_or_twice() -> None:
    # Beirut goes from 23:59:59 to 01:00 on 2026-03-29, and back to 23:00 on 2026-10-25.
    day = Days(starts=date(2026, 3, 29), until=date(2026, 3, 29))
    period = period_of(day, "Asia/Beirut")
    assert period.starts == datetime(2026, 3, 28, 22, tzinfo=UTC).timestamp()
    assert period.ends is not None
    assert period.ends - period.starts == timedelta(hours=23).total_seconds()
    back = period_of(Days(starts=date(2026, 10, 24), until=date(2026, 10, 24)), "Asia/Beirut")
    assert back.starts is not None
    assert back.ends is not None
    assert back.ends - back.starts == timedelta(hours=25).total_seconds()


@given(
    day=st.dates(), zone=st.sampled_from(["UTC", "Asia/Beirut", "America/Havana", "Asia/Kathmandu"])
)
def test_days_follow_on_each_other_without_gap(day: date, zone: str) -> None:
    ends = period_of(Days(until=day), zone).ends
    if day == date.max:
        assert ends is None
    else:
        assert ends == period_of(Days(starts=day + timedelta(days=1)), zone).starts


# ---- who can serve ---------------------------------------------------------------------------


def queue_of(tmp_path: Path, rules: str) -> Loaded:
    folder = copy_of_demo(tmp_path)
    change(folder / "clients/nour/client.yaml", "queues:\n", f"queues:\n  extra: {rules}\n")
    return load_tenant(folder)


def test_who_qualifies_grows_with_each_step(tmp_path: Path) -> None:
    steps = "[{after_seconds: 9, lower: {arabic: 8}}, {after_seconds: 20, drop: [technical]}]"
    rules = f"{{skills: {{arabic: 9, technical: 1}}, relax: {steps}}}"
    tenant = queue_of(tmp_path, rules).tenant
    assert tenant is not None
    name = QueueId("nour/extra")
    settings = tenant.plan().queues[name]
    found = [qualified(tenant, name, settings, step) for step in range(3)]
    assert found == [(), ("omar",), ("amira", "omar")]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("{skills: {arabic: 10}}", "with the skills arabic: 10, or ask for less"),
        ("{gates: {arabic: 10}, relax: [{after_seconds: 9, drop: [billing]}]}", "arabic: 10"),
        ("{members: [{agent: omar}], skills: {billing: 1}}", "approve one of its members"),
    ],
)
def test_a_queue_that_nobody_can_ever_answer(tmp_path: Path, rules: str, words: str) -> None:
    (problem,) = queue_of(tmp_path, rules).problems
    assert "nobody can answer queue 'extra'" in problem.message
    assert words in problem.remedy


@pytest.mark.parametrize(
    "rules",
    [
        "{skills: {arabic: 10}, relax: [{after_seconds: 9, lower: {arabic: 9}}]}",
        "{skills: {ukrainian: 1}, relax: [{after_seconds: 9, drop: [ukrainian]}]}",
        "{members: [{agent: omar, penalty: 5}], max_penalty: 0, "
        "relax: [{after_seconds: 9, penalty: 5}]}",
    ],
)
def test_a_queue_that_somebody_can_answer_after_a_step_is_no_mistake(
    tmp_path: Path, rules: str
) -> None:
    assert queue_of(tmp_path, rules).problems == ()


# ---- shares and precedence -------------------------------------------------------------------


def added(tmp_path: Path, text: str) -> Loaded:
    folder = copy_of_demo(tmp_path)
    tenant = folder / "tenant.yaml"
    tenant.write_text(f"{tenant.read_text()}\n{text}\n")
    return load_tenant(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shares: {nour: {floor: 3}}", "the floor of 'nour' is 3, and 2 agents may serve it"),
        ("shares: {nour: {floor: 2}, dnipro: {floor: 3}}", "the floors together are 5, and 4"),
        ("shares: {nour: {floor: -1}}", "'floor' of the share of 'nour' cannot be -1"),
        ("rest: {seconds: nan}", "cannot be nan"),
    ],
)
def test_shares_that_cannot_be_had(tmp_path: Path, text: str, words: str) -> None:
    (problem,) = added(tmp_path, text).problems
    assert words in problem.message


def test_a_promise_that_no_queue_makes_is_doubtful(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    for client in ("nour", "dnipro"):
        file = folder / f"clients/{client}/client.yaml"
        kept = [row for row in file.read_text().splitlines() if "promise_seconds" not in row]
        file.write_text("\n".join(kept))
    tenant = folder / "tenant.yaml"
    tenant.write_text(f"{tenant.read_text()}\nprecedence: promise\n")
    loaded = load_tenant(folder)
    assert loaded.tenant is not None
    (warning,) = loaded.warnings
    assert "no queue has one" in warning.message


def test_a_circle_of_three_queues_is_told_once(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    to = "    limits: {{waiting: 5, overflow: {{queue: {}}}}}\n"
    file = folder / "clients/dnipro/client.yaml"
    for name, target in (("billing", "technical"), ("technical", "vip"), ("vip", "billing")):
        change(file, f"  {name}:\n", f"  {name}:\n{to.format(target)}")
    loaded = load_tenant(folder)
    assert loaded.problems == ()
    (warning,) = loaded.warnings
    way = "dnipro/billing → dnipro/technical → dnipro/vip → dnipro/billing"
    assert way in warning.message


def test_a_chain_of_queues_is_no_circle(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/dnipro/client.yaml"
    to = "    limits: {waiting: 5, overflow: {queue: technical}}\n"
    change(file, "  billing:\n", f"  billing:\n{to}")
    loaded = load_tenant(folder)
    assert (loaded.problems, loaded.warnings) == ((), ())
