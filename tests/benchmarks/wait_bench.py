"""How wrong wait estimates are, in seconds (root of the mean squared error), beside app_queue's.

python -m tests.benchmarks.wait_bench [calls]
"""

from __future__ import annotations

import sys
from math import sqrt
from typing import TYPE_CHECKING

from tests.core.random_line import RandomLine, Waited

if TYPE_CHECKING:
    from collections.abc import Callable

LINES: list[tuple[int, float, float | None, float]] = [
    (5, 0.8, None, 1.0),
    (5, 0.95, None, 1.0),
    (5, 1.2, 200.0, 1.0),
    (20, 0.95, None, 1.0),
    (20, 1.2, 200.0, 1.0),
    (20, 0.9, 200.0, 1.5),
    (50, 1.1, 300.0, 1.0),
]
SAYS: dict[str, Callable[[Waited], float | None]] = {
    "last": lambda one: one.guess.last,
    "head": lambda one: one.guess.head,
    "length": lambda one: one.guess.length,
    "mixed": lambda one: one.guess.mixed,
    "app_queue": lambda one: one.app_queue,
}


def error(waited: list[Waited], says: Callable[[Waited], float | None]) -> float:
    """Return the root of the mean squared error of what was said."""
    squares = [(said - one.seconds) ** 2 for one in waited if (said := says(one)) is not None]
    return sqrt(sum(squares) / len(squares))


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    write = sys.stdout.write
    write(f"{'agents':>6} {'load':>5} {'patience':>8} {'slower':>6} {'mean wait':>9}")
    write("".join(f"{name:>10}" for name in SAYS) + f"{'in range':>10}\n")
    for agents, load, patience, slower_by in LINES:
        line = RandomLine(agents, load, patience, seed=1)
        line.run(calls, slower_by=slower_by)
        waited = line.waited[len(line.waited) // 10 :]  # it learns from the first
        mean = sum(one.seconds for one in waited) / len(waited)
        write(f"{agents:>6} {load:>5} {patience or '':>8} {slower_by:>6} {mean:>9.1f}")
        write("".join(f"{error(waited, says):>10.1f}" for says in SAYS.values()))
        inside = sum(
            one.estimate.low_seconds <= one.seconds <= one.estimate.high_seconds for one in waited
        )
        write(f"{inside / len(waited):>10.0%}\n")


if __name__ == "__main__":
    main()
