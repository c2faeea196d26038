"""Medians and ratios: a table for people, JSON for programs."""

from __future__ import annotations

import dataclasses
import statistics
from typing import TYPE_CHECKING, Final

import orjson
from rich.table import Table

from tests.benchmarks.inbound.runs import Outcome, System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.benchmarks.inbound.rounds import Results

Key = tuple[int, int, bool]  # agents, rate, recorded
AGAINST: Final = System.QUEUE_YES


def line(outcome: Outcome) -> str:
    """Say in one line what a run showed."""
    point = outcome.point
    words = [
        f"{point.system:14}{point.agents:4} agents {point.rate:3}/s",
        "rec  " if point.recorded else "plain",
        f"bridged {outcome.bridged}/{outcome.offered}",
        f"p50 {outcome.p50:.1f} p99 {outcome.p99:.1f} ms",
        f"CPU {outcome.asterisk_cpu:.1f}+{outcome.engine_cpu:.1f} ms",
        f"twice {outcome.rung_twice}",
        f"idle {outcome.idle:.0%}",
    ]
    if point.recorded:
        words.append(f"files {outcome.recordings}")
    if outcome.requests is not None:
        asked = outcome.requests
        words.append(f"requests {asked.mean:.2f} (most {asked.most_at_once}) {asked.between}")
    if outcome.dropped or outcome.left_over:
        words.append(f"VOID: {outcome.dropped} packets, {outcome.left_over} channels left")
    return "  ".join(words)


def table(results: Results) -> Table:
    """Lay out the medians with the engine's ratios to the baseline."""
    made = Table(title="Caller's INVITE to agent's INVITE, and what a bridged call costs (medians)")
    for heading in ("agents", "offered/s", "recorded", "system", "bridged"):
        made.add_column(heading)
    for heading in ("p50 ms", "p99 ms", "CPU ms/call", "rung twice", "requests", "idle"):
        made.add_column(heading, justify="right")
    for key, outcomes in _grouped(results.fixed).items():
        for system, runs in outcomes.items():
            made.add_row(*_row(key, system, runs, outcomes.get(AGAINST, [])))
        made.add_section()
    return made


def highest(results: Results) -> Table:
    """Lay out the highest rate each system carried."""
    made = Table(title="Highest rate carried, calls/s (99.5 % bridged, p99 within 1 s)")
    for heading in ("system", "recorded", "median", "each round"):
        made.add_column(heading)
    for (system, recorded), rates in results.highest.items():
        median = f"{statistics.median(rates):.0f}"
        made.add_row(system, _yes(recorded), median, " ".join(map(str, rates)))
    return made


def save(results: Results, file: Path, about: dict[str, str]) -> None:
    """Write everything that was measured, and the medians."""
    document = {
        "about": about,
        "medians": [
            {"agents": key[0], "rate": key[1], "recorded": key[2], "system": system}
            | _medians(runs)
            for key, outcomes in _grouped(results.fixed).items()
            for system, runs in outcomes.items()
        ],
        "highest": [
            {"system": system, "recorded": recorded, "rates": rates}
            for (system, recorded), rates in results.highest.items()
        ],
        "runs": [dataclasses.asdict(run) for run in results.fixed],
        "ladders": [dataclasses.asdict(run) for run in results.ladders],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _grouped(outcomes: Iterable[Outcome]) -> dict[Key, dict[System, list[Outcome]]]:
    groups: dict[Key, dict[System, list[Outcome]]] = {}
    for outcome in outcomes:
        point = outcome.point
        key = (point.agents, point.rate, point.recorded)
        groups.setdefault(key, {}).setdefault(point.system, []).append(outcome)
    return {
        key: {system: group[system] for system in System if system in group}
        for key, group in groups.items()
    }


def _medians(runs: list[Outcome]) -> dict[str, float]:
    return {
        "p50_ms": _median(runs, lambda run: run.p50),
        "p99_ms": _median(runs, lambda run: run.p99),
        "cpu_ms": _median(runs, lambda run: run.cpu),
        "engine_cpu_ms": _median(runs, lambda run: run.engine_cpu),
        "bridged": sum(run.bridged for run in runs),
        "offered": sum(run.offered for run in runs),
        "rung_twice": sum(run.rung_twice for run in runs),
        "idle": _median(runs, lambda run: run.idle),
    }


def _row(key: Key, system: System, runs: list[Outcome], against: list[Outcome]) -> list[str]:
    def timed(of: Callable[[Outcome], float]) -> str:
        mine = _median(runs, of)
        if system is not System.ENGINE or not against:
            return f"{mine:.1f}"
        return f"{mine:.1f} (x{mine / _median(against, of):.2f})"

    requests = [run.requests for run in runs if run.requests is not None]
    return [
        str(key[0]),
        str(key[1]),
        _yes(key[2]),
        system,
        f"{sum(run.bridged for run in runs)}/{sum(run.offered for run in runs)}",
        timed(lambda run: run.p50),
        timed(lambda run: run.p99),
        timed(lambda run: run.cpu),
        str(sum(run.rung_twice for run in runs)),
        f"{statistics.median(one.mean for one in requests):.2f}" if requests else "",
        f"{_median(runs, lambda run: run.idle):.0%}",
    ]


def _median(runs: list[Outcome], of: Callable[[Outcome], float]) -> float:
    return statistics.median(of(run) for run in runs)


def _yes(is_so: object) -> str:
    return "yes" if is_so else "no"
