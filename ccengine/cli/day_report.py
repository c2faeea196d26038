"""What `simulate` and `replay` share: tables, files, and how far a long run has come."""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ccengine.cli.output import console, errors
from ccengine.cli.report_files import write
from ccengine.cli.tables import Table
from ccengine.ivr.configuration import load_configuration
from ccengine.simulator.comparison import COLUMNS, Column, Line, lines
from ccengine.simulator.page import page
from ccengine.simulator.results import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ccengine.config.problems import Problem
    from ccengine.core.ids import Instant
    from ccengine.ivr.configuration import Configuration
    from ccengine.simulator.runs import Report, Run

CHANGE_COLORS = {"better": "green", "worse": "red", "": "dim"}
WIDTH_OF_FILES = 160  #: where the table goes to no terminal, which would say how wide it is
WIDTH_OF_ALL = 140  #: narrower ones show the figures that matter most


def publish(report: Report, as_json: Path | None, as_html: Path | None) -> None:
    """Print the report's table, and write the files that were asked for."""
    seed = "" if report.seed is None else f", seed {report.seed}"
    console.print(f"[bold]{escape(report.title)}[/] {report.day}{seed}")
    wide = console if console.is_terminal else Console(width=WIDTH_OF_FILES, highlight=False)
    wide.print(_table(report.runs, wide.width))
    for promise in _promises(report.runs[0]):
        console.print(f"[dim]{escape(promise)}[/]", soft_wrap=True)
    for remark in report.remarks:
        console.print(f"[dim]{escape(remark)}[/]", soft_wrap=True)
    for run in report.runs:
        for what, count in run.refused.items():
            errors.print(f"{escape(run.label)}: {count} x impossible: {escape(what)}")
    if as_json is not None:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
        write(text + "\n", as_json)
    if as_html is not None:
        write(page(report), as_html)


def configuration_of(folder: Path) -> Configuration:
    """Return the checked configuration of a tenant's folder, or print its mistakes and end."""
    configuration = load_configuration(folder.resolve())
    end_on(configuration.problems)
    return configuration


def end_on(problems: Sequence[Problem]) -> None:
    """Print the mistakes and end with exit code 1, if there are any."""
    if not problems:
        return
    for problem in problems:
        typer.echo(str(problem), err=True)
    count = len(problems)
    typer.echo(f"{count} {'mistake' if count == 1 else 'mistakes'}", err=True)
    raise typer.Exit(1)


@contextmanager
def progress(label: str, starts: Instant, ends: Instant) -> Iterator[Callable[[Instant], None]]:
    """Play a virtual day inside: fast, and on a terminal shown how far it has come."""
    # A run keeps nearly all it makes, and looking for garbage in that takes a tenth of its time.
    gc.disable()
    try:
        with _bar(label, starts, ends) as tick:
            yield tick
    finally:
        gc.enable()


@contextmanager
def _bar(label: str, starts: Instant, ends: Instant) -> Iterator[Callable[[Instant], None]]:
    if not errors.is_terminal:
        yield _ignore
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(label, total=max(1.0, ends - starts))
        yield lambda now: bar.update(task, completed=min(now, ends) - starts)


def _ignore(now: Instant) -> None:
    del now


def _table(runs: Sequence[Run], width: int) -> Table:
    columns = [column for column in COLUMNS if column.matters or width >= WIDTH_OF_ALL]
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("queue", no_wrap=True)
    if len(runs) > 1:
        table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column.head, justify="right", no_wrap=True)
    for group in lines(runs):
        if group[0].figures.name == ALL:
            table.add_section()
        for line in group:
            for cells in _rows(line, columns, several=len(runs) > 1):
                table.add_row(*cells)
    return table


def _rows(line: Line, columns: Sequence[Column], *, several: bool) -> Iterator[list[str]]:
    """Yield the line's figures and, where something has changed, by how much."""
    figures = [escape(line.figures.name) if line.before is None else ""]
    changes = [""]
    if several:
        figures.append(escape(line.run.label))
        changes.append("")
    for column in columns:
        text, change, verdict = line.cell(column)
        figures.append(text)
        changes.append(f"[{CHANGE_COLORS[verdict]}]{change}[/]" if change else "")
    yield figures
    if any(changes):
        yield changes


def _promises(run: Run) -> Iterator[str]:
    yield "SL as each contract says; waits in seconds, ringing included; p50 to p99 of the answered"
    by_text: dict[str, list[str]] = {}
    for line in run.figures:
        if "/" in line.name and line.promise:
            names = by_text.setdefault(line.promise, [])
            client = line.name.partition("/")[0]
            if client not in names:
                names.append(client)
    for promise, clients in by_text.items():
        yield f"{', '.join(clients)}: {promise}"
