"""What the virtual world does, seen from the steps of the core."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, ShowAgent
from ccengine.core.states import AgentState
from ccengine.simulator.laws import Law, Shape
from ccengine.simulator.runs import simulate
from tests.config.tenants import change
from tests.simulator.days import QUIET, configuration, play, scenario, scenario_file

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.reporting.rows import Step


def arrivals(steps: list[Step]) -> list[tuple[float, str, str]]:
    return [
        (step.at, step.event.call, step.event.number)
        for step in steps
        if isinstance(step.event, events.CallArrived)
    ]


def queues(steps: list[Step]) -> Counter[str]:
    return Counter(step.event.queue for step in steps if isinstance(step.event, events.CallQueued))


def test_callers_go_through_the_flow_of_the_number_they_dial(tmp_path: Path) -> None:
    text = QUIET.replace("calls_per_hour: 30", "calls_per_hour: 600")
    _, steps = play(scenario_file(tmp_path, text))
    entered = Counter(
        step.event.step for step in steps if isinstance(step.event, events.FlowStepEntered)
    )
    assert {"hours", "menu", "billing", "technical"} == set(entered)
    found = queues(steps)
    share = found["dnipro/billing"] / (found["dnipro/billing"] + found["dnipro/technical"])
    assert share == pytest.approx(0.6, abs=0.04)  # keys: {1: 60, 2: 40}, of some 2400


def test_a_line_that_is_closed_ends_calls_without_a_queue(tmp_path: Path) -> None:
    run, steps = play(scenario_file(tmp_path, QUIET.replace("600200", "600300")))
    assert set(queues(steps)) == {"dnipro/vip"}
    assert run.arrived > run.figures[-1].offered


def test_the_rate_follows_the_profile(tmp_path: Path) -> None:
    profile = """
      - {from: 08:00, until: 09:00, calls_per_hour: 100}
      - {from: 09:00, until: 11:00, calls_per_hour: 1000}"""
    text = QUIET.replace(
        "  - {queue: dnipro/vip, calls_per_hour: 5}",
        f"  - queue: dnipro/vip\n    profile:{profile}",
    ).replace("calls_per_hour: 30", "calls_per_hour: 0")
    _, steps = play(scenario_file(tmp_path, text))
    opens = steps[0].at
    hours = Counter(int((at - opens) // 3600) for at, _, _ in arrivals(steps))
    assert set(hours) == {0, 1, 2}
    for hour, rate in ((0, 100), (1, 1000), (2, 1000)):
        assert hours[hour] == pytest.approx(rate, abs=4 * rate**0.5)


def test_a_change_of_routing_shifts_no_arrival_and_nobodys_luck(tmp_path: Path) -> None:
    file = scenario_file(tmp_path)
    _, before = play(file)
    tenant = tmp_path / "dialplan/tenants/demo"
    change(tenant / "clients/dnipro/client.yaml", "skills: {ukrainian: 5}", "skills: {}")
    change(tenant / "tenant.yaml", "english: 7", "english: 2")
    _, after = play(file)
    assert arrivals(before) == arrivals(after)
    assert queues(before) == queues(after)
    assert [s for s in before if s.commands] != [s for s in after if s.commands]


def test_more_callers_of_one_kind_shift_none_of_another(tmp_path: Path) -> None:
    _, few = play(scenario_file(tmp_path))
    _, many = play(scenario_file(tmp_path, QUIET.replace("calls_per_hour: 5", "calls_per_hour: 9")))
    assert [a for a in arrivals(few) if a[2]] == [a for a in arrivals(many) if a[2]]


def test_another_seed_is_another_day(tmp_path: Path) -> None:
    _, one = play(scenario_file(tmp_path))
    _, other = play(scenario_file(tmp_path, QUIET.replace("seed: 3", "seed: 4")))
    assert arrivals(one) != arrivals(other)


def test_agents_come_take_breaks_and_leave(tmp_path: Path) -> None:
    shift = "{teams: [dnipro-desk], from: 08:00, until: 12:00}"
    pause = "{from: 10:00, until: 10:15, reason: tea}"
    text = QUIET.replace(
        shift, f"{{agents: [olena], from: 08:30, until: 11:30, breaks: [{pause}]}}"
    ).replace("calls_per_hour: 30", "calls_per_hour: 0")
    _, steps = play(scenario_file(tmp_path, text.replace("calls_per_hour: 5", "calls_per_hour: 0")))
    opens = steps[0].at
    shown = [
        ((step.at - opens) / 60, command.state, command.reason)
        for step in steps
        for command in step.commands
        if isinstance(command, ShowAgent)
    ]
    assert shown == [
        (30, AgentState.AVAILABLE, ""),
        (120, AgentState.NOT_READY, "tea"),
        (135, AgentState.AVAILABLE, ""),
        (210, AgentState.OFFLINE, ""),
    ]


def test_who_misses_a_call_comes_back_after_a_while(tmp_path: Path) -> None:
    text = QUIET + "answering: {miss_percent: 100, away_seconds: 77}\n"
    run, steps = play(scenario_file(tmp_path, text))
    assert run.figures[-1].answered == 0
    states: dict[str, list[tuple[float, AgentState]]] = {}
    for step in steps:
        for command in step.commands:
            if isinstance(command, ShowAgent):
                states.setdefault(command.agent, []).append((step.at, command.state))
    backs = [
        later - earlier
        for shown in states.values()
        for (earlier, before), (later, after) in pairwise(shown)
        if (before, after) == (AgentState.NOT_READY, AgentState.AVAILABLE)
    ]
    assert len(backs) > 10
    assert backs == pytest.approx([77.0] * len(backs))


def test_who_hangs_up_does_so_when_their_patience_ends(tmp_path: Path) -> None:
    text = QUIET.replace("{mean_seconds: 90}", "{mean_seconds: 33, law: constant}").replace(
        "teams: [dnipro-desk]", "agents: [amira]"
    )
    run, _ = play(scenario_file(tmp_path, text))
    every = run.figures[-1]
    assert (every.answered, every.abandoned) == (0, every.offered)
    assert every.mean_abandon == every.longest == 33.0


def test_wrap_up_may_end_before_its_time_and_never_after(tmp_path: Path) -> None:
    text = QUIET.replace(
        "  patience", "  wrap_up: {mean_seconds: 2, law: constant}\n  patience"
    ).replace("{mean_seconds: 120}", "{mean_seconds: 120, law: constant}")
    run, _ = play(scenario_file(tmp_path, text))
    assert run.figures[-1].aht == pytest.approx(122, abs=0.01)
    slow = text.replace("mean_seconds: 2,", "mean_seconds: 99,")
    run, _ = play(scenario_file(tmp_path, slow))
    assert run.figures[-1].aht == pytest.approx(125, abs=0.01)  # the queue gives 5


LIMITED = QUIET.replace("mean_seconds: 90", "mean_seconds: 900").replace(
    "{queue: dnipro/vip, calls_per_hour: 5}", "{queue: dnipro/vip, calls_per_hour: 20}"
)


def limited(folder: Path, overflow: str) -> Path:
    """A scenario in which the vip queue keeps nobody for longer than 20 seconds."""
    file = scenario_file(folder, LIMITED)
    client = folder / "dialplan/tenants/demo/clients/dnipro/client.yaml"
    change(
        client,
        "    skills: {ukrainian: 5}\n",
        "    skills: {ukrainian: 5}\n"
        f"    limits: {{wait_seconds: 20, overflow: {{{overflow}}}}}\n",
    )
    return file


def test_who_overflows_counts_in_both_queues_and_once_in_all(tmp_path: Path) -> None:
    run, _ = play(limited(tmp_path, "queue: technical"))
    found = {line.name: line for line in run.figures}
    vip, technical = found["dnipro/vip"], found["dnipro/technical"]
    assert vip.sent_on > 5
    assert vip.longest is not None
    assert 20 <= vip.longest < 40  # what rings may be answered
    queued = sum(line.offered for name, line in found.items() if "/" in name)
    assert found["all"].offered == queued - vip.sent_on
    assert found["all"].answered + found["all"].abandoned == found["all"].offered
    assert technical.longest is not None
    assert found["all"].longest is not None
    assert found["all"].longest > technical.longest or technical.longest > 20


def test_who_is_sent_out_of_all_queues_is_gone(tmp_path: Path) -> None:
    run, steps = play(limited(tmp_path, "voicemail: yes"))
    every = run.figures[-1]
    assert every.sent_on > 5
    assert every.answered + every.abandoned + every.sent_on == every.offered
    ends = sum(isinstance(step.event, events.CallEnded) for step in steps)
    assert ends == run.arrived


def test_who_is_sent_to_a_flow_runs_it(tmp_path: Path) -> None:
    run, steps = play(limited(tmp_path, "flow: main"))
    assert run.figures[-1].offered < sum(queues(steps).values())
    assert queues(steps)["dnipro/vip"] == len([a for a in arrivals(steps) if not a[2]])


def test_the_core_keeps_its_invariants_through_a_busy_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    centers: list[ContactCenter] = []
    new = ContactCenter.__init__

    def noted(center: ContactCenter) -> None:
        new(center)
        centers.append(center)

    monkeypatch.setattr(ContactCenter, "__init__", noted)
    text = QUIET.replace("calls_per_hour: 30", "calls_per_hour: 90")
    offers = 0

    def check(step: Step) -> None:
        nonlocal offers
        offers += sum(isinstance(command, OfferCall) for command in step.commands)
        centers[-1].check_invariants()

    file = scenario_file(tmp_path, text + "answering: {miss_percent: 10}\n")
    simulate(scenario(file), configuration(tmp_path), "day", watch=check)
    assert offers > 100


@pytest.mark.parametrize(
    ("law", "mean", "deviation"),
    [
        (Law(mean_seconds=50), 50, 50),
        (Law(mean_seconds=50, law=Shape.LOGNORMAL, deviation_seconds=30), 50, 30),
        (Law(mean_seconds=50, law=Shape.CONSTANT), 50, 0),
    ],
    ids=str,
)
def test_times_have_the_mean_and_deviation_asked_for(
    law: Law, mean: float, deviation: float
) -> None:
    count = 100_000
    drawn = [law.seconds((place + 0.5) / count) for place in range(count)]
    found = sum(drawn) / count
    assert found == pytest.approx(mean, rel=0.01)
    spread = (sum((one - found) ** 2 for one in drawn) / count) ** 0.5
    assert spread == pytest.approx(deviation, rel=0.02)
