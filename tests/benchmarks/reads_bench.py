"""Do reads touch the live path? `python -m tests.benchmarks.reads_bench`; root, Docker and SIPp.

The inbound benchmark's runs of the engine, four at a time: twice without reads, once with 50 API
reads a second beside it, once with as many of a program that takes as much of the processors for
each and has no calls. The time from the caller's INVITE to the agent's is compared: with reads to
without, with reads to those elsewhere (what sharing the machine does is in both), and, for the
noise, the two without to each other. They take turns in which comes first.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
from rich.console import Console
from rich.table import Table

from ccengine.api.roles import Role
from ccengine.clock import Clock
from ccengine.config.secrets import api_token
from ccengine.config.settings import StatePaths
from ccengine.storage.database import RecordDatabase
from ccengine.storage.tokens import StoredToken
from tests.benchmarks.inbound import report
from tests.benchmarks.inbound.__main__ import default_folder
from tests.benchmarks.inbound.engine import EngineProcess
from tests.benchmarks.inbound.ground import CHECKOUT, CLIENT, Ground, Ports, extension
from tests.benchmarks.inbound.runs import Outcome, Point, System, bench_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.inbound.runs import Bench

READS_PER_SECOND: Final = 50
KINDS: Final = ("without", "with", "again without", "elsewhere")
"""Of runs: the second is what is asked about, the first and the third are the same."""
USUAL_READ_MS: Final = 2.0  #: of a processor, until a run has shown it
SUPERVISORS: Final = 10
DESKS: Final = 20
LONGER_SECONDS: Final = 2.0  #: reads go on while the last calls do


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run."""

    points: tuple[tuple[int, int], ...]  #: agents, and calls offered per second
    seconds: float  #: that calls are offered, per run
    rounds: int


SIZES: Final = {
    "small": Size(((20, 10),), 4.0, 1),
    "full": Size(((20, 20), (200, 10)), 12.0, 5),
}
"""At rates that leave the machine room: readers, too, are programs on it."""


@dataclass
class Found:
    """All runs of one point, by kind, in the order in which they were."""

    agents: int
    rate: int
    runs: dict[str, list[Outcome]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    readers: list[dict[str, object]] = field(default_factory=list)

    def ratios(self, over: str, under: str, what: str) -> list[float]:
        """Return, round by round, one kind's percentile by another's."""
        pairs = zip(self.runs[over], self.runs[under], strict=True)
        return [getattr(one, what) / getattr(other, what) for one, other in pairs]

    def median(self, kind: str, what: str) -> float:
        """Return the median of a kind's runs."""
        return statistics.median(getattr(one, what) for one in self.runs[kind])

    @property
    def read_ms(self) -> float:
        """What a read takes of the engine's processor, as far as runs have shown it."""
        if not (self.runs["with"] and self.runs["without"]):
            return USUAL_READ_MS
        more = self.median("with", "engine_cpu") - self.median("without", "engine_cpu")
        return max(0.0, more * self.rate / READS_PER_SECOND)


class Reading:
    """Readers in a process of their own, with the tokens of many."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._tokens = ""

    def make_tokens(self) -> None:
        """Make tokens of a client, of supervisors and of agents, as many as people have."""
        admin = f"{Role.ADMIN} - {api_token(StatePaths(self._ground.state))}"
        self._tokens = "\n".join([admin, *asyncio.run(self._made_tokens())])

    async def _made_tokens(self) -> list[str]:
        database = await RecordDatabase.open(StatePaths(self._ground.state).database)
        now = Clock(lambda: 0.0).now()
        some = partial(StoredToken, created_at=now, expires_at=now + 86_400)
        wanted = [some(name="reader", role=Role.CLIENT, clients=(CLIENT,))]
        wanted += [some(name=f"s{i}", role=Role.SUPERVISOR) for i in range(SUPERVISORS)]
        wanted += [
            some(name=f"d{i}", role=Role.AGENT, agent=f"a{extension(i)}") for i in range(DESKS)
        ]
        made = [
            f"{one.role} {one.agent or '-'} {await database.tokens.create(one)}" for one in wanted
        ]
        await database.close()
        return made

    @contextmanager
    def elsewhere(self, seconds: float, read_ms: float) -> Iterator[None]:
        """Have as much read of a stand-in beside what the block does."""
        port = self._ground.ports.api + 1
        words = ["-m", "tests.benchmarks.stand_in", str(port), str(read_ms)]
        with subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, cwd=CHECKOUT, text=True
        ) as process:
            if process.stdout is not None:
                process.stdout.readline()
            with self.going_on(seconds, port):
                yield
            process.terminate()

    @contextmanager
    def going_on(self, seconds: float, port: int = 0) -> Iterator[list[dict[str, object]]]:
        """Read beside what the block does; what the readers saw is there when it is over."""
        seen: list[dict[str, object]] = []
        url = f"http://127.0.0.1:{port or self._ground.ports.api}"
        words = ["-m", "tests.benchmarks.readers", url, str(READS_PER_SECOND), str(seconds)]
        with subprocess.Popen(
            ["chrt", "--idle", "0", sys.executable, *words],  # they would be elsewhere
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            env=self._ground.settings,
            text=True,
        ) as process:
            if process.stdin is not None:
                process.stdin.write(self._tokens)
                process.stdin.close()
            if process.stdout is not None:
                process.stdout.readline()  # it begins: what it took to start is nobody's read
            yield seen
            printed = process.stdout.read() if process.stdout is not None else ""
        seen.append(orjson.loads(printed))


def measure(ground: Ground, size: Size, tell: Callable[[str], None]) -> list[Found]:
    """Start everything, run everything, take everything down."""
    results = []
    with bench_on(ground) as bench:
        for agents, rate in size.points:
            bench.forget_requests()
            with EngineProcess(ground, agents=agents) as engine:
                reading = Reading(ground)
                reading.make_tokens()
                found = Found(agents, rate)
                _at_point(found, size, bench, engine, reading, tell)
                results.append(found)
    return results


def _at_point(
    found: Found,
    size: Size,
    bench: Bench,
    engine: EngineProcess,
    reading: Reading,
    tell: Callable[[str], None],
) -> None:
    point = Point(System.ENGINE, found.agents, found.rate, recorded=False, full_sound=False)
    with reading.going_on(size.seconds):  # warm, with calls to read about and who reads journals
        bench.run(point, size.seconds, engine)
    for turn in range(size.rounds):
        for kind in (*KINDS[turn % len(KINDS) :], *KINDS[: turn % len(KINDS)]):
            if kind == "with":
                with reading.going_on(size.seconds + LONGER_SECONDS) as seen:
                    outcome = bench.run(point, size.seconds, engine)
                found.readers += seen
                tell(f"  readers {seen[0]}")
            elif kind == "elsewhere":
                with reading.elsewhere(size.seconds + LONGER_SECONDS, found.read_ms):
                    outcome = bench.run(point, size.seconds, engine)
            else:
                outcome = bench.run(point, size.seconds, engine)
            found.runs[kind].append(outcome)
            tell(f"{kind:14}{report.line(outcome)}")


def table(results: list[Found]) -> Table:
    """Lay out medians and ratios."""
    made = Table(title=f"INVITE to INVITE with {READS_PER_SECOND} reads/s beside it (medians)")
    for heading in (
        "agents",
        "offered/s",
        "",
        *KINDS,
        "with : without",
        "with : elsewhere",
        "control",
        "each round: without, elsewhere, control",
    ):
        made.add_column(heading, justify="right")
    for found in results:
        for what in ("p50", "p99"):
            by = found.ratios("with", "without", what)
            beside = found.ratios("with", "elsewhere", what)
            control = found.ratios("again without", "without", what)
            rounds = " ".join(
                f"{a:.2f}/{b:.2f}/{c:.2f}" for a, b, c in zip(by, beside, control, strict=True)
            )
            made.add_row(
                str(found.agents),
                str(found.rate),
                f"{what} ms",
                *(f"{found.median(kind, what):.2f}" for kind in KINDS),
                f"{_by_both(found, what):.3f}",
                f"{found.median('with', what) / found.median('elsewhere', what):.3f}",
                f"{found.median(KINDS[2], what) / found.median(KINDS[0], what):.3f}",
                rounds,
            )
    return made


def _by_both(found: Found, what: str) -> float:
    """Compare the runs with reads to all of those without."""
    without = [getattr(one, what) for kind in (KINDS[0], KINDS[2]) for one in found.runs[kind]]
    return found.median("with", what) / statistics.median(without)


def main() -> None:
    """Read the options, measure, show the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.reads_bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="everything's place")
    parser.add_argument("--rounds", type=int, help="other than the size's")
    parser.add_argument("--port", type=int, default=17000, help="first of the ports used")
    options = parser.parse_args()
    size = SIZES[options.size]
    if options.rounds:
        size = dataclasses.replace(size, rounds=options.rounds)
    folder: Path = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if Console().is_terminal else 200)
    results = measure(
        Ground(folder, Ports(options.port)),
        size,
        lambda words: console.print(words, highlight=False, soft_wrap=True),
    )
    console.print(table(results))
    file = folder / f"reads-{options.size}.json"
    about = {"processors": os.cpu_count(), "load": os.getloadavg()}
    file.write_bytes(
        orjson.dumps({"about": about, "runs": [dataclasses.asdict(one) for one in results]})
    )
    console.print(f"all runs: {file}")


if __name__ == "__main__":
    main()
