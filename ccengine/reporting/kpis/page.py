"""Figures as one page of HTML: a table, the formulas, and plots of the days' course."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.counts import DAY, QUARTER, TIMES, Counts
from ccengine.reporting.kpis.facts import Doing, Ms
from ccengine.reporting.kpis.formulas import rounded
from ccengine.reporting.pages import document, legend
from ccengine.reporting.plots import (
    Axes,
    Series,
    bars,
    nice_top,
    stacked_areas,
    stacked_bars,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.reporting.kpis.table import Line, Table

FATES = (
    ("answered", "var(--blue)"),
    ("abandoned", "var(--orange)"),
    ("left", "var(--grey)"),
    ("callbacks", "var(--violet)"),
)
STATES: tuple[tuple[str, str, tuple[Doing, ...]], ...] = (
    ("talking", "var(--blue)", (Doing.TALKING, Doing.HOLDING)),
    ("other calls", "var(--red)", (Doing.CONNECTING, Doing.CONSULTING, Doing.INTERNAL)),
    ("wrap-up", "var(--violet)", (Doing.WRAP_UP,)),
    ("phone rings", "var(--orange)", (Doing.RINGING,)),
    ("free", "var(--green)", (Doing.AVAILABLE,)),
    ("not ready", "var(--grey)", (Doing.NOT_READY,)),
)
LABELS = 12
FINE_DAYS = 3  #: so many days are shown by half hours, more by days


def interval_for(begins: Ms, ends: Ms) -> Interval:
    """Return by which intervals a course of days is told."""
    return Interval.HALF if ends - begins <= FINE_DAYS * DAY + DAY // 12 else Interval.DAY


def page(title: str, days: str, table: Table, course: Table) -> str:
    """Return the whole page.

    Args:
        title: of the page.
        days: that it is about, for people.
        table: the figures.
        course: the same by intervals alone.
    """
    names = "".join(
        f"<p>{escape(figure.name)} = {escape(figure.formula)}</p>" for figure in table.figures
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in table.notes())
    return document(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(days)}</p>",
            "<h2>Figures</h2>",
            f'<div class="tables">{_table(table)}</div>',
            *_plots(course),
            f"<h2>How they are counted</h2>{notes}{names}",
        ],
    )


def _table(table: Table) -> str:
    heads = [f"<th>{escape(by.value)}</th>" for by in table.question.by]
    heads.append("<th>service level</th>")
    heads += [
        f'<th title="{escape(one.name)} = {escape(one.formula)}">{escape(one.head)}</th>'
        for one in table.figures
    ]
    rows = [_row(line, table, "") for line in table.lines]
    if len(table.lines) > 1:
        rows.append(_row(table.total, table, ' class="total"'))
    return f"<table><tr>{''.join(heads)}</tr>{''.join(rows)}</table>"


def _row(line: Line, table: Table, attribute: str) -> str:
    level = line.level
    told = "" if level is None else f"{line.level_name} {rounded(level * 100, 2)} %"
    cells = [*line.labels, told, *(one.text(line.counts) for one in table.figures)]
    return f"<tr{attribute}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _plots(course: Table) -> list[str]:
    places = _places(course)
    lines = {line.labels[0]: line for line in course.lines}
    calendar = course.question.calendar
    there = [lines.get(calendar.text(at)) for at in places]
    counts = [Counts() if line is None else line.counts for line in there]
    levels = [None if line is None or line.level is None else line.level for line in there]
    percent = [None if level is None else float(level * 100) for level in levels]
    return [
        f"<h2>Calls by when they came</h2>{legend(FATES)}",
        _figure(_calls(counts, places, calendar)),
        "<h2>Service level as agreed</h2>",
        _figure(_levels(percent, places, calendar)),
        "<h2>What agents did, mean number</h2>"
        + legend((name, color) for name, color, _ in STATES),
        _figure(_agents(counts, places, (calendar, course.question.ends))),
    ]


def _figure(svg: str) -> str:
    return f'<div class="plots"><figure>{svg}</figure></div>'


def _places(course: Table) -> list[Ms]:
    """Return when each interval begins, those without calls included."""
    question = course.question
    quarters = range(question.begins // QUARTER, -(-question.ends // QUARTER))
    return list(dict.fromkeys(question.calendar.begin(quarter) for quarter in quarters))


def _calls(counts: Sequence[Counts], places: Sequence[Ms], calendar: Calendar) -> str:
    series = [
        Series(name, color, [float(getattr(one, name)) for one in counts]) for name, color in FATES
    ]
    highest = max((sum(getattr(one, name) for name, _ in FATES) for one in counts), default=0)
    return stacked_bars(_axes("calls", places, calendar, nice_top(highest)), series)


def _levels(percent: Sequence[float | None], places: Sequence[Ms], calendar: Calendar) -> str:
    one = Series("served as agreed, percent", "var(--blue)", percent)
    axes = _axes("percent", places, calendar, 100.0)
    return bars(axes, one, line_at=None, line_name="")


def _agents(counts: Sequence[Counts], places: Sequence[Ms], until: tuple[Calendar, Ms]) -> str:
    calendar, ends = until
    lengths = [after - at for at, after in zip(places, [*places[1:], ends], strict=True)]
    series = [
        Series(
            name,
            color,
            [
                sum(getattr(one, TIMES[doing]) for doing in doings) / length
                for one, length in zip(counts, lengths, strict=True)
            ],
        )
        for name, color, doings in STATES
    ]
    highest = max((one.logged_in / at for one, at in zip(counts, lengths, strict=True)), default=0)
    return stacked_areas(_axes("agents", places, calendar, nice_top(highest)), series)


def _axes(label: str, places: Sequence[Ms], calendar: Calendar, top: float) -> Axes:
    days = calendar.interval is Interval.DAY

    def text(place: int) -> str:
        if place >= len(places):
            return ""
        told = calendar.text(places[place])
        return told[5:10] if days else told[11:16]

    apart = max(1, -(-len(places) // LABELS))
    return Axes("day" if days else "time of day", label, len(places), text, apart, top)
