"""The columns of a report, for a terminal and a page alike, and what a change of each means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.simulator.results import ALL, Figures
from ccengine.simulator.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


RINGING = "in seconds, ringing included"
OCCUPANCY = "of the agents who took these calls: time with a call, of that with a call or free"
_NOTICED = 0.05  # a smaller change shows as none


@dataclass(frozen=True, slots=True)
class Column:
    """One figure."""

    head: str
    field: str  #: of `Figures`; `waits.p90` for one of the waits
    digits: int
    better: int  #: 1: more is better, -1: less is better, 0: neither
    meaning: str
    matters: bool = False  #: is shown where there is little room, too


COLUMNS = (
    Column("offered", "offered", 0, 0, "callers who entered the queue", matters=True),
    Column("answered", "answered", 0, 1, "callers who talked with an agent"),
    Column("abandoned", "abandoned", 0, -1, "callers who hung up in line"),
    Column("sent on", "sent_on", 0, 0, "callers whom the queue's limits sent elsewhere"),
    Column("SL %", "service_level", 1, 1, "served as the contract says", matters=True),
    Column("ASA", "asa", 1, -1, f"mean wait of the answered, {RINGING}", matters=True),
    Column("aband. %", "abandon_rate", 1, -1, "abandoned of the offered", matters=True),
    Column("occup. %", "occupancy", 1, 0, OCCUPANCY, matters=True),
    Column("AHT", "aht", 1, 0, "mean of talk and wrap-up, in seconds"),
    Column("p50", "waits.p50", 1, -1, "half of the answered waited at most so many seconds"),
    Column("p90", "waits.p90", 1, -1, "9 of 10 answered waited at most so long", matters=True),
    Column("p95", "waits.p95", 1, -1, "19 of 20 answered waited at most so many seconds"),
    Column("p99", "waits.p99", 1, -1, "99 of 100 answered waited at most so many seconds"),
    Column("longest", "longest", 1, -1, "wait of anybody, in seconds", matters=True),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One queue's figures in one run, and in the run before it."""

    run: Run
    figures: Figures
    before: Figures | None

    def cell(self, column: Column) -> tuple[str, str, str]:
        """Return the figure, its change, and whether that is `better` or `worse`."""
        text = shown(column, self.figures)
        return (text, "", "") if self.before is None else (
            text, *difference(column, self.before, self.figures)
        )  # fmt: skip


def lines(runs: Sequence[Run]) -> Iterator[list[Line]]:
    """Yield for each queue, then each client, then all, its lines in the runs that have it."""
    by_name: dict[str, list[Line]] = {}
    for run in runs:
        for figures in run.figures:
            known = by_name.setdefault(figures.name, [])
            known.append(Line(run, figures, known[-1].figures if known else None))
    for name in sorted(by_name, key=lambda name: (name == ALL, "/" not in name, name)):
        yield by_name[name]


def value(column: Column, line: Figures) -> float | None:
    """Return the column's figure, None if there was nothing to count."""
    name, _, key = column.field.partition(".")
    found = getattr(line, name)
    if key:
        found = found[key] if line.answered else None
    return None if found is None else float(found)


def shown(column: Column, line: Figures) -> str:
    """Return the column's figure as text, `-` if there was nothing to count."""
    found = value(column, line)
    return "-" if found is None else f"{found:,.{column.digits}f}"


def difference(column: Column, before: Figures, after: Figures) -> tuple[str, str]:
    """Return the change as text, empty for none, and `better`, `worse` or an empty verdict."""
    old, new = value(column, before), value(column, after)
    if old is None or new is None or abs(new - old) < _NOTICED:
        return "", ""
    change = new - old
    verdict = "better" if change * column.better > 0 else "worse" if column.better else ""
    return f"{change:+,.{column.digits}f}", verdict
