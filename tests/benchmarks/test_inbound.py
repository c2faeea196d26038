"""The inbound benchmark's invariants, which hold on any machine. Times are for its table."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.benchmarks.inbound import report
from tests.benchmarks.inbound.__main__ import default_folder, measure
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.inbound.rounds import SIZES, Results
from tests.benchmarks.inbound.runs import System

if TYPE_CHECKING:
    from tests.benchmarks.inbound.runs import Outcome

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(3600)]

MOST_REQUESTS = {False: 5, True: 6}


@pytest.fixture(scope="module")
def results() -> Results:
    if not Path("/var/run/docker.sock").exists() or os.geteuid() != 0:
        pytest.skip("needs Docker and root: run docker/test")
    base = free_base()
    folder = default_folder() / str(base)
    folder.mkdir(parents=True, exist_ok=True)
    size = os.environ.get("CCENGINE_TEST_SIZE", "small")
    console = Console(width=170)
    found = measure(
        Ground(folder, Ports(base)),
        SIZES[size],
        lambda outcome: console.print(report.line(outcome), highlight=False, soft_wrap=True),
    )
    console.print(report.table(found))
    if found.highest:
        console.print(report.highest(found))
    report.save(found, folder / f"inbound-{size}.json", {"size": size})
    return found


def test_nothing_was_missed_and_nothing_left_over(results: Results) -> None:
    for outcome in _light(results):
        assert outcome.dropped == 0, report.line(outcome)
        assert outcome.left_over == 0, report.line(outcome)


def test_no_agent_is_rung_twice_at_once(results: Results) -> None:
    for outcome in _ours(results):
        assert outcome.rung_twice == 0, report.line(outcome)


def test_every_call_is_bridged_while_the_machine_has_room(results: Results) -> None:
    for outcome in _light(results):
        assert outcome.bridged == outcome.offered, report.line(outcome)


def test_requests_per_call(results: Results) -> None:
    for outcome in _ours(results):
        assert outcome.requests is not None
        assert outcome.requests.most_at_once <= MOST_REQUESTS[outcome.point.recorded]


def test_one_request_between_the_two_invites(results: Results) -> None:
    for outcome in _ours(results):
        assert outcome.requests is not None
        assert set(outcome.requests.between) <= {"1"}, report.line(outcome)
    assert any(outcome.requests and outcome.requests.between for outcome in _ours(results))


def test_every_bridged_call_that_should_be_is_recorded(results: Results) -> None:
    for outcome in _light(results):
        if outcome.point.recorded:
            assert outcome.recordings == outcome.bridged, report.line(outcome)


def _ours(results: Results) -> list[Outcome]:
    return [one for one in results.fixed if one.point.system is System.ENGINE]


def _light(results: Results) -> list[Outcome]:
    """Return the engine's runs at the lowest rate."""
    lowest = min(one.point.rate for one in results.fixed)
    return [one for one in _ours(results) if one.point.rate == lowest]


def free_base() -> int:
    """Return the usual first port, or another where somebody else measures at this moment."""
    for base in (17000, 7000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", Ports(base).sip))
            except OSError:
                continue
            return base
    pytest.fail("the benchmark's ports are taken: 17060 and 7060 (udp)")
