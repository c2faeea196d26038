"""Who uses the processors: process by process, as the kernel counts; and what the disk is given."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.inbound.asterisk import TICKS, spent

SECTOR_BYTES: Final = 512
SOFTIRQ: Final = 7
"""Its place among a processor's times: most of it is packets on their way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What had been used so far, in seconds."""

    at: float
    seconds: Mapping[str, float]  #: of a processor, by part
    idle: float
    machine: float  #: of all processors together
    softirq: float
    disk_bytes: float  #: written by everybody


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used between two readings; one processor is 100 percent."""

    seconds: float
    percent: Mapping[str, float]  #: by part
    rest_percent: float  #: of everybody else on the machine
    idle_percent: float  #: of all processors
    softirq_percent: float
    disk_bytes_per_second: float

    def milliseconds(self, part: str) -> float:
        """Return what a part used in all."""
        return self.percent[part] * self.seconds * 10


def read(parts: Mapping[str, Collection[int]]) -> Reading:
    """Read it for these parts, each some processes; one that has ended counts no more."""
    words = Path("/proc/stat").read_text().split("\n")[0].split()
    machine = spent(0)
    return Reading(
        at=time.perf_counter(),
        seconds={name: sum(map(_seconds, pids)) for name, pids in parts.items()},
        idle=machine.idle,
        machine=machine.machine,
        softirq=int(words[SOFTIRQ]) / TICKS,
        disk_bytes=_written(),
    )


def between(before: Reading, after: Reading) -> Usage:
    """Return what was used meanwhile."""
    seconds = after.at - before.at
    percent = {
        name: 100 * (used - before.seconds.get(name, 0.0)) / seconds
        for name, used in after.seconds.items()
    }
    machine, idle = after.machine - before.machine, after.idle - before.idle
    softirq = 100 * (after.softirq - before.softirq) / seconds
    return Usage(
        seconds=seconds,
        percent=percent,
        rest_percent=100 * (machine - idle) / seconds - sum(percent.values()) - softirq,
        idle_percent=100 * idle / max(0.01, machine),
        softirq_percent=softirq,
        disk_bytes_per_second=(after.disk_bytes - before.disk_bytes) / seconds,
    )


def children(pid: int) -> list[int]:
    """Return a process's children, and theirs."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            found += [child, *children(child)]
    return found


def _seconds(pid: int) -> float:
    try:
        return spent(pid).process
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _written() -> float:
    """Count what whole disks were given; a disk made of memory is none."""
    total = 0
    for line in Path("/proc/diskstats").read_text().splitlines():
        words = line.split()
        if Path("/sys/block", words[2]).exists() and not words[2].startswith(("zram", "ram")):
            total += int(words[9])
    return total * SECTOR_BYTES
