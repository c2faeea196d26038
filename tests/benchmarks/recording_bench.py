"""Recorded calls at once: `python -m tests.benchmarks.recording_bench`; root, Docker and SIPp.

Calls with tones on both sides, recorded and not in turns, more at each level. While all talk it is
read who uses the processors; while they end, and are joined, sealed and verified, others call. A
level counts as carried only if every call was joined and lasted, and every recording that is kept
was opened and has both tones from its begin to its end with no gap over a fifth of a second.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
from rich.console import Console

from tests.benchmarks.inbound.__main__ import default_folder
from tests.benchmarks.inbound.asterisk import Asterisk
from tests.benchmarks.inbound.capture import Capture, Wanted
from tests.benchmarks.inbound.engine import EngineProcess, prepare
from tests.benchmarks.inbound.ground import Ground, Ports
from tests.benchmarks.inbound.load import MARK
from tests.benchmarks.recorded import report, talks
from tests.benchmarks.recorded.runs import SAMPLED, Bench, Outcome, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run."""

    levels: Sequence[int]  #: calls at once
    rounds: int
    shape: Shape
    kinds: Sequence[bool] = (False, True)  #: recorded or not; they take turns in coming first
    warm_up: int = 2  #: calls

    @property
    def agents(self) -> int:
        """So many are needed."""
        return max(self.levels) + self.shape.others


SIZES: Final = {
    "small": Size(
        (4,),
        1,
        Shape(
            rate=8,
            together_seconds=1.0,
            others=1,
            others_seconds=0.5,
            others_after=0.5,
            settled_seconds=0.3,
        ),
        kinds=(True,),
        warm_up=0,
    ),
    "full": Size(
        (10, 25, 50, 75, 100, 125, 150, 200), 2, Shape(rate=10, together_seconds=20.0, others=20)
    ),
}


def measure(ground: Ground, size: Size, tell: Callable[[Outcome], None]) -> list[Outcome]:
    """Start everything, run everything, take everything down."""
    outcomes: list[Outcome] = []
    with bench_on(ground, size.shape) as bench, EngineProcess(ground, agents=size.agents) as engine:
        if size.warm_up:
            bench.run(size.warm_up, engine, recorded=True)
        for turn in range(size.rounds):
            carried = list(size.kinds if turn % 2 == 0 else reversed(size.kinds))
            for calls in size.levels:
                for recorded in tuple(carried):
                    outcome = bench.run(calls, engine, recorded=recorded)
                    outcomes.append(outcome)
                    tell(outcome)
                    if not report.is_carried(outcome):
                        carried.remove(recorded)  # more would not be, either
                        engine.restart()  # what is left of it must not be counted against others
    return outcomes


@contextmanager
def bench_on(ground: Ground, shape: Shape) -> Iterator[Bench]:
    """Start all that runs beside the engine on a fresh state folder; take it down afterwards."""
    ports = ground.ports
    wanted = Wanted(
        sip_ports=(ports.callers, ports.others, ports.phones),
        sound_ports=(),
        mark=MARK,
        request_port=0,
        stream_ports=talks.sampled_ports(ports, SAMPLED),
    )
    prepare(ground)
    with Capture(wanted) as capture, Asterisk(ground) as asterisk:
        yield Bench(ground, asterisk, capture, shape)


def save(outcomes: Sequence[Outcome], file: Path) -> None:
    """Write all runs as JSON."""
    about = {"processors": os.cpu_count(), "load": os.getloadavg()}
    runs = [dataclasses.asdict(one) for one in outcomes]
    file.write_bytes(orjson.dumps({"about": about, "runs": runs}))


def main() -> None:
    """Read the options, measure, show the tables, write the JSON."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.recording_bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--levels", type=int, nargs="+", help="calls at once, not the size's")
    parser.add_argument("--rounds", type=int, help="other than the size's")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="everything's place")
    parser.add_argument("--port", type=int, default=17000, help="first of the ports used")
    options = parser.parse_args()
    size = SIZES[options.size]
    size = dataclasses.replace(
        size, levels=options.levels or size.levels, rounds=options.rounds or size.rounds
    )
    folder: Path = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if Console().is_terminal else 200)
    outcomes = measure(
        Ground(folder, Ports(options.port), agents=size.agents),
        size,
        lambda one: console.print(report.line(one), highlight=False, soft_wrap=True),
    )
    console.print(report.costs(outcomes))
    console.print(report.quality(outcomes))
    console.print(report.highest(outcomes))
    file = folder / f"recording-{options.size}.json"
    save(outcomes, file)
    shutil.rmtree(folder / "state", ignore_errors=True)
    console.print(f"all runs: {file}")


if __name__ == "__main__":
    main()
