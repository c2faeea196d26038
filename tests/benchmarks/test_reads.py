"""The benchmark of reads beside calls: that all are answered, and every call is. Times are for its
table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.inbound.__main__ import default_folder
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.readers import MAY_BE_REFUSED, reads
from tests.benchmarks.reads_bench import KINDS, READS_PER_SECOND, SIZES, Found, measure, table
from tests.benchmarks.test_inbound import free_base


def test_each_read_has_a_weight() -> None:
    assert reads()


@pytest.mark.asterisk
@pytest.mark.timeout(3600)
def test_reads_are_answered_beside_calls_and_no_call_is_lost() -> None:
    if not Path("/var/run/docker.sock").exists() or os.geteuid() != 0:
        pytest.skip("needs Docker and root: run docker/test")
    base = free_base()
    folder = default_folder() / f"reads-{base}"
    folder.mkdir(parents=True, exist_ok=True)
    size = SIZES[os.environ.get("CCENGINE_TEST_SIZE", "small")]
    console = Console(width=200)
    results = measure(
        Ground(folder, Ports(base)),
        size,
        lambda words: console.print(words, highlight=False, soft_wrap=True),
    )
    console.print(table(results))
    for found in results:
        _check(found, size.seconds)


def _check(found: Found, seconds: float) -> None:
    for kind in KINDS:
        for outcome in found.runs[kind]:
            assert (outcome.dropped, outcome.left_over, outcome.rung_twice) == (0, 0, 0)
            assert outcome.bridged == outcome.offered
    for seen in found.readers:
        statuses = seen["statuses"]
        assert isinstance(statuses, dict)
        codes = {int(name.rpartition(" ")[2]) for name in statuses}
        assert codes <= {200, *MAY_BE_REFUSED}, statuses
        assert sum(statuses.values()) >= 0.9 * READS_PER_SECOND * seconds
