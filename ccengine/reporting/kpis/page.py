"""Figures as one page of HTML: a table, the formulas, and plots of the days' course."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.cells import TIMES, Counts
from ccengine.reporting.kpis.counts import DAY, QUARTER
from ccengine.reporting.kpis.facts import Doing, Ms
from ccengine.reporting.kpis.formulas import (
    CONTACTS,
    QUALITY,
    SURVEYS,
    TALKS,
    WORK,
    Unit,
    has_quality,
    rounded,
)
from ccengine.reporting.kpis.table import SL_AGREED
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

    from ccengine.reporting.kpis.formulas import Figure
    from ccengine.reporting.kpis.table import Line, Table

UNITS = {Unit.COUNT: "", Unit.PERCENT: "%", Unit.SECONDS: "s", Unit.HOURS: "h", Unit.SCORE: ""}
NOBODY = "(none)"
FATES = (
    ("answered", "answered", "var(--blue)"),
    ("abandoned", "abandoned", "var(--orange)"),
    ("sent on", "left", "var(--grey)"),
    ("callbacks", "callbacks", "var(--violet)"),
)
"""Names, counts and colors."""
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
    notes = "".join(f"<p>{escape(note)}</p>" for note in [*table.notes(), table.check()])
    return document(
        title,
        [
            f"<header><h1>{escape(title)}</h1><p>{escape(days)}</p></header>",
            "<main>",
            "<h2>Figures</h2>",
            *(_part(name, figures, table, notes) for name, figures in _parts(table)),
            "<h2>Course</h2>",
            f'<div class="plots">{"".join(_plots(course))}</div>',
            "</main>",
        ],
    )


def _parts(table: Table) -> list[tuple[str, list[Figure]]]:
    """Return figures by subject: a table of all of them would be too wide to read, or to print."""
    subjects = (
        ("Contacts", CONTACTS),
        ("Talks", TALKS),
        ("Callers' opinions", SURVEYS if table.total.counts.survey_asked else ()),
        ("Quality", QUALITY if has_quality(table.total.counts) else ()),
        ("Agents' work", WORK),
    )
    found = [(name, [one for one in all_ if one in table.figures]) for name, all_ in subjects]
    return [(name, figures) for name, figures in found if figures]


def _part(name: str, figures: Sequence[Figure], table: Table, notes: str) -> str:
    """Return figures of one subject, their formulas right below."""
    with_level = figures[0] in CONTACTS
    formulas = "".join(
        f"<div><dt>{escape(_name(one))}</dt> <dd>= {escape(one.formula)}</dd></div>"
        for one in figures
    )
    return (
        f'<section aria-label="{escape(name)}">'
        f'<div class="tables" tabindex="0" role="group" aria-label="{escape(name)}: table">'
        f"{_table(name, figures, table, with_level=with_level)}</div>"
        f'{notes if with_level else ""}<dl class="formulas">{formulas}</dl></section>'
    )


def _table(name: str, figures: Sequence[Figure], table: Table, *, with_level: bool) -> str:
    heads = [f'<th scope="col" class="name">{escape(by.value)}</th>' for by in table.question.by]
    if with_level:
        heads.append(f'<th scope="col">{SL_AGREED} as agreed<small>%</small></th>')
    heads += [
        f'<th scope="col" title="{escape(f"{one.name} = {one.formula}")}">{escape(_name(one))}'
        f"<small>{UNITS[one.unit]}</small></th>"
        for one in figures
    ]
    rows = [_row(line, figures, "", with_level=with_level) for line in table.lines]
    if len(table.lines) > 1:
        rows.append(_row(table.total, figures, ' class="total"', with_level=with_level))
    return (
        f"<table><caption>{escape(name)}</caption><thead><tr>{''.join(heads)}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _name(figure: Figure) -> str:
    """Return what a figure is called: its formula's name; of a count, what is counted."""
    return figure.head if figure.unit is Unit.COUNT else figure.name


def _row(line: Line, figures: Sequence[Figure], attribute: str, *, with_level: bool) -> str:
    names = "".join(
        f'<th scope="row" class="name" dir="auto">{escape(label) or NOBODY}</th>'
        for label in line.labels
    )
    cells = [escape(one.text(line.counts)) for one in figures]
    if with_level:
        level = line.level
        told = f"{line.level_name} {rounded(level * 100, 2)}" if level is not None else ""
        cells.insert(0, escape(told))
    return f"<tr{attribute}>{names}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _plots(course: Table) -> list[str]:
    places = _places(course)
    lines = {line.labels[0]: line for line in course.lines}
    calendar = course.question.calendar
    there = [lines.get(calendar.text(at)) for at in places]
    counts = [Counts() if line is None else line.counts for line in there]
    levels = [None if line is None or line.level is None else line.level for line in there]
    percent = [None if level is None else float(level * 100) for level in levels]
    calls = legend((name, color) for name, _, color in FATES)
    agents = legend((name, color) for name, color, _ in STATES)
    return [
        _figure("Calls by when they came", calls, _calls(counts, places, calendar)),
        _figure("Service level as agreed", "", _levels(percent, places, calendar)),
        _figure(
            "What agents did, mean number",
            agents,
            _agents(counts, places, course),
        ),
    ]


def _figure(title: str, meaning: str, svg: str) -> str:
    return f"<figure><figcaption><h3>{escape(title)}</h3>{meaning}</figcaption>{svg}</figure>"


def _places(course: Table) -> list[Ms]:
    """Return when each interval begins, those without calls included."""
    question = course.question
    quarters = range(question.begins // QUARTER, -(-question.ends // QUARTER))
    return list(dict.fromkeys(question.calendar.begin(quarter) for quarter in quarters))


def _calls(counts: Sequence[Counts], places: Sequence[Ms], calendar: Calendar) -> str:
    series = [
        Series(name, color, [float(getattr(one, count)) for one in counts])
        for name, count, color in FATES
    ]
    highest = max((sum(getattr(one, name) for _, name, _ in FATES) for one in counts), default=0)
    return stacked_bars(_axes("calls", places, calendar, nice_top(highest)), series)


def _levels(percent: Sequence[float | None], places: Sequence[Ms], calendar: Calendar) -> str:
    one = Series("served as agreed, percent", "var(--blue)", percent)
    axes = _axes("percent", places, calendar, 100.0)
    return bars(axes, one, line_at=None, line_name="")


def _agents(counts: Sequence[Counts], places: Sequence[Ms], course: Table) -> str:
    lengths = _lengths(places, course)
    series = [
        Series(
            name,
            color,
            [
                sum(getattr(one, TIMES[doing]) for doing in doings) / length if length else None
                for one, length in zip(counts, lengths, strict=True)
            ],
        )
        for name, color, doings in STATES
    ]
    numbers = [
        one.logged_in / length for one, length in zip(counts, lengths, strict=True) if length
    ]
    top = nice_top(max(numbers, default=0))
    return stacked_areas(_axes("agents", places, course.question.calendar, top), series)


def _lengths(places: Sequence[Ms], course: Table) -> list[Ms]:
    """Return how much of each interval has been counted: a day that goes on ends before its end."""
    begins = [*places, course.question.ends]
    return [
        max(0, min(after, course.until) - at) for at, after in zip(places, begins[1:], strict=True)
    ]


def _axes(label: str, places: Sequence[Ms], calendar: Calendar, top: float) -> Axes:
    days = calendar.interval is Interval.DAY

    def text(place: int) -> str:
        if place >= len(places):
            return ""
        told = calendar.text(places[place])
        return told[5:10] if days else told[11:16]

    apart = max(1, -(-len(places) // LABELS))
    return Axes("day" if days else "time of day", label, len(places), text, apart, top)
