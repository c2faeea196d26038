"""A report as one page of HTML that needs nothing else: figures, and plots of the day's course."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ccengine.reporting.pages import document, legend
from ccengine.reporting.plots import (
    Axes,
    Series,
    bars,
    filled_line,
    nice_top,
    stacked_areas,
    stacked_bars,
)
from ccengine.simulator.comparison import COLUMNS, Line, lines
from ccengine.simulator.results import ALL
from ccengine.simulator.timeline import COARSE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ccengine.simulator.runs import Report, Run

STATES = (
    ("on_call", "talking", "var(--blue)"),
    ("wrap_up", "wrap-up", "var(--violet)"),
    ("offered", "phone rings", "var(--orange)"),
    ("available", "free", "var(--green)"),
    ("not_ready", "not ready", "var(--grey)"),
)
ANSWERED, ABANDONED = "var(--blue)", "var(--orange)"
HOUR_MINUTES = 60
HOUR_LABELS = 12


def page(report: Report) -> str:
    """Return the whole page."""
    seed = "" if report.seed is None else f", seed {report.seed}"
    sections = [
        f"<h1>{escape(report.title)}</h1>",
        f"<p>{escape(report.day)}, times in {escape(report.zone)}{seed}</p>",
        *(f"<p>{escape(remark)}</p>" for remark in report.remarks),
        "<h2>Figures</h2>",
        f'<div class="tables">{_table(report.runs)}</div>',
        *_plots(report.runs),
    ]
    return document(report.title, sections)


def _table(runs: Sequence[Run]) -> str:
    heads = "".join(
        f'<th title="{escape(column.meaning)}">{escape(column.head)}</th>' for column in COLUMNS
    )
    label = "" if len(runs) == 1 else "<th></th>"
    rows = "".join(_row(line, several=len(runs) > 1) for group in lines(runs) for line in group)
    return f"<table><tr><th>queue</th>{label}{heads}</tr>{rows}</table>"


def _row(line: Line, *, several: bool) -> str:
    name = line.figures.name if line.before is None else ""
    cells = [f'<td title="{escape(line.figures.promise)}">{escape(name)}</td>']
    if several:
        cells.append(f"<td>{escape(line.run.label)}</td>")
    for column in COLUMNS:
        text, change, verdict = line.cell(column)
        small = f'<small class="{verdict}">{change}</small>' if change else ""
        cells.append(f"<td>{text}{small}</td>")
    total = " class=total" if line.figures.name == ALL else ""
    return f"<tr{total}>{''.join(cells)}</tr>"


def _plots(runs: Sequence[Run]) -> Iterable[str]:
    yield _section("How long callers waited", runs, _waits, legend(
        (("answered", ANSWERED), ("hung up", ABANDONED))
    ))  # fmt: skip
    yield _section("Callers waiting, mean of 5 minutes", runs, _waiting, "")
    names = legend([(name, color) for _, name, color in STATES])
    yield _section("What agents did, mean of 5 minutes", runs, _agents, names)
    yield _section("Service level by half hour", runs, _levels, "")


def _section(
    title: str, runs: Sequence[Run], draw: Callable[[Run, Sequence[Run]], str], legend: str
) -> str:
    figures = "".join(f"<figure>{_caption(run, runs)}{draw(run, runs)}</figure>" for run in runs)
    return f'<h2>{escape(title)}</h2>{legend}<div class="plots">{figures}</div>'


def _caption(run: Run, runs: Sequence[Run]) -> str:
    return f"<h3>{escape(run.label)}</h3>" if len(runs) > 1 else ""


def _waits(run: Run, runs: Sequence[Run]) -> str:
    waits = run.timeline.waits
    totals = [
        [sum(both) for both in zip(one.answered, one.abandoned, strict=True)]
        for one in (one.timeline.waits for one in runs)
    ]
    used = [place for total in totals for place, calls in enumerate(total) if calls]
    places = max(used, default=0) + 1
    axes = Axes(
        "seconds waited, from here to the next number",
        "calls",
        places,
        lambda place: str(waits.from_seconds[place]) if place < places else "",
        1,
        nice_top(max(max(total) for total in totals)),
    )
    series = [
        Series("answered", ANSWERED, list(map(float, waits.answered))),
        Series("hung up", ABANDONED, list(map(float, waits.abandoned))),
    ]
    return stacked_bars(axes, series)


def _waiting(run: Run, runs: Sequence[Run]) -> str:
    highest = max(value for one in runs for value in one.timeline.waiting)
    course = run.timeline
    axes = _time_axes(run, "callers", len(course.waiting), course.step_seconds, nice_top(highest))
    return filled_line(axes, Series("waiting", ANSWERED, course.waiting))


def _agents(run: Run, runs: Sequence[Run]) -> str:
    highest = max(
        sum(values) for one in runs for values in zip(*one.timeline.agents.values(), strict=True)
    )
    course = run.timeline
    axes = _time_axes(run, "agents", len(course.waiting), course.step_seconds, nice_top(highest))
    series = [Series(name, color, course.agents[state]) for state, name, color in STATES]
    return stacked_areas(axes, series)


def _levels(run: Run, runs: Sequence[Run]) -> str:
    del runs
    halves = run.timeline.half_hours
    axes = _time_axes(run, "percent", len(halves), COARSE_SECONDS, 100.0)
    levels = Series("served as promised, percent", ANSWERED, [one.service_level for one in halves])
    words = run.figures[-1].promise.split(" ", 1)
    agreed = float(words[0]) if words[0].isdigit() else None
    return bars(axes, levels, line_at=agreed, line_name="agreed")


def _time_axes(run: Run, label: str, places: int, step_seconds: float, top: float) -> Axes:
    minutes = step_seconds / 60

    def text(place: int) -> str:
        minute = int(run.begins_minute + place * minutes)
        return f"{minute // HOUR_MINUTES % 24:02d}:{minute % HOUR_MINUTES:02d}"

    hours = places * minutes / HOUR_MINUTES
    apart = next((step for step in (0.5, 1, 2, 3) if hours / step <= HOUR_LABELS), 6)
    return Axes(
        "time of day", label, places, text, max(1, int(apart * HOUR_MINUTES / minutes)), top
    )
