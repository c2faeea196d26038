"""The recording benchmark: every call is joined, every recording whole. Costs are for its table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.inbound.__main__ import default_folder
from tests.benchmarks.inbound.capture import UDP, Packet
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.recorded import report
from tests.benchmarks.recorded.streams import Streams
from tests.benchmarks.recording_bench import SIZES, measure
from tests.benchmarks.test_inbound import free_base

CALLER, ASTERISK = 18000, 22000


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
