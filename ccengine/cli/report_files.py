"""A report's figures as a table, CSV or JSON: formulas go with the figures."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from ccengine.cli.output import console, fail
from ccengine.cli.tables import Table as Printed
from ccengine.reporting.kpis.formulas import (
    QUALITY,
    SURVEYS,
    Unit,
    as_counted,
    has_quality,
    in_unit,
    rounded,
)
from ccengine.reporting.kpis.table import SL_AGREED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from fractions import Fraction
    from pathlib import Path

    from ccengine.reporting.kpis.formulas import Figure
    from ccengine.reporting.kpis.table import Line, Table

WIDE = 200  #: where the table goes to no terminal
PLACES = 6
MATTERS = (
    "offered",
    "answered",
    "abandoned",
    "left",
    "ASA v1",
    "abandon rate v1",
    "handled",
    "AHT v1",
    "occupancy v1",
    "logged in v1",
)
"""Figures of the table on a terminal, beside callers' opinions if there are any. Files have all."""


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"  #: with plots


def expect_no_page(format_: Format) -> None:
    """End if a page is asked for where there are no plots to show."""
    if format_ is Format.HTML:
        fail("of this there is no page", "write it as table, csv or json", code=2)


def write(text: str, out: Path | None) -> None:
    """Write to a file, or print."""
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}", "choose another file")


def printed(table: Printed, notes: Iterable[str], width: int = WIDE) -> str:
    """Return a table and notes below it, a line each, as they are printed."""
    text = io.StringIO()
    printer = Console(file=text, width=width, highlight=False)
    printer.print(table)
    for note in notes:
        printer.print(note, markup=False, soft_wrap=True)
    return text.getvalue()


def days_text(table: Table) -> str:
    """Return the days a table is of, and their zone."""
    question = table.question
    zone = ZoneInfo(question.calendar.zone)
    first, last = (
        datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
        for at in (question.begins, question.ends - 1)
    )
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{days}, days and hours of {question.calendar.zone}"


def as_table(table: Table, title: str, out: Path | None) -> None:
    """Print the figures that matter most, and the formulas of these."""
    counts = table.total.counts
    matters = {*MATTERS, *(one.name for one in SURVEYS if counts.survey_asked)}
    matters |= {one.name for one in QUALITY if has_quality(counts)}
    figures = [figure for figure in table.figures if figure.name in matters]
    shown = Printed(show_edge=False, pad_edge=False)
    for by in table.question.by:
        shown.add_column(by.value, no_wrap=True)
    shown.add_column("service level", justify="right", no_wrap=True)
    for figure in figures:
        shown.add_column(figure.head, justify="right", no_wrap=True)
    for line in table.lines:
        shown.add_row(*_cells(line, figures))
    if len(table.lines) > 1:
        shown.add_section()
        shown.add_row(*_cells(table.total, figures))
    formulas = [f"{one.name} = {one.formula}" for one in figures]
    width = console.width if console.is_terminal and out is None else WIDE
    text = printed(shown, [*table.notes(), table.check(), *formulas], width)
    write(f"{title}, {days_text(table)}\n{text}", out)


def _cells(line: Line, figures: list[Figure]) -> list[str]:
    level = line.level
    told = "" if level is None else f"{line.level_name} {rounded(level * 100, 2)} %"
    labels = [escape(label) or "-" for label in line.labels]
    return [*labels, told, *(figure.text(line.counts) for figure in figures)]


def as_csv(table: Table, title: str, out: Path | None) -> None:
    """Write all figures, then all counts as they are, times in milliseconds."""
    del title
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    counted = list(as_counted(table.total.counts))
    figures = [one for one in table.figures if one.unit is not Unit.COUNT]
    heads = [f"{one.name} [{one.unit}] = {one.formula}" for one in figures]
    names = [by.value for by in table.question.by]
    writer.writerow([*names, "SL form", "SL [percent]", *heads, *counted])
    for line in [*table.lines, table.total]:
        level = "" if line.level is None else rounded(line.level * 100, PLACES)
        values = [one.text(line.counts, PLACES) for one in figures]
        counts = as_counted(line.counts).values()
        writer.writerow([*line.labels, line.level_name, level, *values, *counts])
    write(text.getvalue(), out)


def as_json(table: Table, title: str, out: Path | None) -> None:
    """Write all figures, with numerator and denominator, and all counts."""
    question = table.question
    whole = {
        "title": title,
        "days": days_text(table),
        "begins": question.begins,
        "ends": question.ends,
        "by": [by.value for by in question.by],
        "formulas": {one.name: one.formula for one in table.figures},
        "notes": [*table.notes(), table.check()],
        "lines": [_line(line, table) for line in table.lines],
        "total": _line(table.total, table),
    }
    write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", out)


def _line(line: Line, table: Table) -> dict[str, Any]:
    names = [by.value for by in table.question.by]
    level = {"form": line.level_name, **_exact(line.level, line.good, line.judged, Unit.PERCENT)}
    figures = {
        one.name: _exact(one.of(line.counts), *one.parts(line.counts), one.unit)
        for one in table.figures
        if one.unit is not Unit.COUNT
    }
    return {
        "labels": dict(zip(names, line.labels, strict=False)),
        SL_AGREED: level,
        "figures": figures,
        "counts": as_counted(line.counts),
    }


def _exact(value: Fraction | None, part: int, whole: int, unit: Unit) -> dict[str, Any]:
    told = None if value is None else rounded(in_unit(value, unit), PLACES)
    return {"value": told, "unit": unit.value, "numerator": part, "denominator": whole}


FORMATS: Mapping[Format, Callable[[Table, str, Path | None], None]] = {
    Format.TABLE: as_table,
    Format.CSV: as_csv,
    Format.JSON: as_json,
}
