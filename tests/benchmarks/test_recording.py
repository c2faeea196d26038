"""The recording benchmark: every call is joined, every recording whole. Costs are for its table."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.benchmarks.inbound.__main__ import default_folder
from tests.benchmarks.inbound.capture import UDP, Packet
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.recorded import report
from tests.benchmarks.recorded.runs import Backlog, Outcome, Times
from tests.benchmarks.recorded.streams import Pace, Streams
from tests.benchmarks.recorded.usage import Usage
from tests.benchmarks.recording_bench import SIZES, measure
from tests.benchmarks.test_inbound import free_base

CALLER, ASTERISK = 18000, 22000
PACE = Pace(streams=16, packets=10_000, lost_percent=0.0, p999=24.0, longest=40.0)
USED = Usage(
    seconds=20.0,
    percent={"asterisk": 120.0, "engine": 3.0, "keeper": 0.0, "callers": 12.0, "phones": 13.0},
    rest_percent=5.0,
    idle_percent=20.0,
    softirq_percent=10.0,
    disk_bytes_per_second=0.0,
)
CARRIED = Outcome(
    calls=100,
    recorded=True,
    joined=100,
    used=USED,
    used_ending=USED,
    spool_bytes_per_second=3_200_000.0,
    times=Times([5.0], [10.0]),
    others=Times([5.0], [10.0]),
    heard=PACE,
    sent=PACE,
    heard_late=PACE,
    sent_late=PACE,
    whole=100,
    late=[5.0],
    faults=[],
    backlog=Backlog(3.0, 1_000_000),
)


def test_the_limit_is_who_has_nothing_left() -> None:
    assert report.limit(CARRIED).startswith("not the processors, 20 % are idle")
    busy = replace(CARRIED, used=replace(USED, idle_percent=2.0))
    assert report.limit(busy).startswith("the processors (")
    one = replace(CARRIED, used=replace(USED, percent={**USED.percent, "engine": 95.0}))
    assert report.limit(one).startswith("the engine")
    others = replace(CARRIED, used=replace(USED, idle_percent=0.0, rest_percent=100.0))
    assert report.limit(others).startswith("not to be told")
    late = replace(CARRIED, sent=replace(PACE, longest=300.0))
    assert "SIPp itself was late" in report.limit(late)


@pytest.mark.parametrize(
    "broken",
    [
        {"joined": 99},
        {"whole": 99},
        {"faults": ["700031: nothing was kept"]},
        {"left_over": 1},
        {"backlog": Backlog(None, 0)},
        {"heard": replace(PACE, lost_percent=2.0)},
        {"heard": replace(PACE, longest=250.0)},
    ],
)
def test_a_level_is_carried_only_if_nothing_is_missing(broken: dict[str, Any]) -> None:
    assert report.is_carried(CARRIED)
    failed = replace(CARRIED, **broken)
    assert not report.is_carried(failed)
    fewer = replace(CARRIED, calls=50, joined=50, whole=50)
    assert "carried: 50 recorded calls at once, not 100" in report.highest([fewer, failed])


def test_streams_tell_what_was_lost_and_late() -> None:
    streams = Streams([CALLER])
    sent = [Packet(i / 50, UDP, CALLER, ASTERISK, b"") for i in range(200)]
    heard = [
        Packet(i / 50 + (0.03 if i == 150 else 0.0), UDP, ASTERISK, CALLER, b"")
        for i in range(200)
        if i != 120
    ]
    streams.read([*sent, *heard])
    good, bad = streams.sent(0.0, 4.0), streams.heard(0.0, 4.0)
    assert (good.streams, good.packets, good.lost_percent) == (1, 149, pytest.approx(0.0))
    assert (round(good.longest), round(bad.longest)) == (20, 50)
    assert (bad.packets, bad.lost_percent) == (148, pytest.approx(100 / 149))


@pytest.mark.asterisk
@pytest.mark.timeout(3600)
def test_calls_are_joined_and_what_is_kept_of_them_is_whole() -> None:
    if not Path("/var/run/docker.sock").exists() or os.geteuid() != 0:
        pytest.skip("needs Docker and root: run docker/test")
    base = free_base()
    folder = default_folder() / f"recording-{base}"
    folder.mkdir(parents=True, exist_ok=True)
    size = SIZES[os.environ.get("CCENGINE_TEST_SIZE", "small")]
    console = Console(width=200)
    outcomes = measure(
        Ground(folder, Ports(base), agents=size.agents),
        size,
        lambda one: console.print(report.line(one), highlight=False, soft_wrap=True),
    )
    console.print(report.costs(outcomes))
    console.print(report.quality(outcomes))
    console.print(report.highest(outcomes))
    lowest = min(size.levels)
    for outcome in outcomes:
        if outcome.calls == lowest:  # what more the machine carries is for the table
            assert report.is_carried(outcome), report.line(outcome)
