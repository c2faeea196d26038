"""How long a day of 500 agents takes to simulate, and what of it takes the time.

    python -m tests.benchmarks.simulator_bench [AGENTS] [--profile]

A tenant of two clients, 20 queues and 30 skills on disk, read and checked like any other; shifts
of eight hours from 7:00 on, a lunch break each, some offers missed, some callers impatient. Nothing
is asserted: the numbers are for people to compare. Seconds are the processor's, not the wall's.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path

from ccengine.cli.day_report import progress
from ccengine.core.center import ContactCenter
from ccengine.ivr.configuration import load_configuration
from ccengine.simulator import runs
from ccengine.simulator.ledger import Ledger
from ccengine.simulator.page import page
from ccengine.simulator.scenario_file import check_scenario, load_scenario
from tests.simulator.big_day import write_scenario, write_tenant


class Stopwatch:
    """Counts and times calls of methods while it is on them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.count: dict[str, int] = {}

    def put_on(self, cls: type, name: str, part: str) -> None:
        method = getattr(cls, name)
        self.seconds.setdefault(part, 0.0)
        self.count.setdefault(part, 0)

        def timed(*arguments: object) -> object:
            started = time.process_time()
            try:
                return method(*arguments)
            finally:
                self.seconds[part] += time.process_time() - started
                self.count[part] += 1

        setattr(cls, name, timed)


def main() -> None:
    sizes = [argument for argument in sys.argv[1:] if argument.isdigit()]
    agents = int(sizes[0]) if sizes else 500
    with tempfile.TemporaryDirectory() as folder:
        tenant = write_tenant(Path(folder) / "big", agents)
        scenario = write_scenario(Path(folder) / "day.yaml", tenant, agents)
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(run, scenario, tenant)
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        else:
            run(scenario, tenant)


def run(file: Path, folder: Path) -> None:
    watch = Stopwatch()
    if "--profile" not in sys.argv:
        watch.put_on(ContactCenter, "handle", "core")
        watch.put_on(ContactCenter, "advance", "core")
        watch.put_on(Ledger, "take", "ledger")
    started = time.process_time()
    configuration = load_configuration(folder)
    assert configuration.tenant is not None, configuration.problems
    loaded = load_scenario(file)
    assert loaded.scenario is not None, loaded.problems
    assert loaded.document is not None
    assert not check_scenario(loaded.scenario, loaded.document, configuration.tenant)
    read = time.process_time()
    with progress("day", loaded.scenario.opens, loaded.scenario.closes) as tick:
        day = runs.simulate(loaded.scenario, configuration, "day", tick=tick)
    simulated = time.process_time()
    report = runs.Report(title="Day", day="", zone="", seed=1, remarks=(), runs=(day,))
    size = len(page(report))
    drawn = time.process_time()
    figures = day.figures[-1]
    lines = [
        f"{figures.offered:,} calls, {figures.answered:,} answered, {day.offers:,} offers, "
        f"occupancy {figures.occupancy} %, service level {figures.service_level} %",
        f"{read - started:7.2f} s  reading and checking configuration and scenario",
        f"{simulated - read:7.2f} s  simulating and judging, of it",
        *(
            f"{seconds:7.2f} s    {part}, {watch.count[part]:,} times"
            for part, seconds in watch.seconds.items()
        ),
        f"{drawn - simulated:7.2f} s  drawing {size:,} bytes of HTML",
        f"{drawn - started:7.2f} s  in all",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
