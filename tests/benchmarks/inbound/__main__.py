"""`python -m tests.benchmarks.inbound`: all of it, by one command. Needs root, Docker and SIPp."""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.benchmarks.inbound import report
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.inbound.rounds import SIZES, Results, Rounds
from tests.benchmarks.inbound.runs import bench_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.inbound.rounds import Size
    from tests.benchmarks.inbound.runs import Outcome


def measure(ground: Ground, size: Size, tell: Callable[[Outcome], None]) -> Results:
    """Start everything, run everything, take everything down."""
    with bench_on(ground) as bench:
        return Rounds(ground, bench, size, tell).run()


def default_folder() -> Path:
    """Return a folder that Docker's daemon sees under the same path."""
    state = os.environ.get("CCENGINE_STATE")
    return Path(state, "bench") if state else Path("/var/tmp/ccengine-bench")


def main() -> None:
    """Read the options, measure, show the tables, write the JSON."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.inbound", description=__doc__)
    size = os.environ.get("CCENGINE_TEST_SIZE", "full")
    parser.add_argument("--size", choices=SIZES, default=size if size in SIZES else "full")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="everything's place")
    parser.add_argument("--full-sound", action="store_true", help="also in calls not recorded")
    parser.add_argument("--port", type=int, default=17000, help="first of the ports used")
    options = parser.parse_args()
    console = Console(width=None if Console().is_terminal else 160)
    folder: Path = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    results = measure(
        Ground(folder, Ports(options.port)),
        dataclasses.replace(SIZES[options.size], full_sound=options.full_sound),
        lambda outcome: console.print(report.line(outcome), highlight=False, soft_wrap=True),
    )
    console.print(report.table(results))
    if results.highest:
        console.print(report.highest(results))
    file = folder / f"inbound-{options.size}.json"
    about = {
        "size": options.size,
        "full_sound": "everywhere" if options.full_sound else "in recorded calls",
        "processors": str(os.cpu_count()),
        "system": platform.platform(),
    }
    report.save(results, file, about)
    shutil.rmtree(folder / "state", ignore_errors=True)
    console.print(f"all runs: {file}")


if __name__ == "__main__":
    main()
