"""Which of the tests that take long a run has: those of its part. Light ones are in every run.

All tests take half an hour of two processors, and a commit shall wait for minutes. So `docker/test`
takes the parts in turn, by the number of the commit; in as many commits as there are parts each
test has been run. `docker/test --all` and `--full` run them all, as does naming tests.

What takes long is measured, not guessed: `docker/test --all | tee LOG`, then
`python -m tests.parts LOG` writes `seconds.txt` anew. A test that it does not know is light.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest

FILE: Final = Path(__file__).parent / "seconds.txt"
LONG_SECONDS: Final = 0.5
SETTING: Final = "CCENGINE_TEST_PART"
WITH_CALLS: Final = ("tests/asterisk/", "tests/e2e/", "tests/phone/")
BENCHMARKS: Final = "benchmarks"
MEASURED: Final = re.compile(r"^\s*([0-9.]+)s (?:call|setup|teardown)\s+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One of so many, from 1."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Take it from `2/6`.

        Raises:
            ValueError: it is written otherwise, or there is no such part.
        """
        number, _, of = text.partition("/")
        if not 1 <= int(number) <= int(of):
            message = f"{SETTING}={text}: there is no such part; 2/6 is the second of six"
            raise ValueError(message)
        return cls(int(number), int(of))

    def has(self, name: str, parts: Mapping[str, int]) -> bool:
        """Tell whether a test is in it; light ones are in each."""
        return parts.get(unit_of(name), self.number) == self.number


def asked() -> Part | None:
    """Return the part that the environment asks for; None: everything."""
    text = os.environ.get(SETTING, "")
    return Part.read(text) if text else None


def long_ones(file: Path = FILE) -> dict[str, float]:
    """Return how many seconds each test that takes long takes, by its name."""
    rows = (line.split(" ", 1) for line in file.read_text().splitlines())
    return {name: float(seconds) for seconds, name in rows}


def measured(log: str) -> dict[str, float]:
    """Return the tests that took long, by what pytest has printed of them."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for took, name in MEASURED.findall(log):
        seconds[name.strip()] += float(took)
    return {name: took for name, took in seconds.items() if took >= LONG_SECONDS}


def unit_of(name: str) -> str:
    """Return what is run as a whole: a test, or all benchmarks of a file, which measure once."""
    return name.partition("::")[0] if _stage(name) == BENCHMARKS else name


def shared_out(seconds: Mapping[str, float], of: int) -> dict[str, int]:
    """Return each unit's part, so that the parts of each stage of docker/test take as long."""
    units: defaultdict[str, float] = defaultdict(float)
    for name, took in seconds.items():
        units[unit_of(name)] += took
    filled: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * of)
    parts = {}
    for unit in sorted(units, key=lambda unit: (-units[unit], unit)):
        taken = filled[_stage(unit)]
        least = taken.index(min(taken))
        taken[least] += units[unit]
        parts[unit] = least + 1
    return parts


def _stage(name: str) -> str:
    if name.startswith(WITH_CALLS):
        return "calls"
    return BENCHMARKS if name.startswith("tests/benchmarks/") else "computing"


def take(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not of the part; files that take longest come first, so all end at once."""
    seconds, part = long_ones(), asked()
    if part is not None:
        parts = shared_out(seconds, part.of)
        others = [one for one in items if not part.has(one.nodeid, parts)]
        config.hook.pytest_deselected(items=others)
        left_out = {one.nodeid for one in others}
        items[:] = [one for one in items if one.nodeid not in left_out]
    files: defaultdict[str, float] = defaultdict(float)
    for one in items:
        files[one.location[0]] += seconds.get(one.nodeid, 0.0)
    items.sort(key=lambda one: -files[one.location[0]])


def told(part: Part, seconds: Mapping[str, float]) -> str:
    """Say how much was left out."""
    parts = shared_out(seconds, part.of)
    others = sum(not part.has(name, parts) for name in seconds)
    return (
        f"Part {part.number} of {part.of}: of {len(seconds)} tests that take more than"
        f" {LONG_SECONDS} s, {others} WERE NOT RUN. docker/test --all runs them."
    )


def main(arguments: Iterable[str]) -> None:
    """Write the list anew from logs; without one say what the asked part leaves out."""
    logs = "".join(Path(log).read_text() for log in arguments)
    if logs:
        found = sorted(measured(logs).items())
        FILE.write_text("".join(f"{seconds:.1f} {name}\n" for name, seconds in found))
        return
    part = asked()
    sys.stdout.write(told(part, long_ones()) + "\n" if part else "All tests were run.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
