"""What commands share: where they print, how they fail, what they are set up with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement

from ccengine.config.settings import Settings
from ccengine.reporting.kpis.calendar import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.table import Table

    from ccengine.config.problems import Problem
    from ccengine.core.ids import Instant
    from ccengine.ivr.configuration import Configuration

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099

WIDEST: Final = 1_000

console = Console(highlight=False)
"""Standard output."""

errors = Console(stderr=True, highlight=False, soft_wrap=True)
"""Standard error, for everything a program that reads our output must not see."""


def print_whole(table: Table) -> None:
    """Print a table with no cell cut short: where the terminal is narrower, its lines wrap."""
    options = console.options.update(max_width=WIDEST)
    natural = Measurement.get(console, options, table).maximum
    wide = console if natural <= console.width else Console(width=natural, highlight=False)
    wide.print(table)


def fail(message: str, remedy: str = "", code: int = 1) -> NoReturn:
    """Say on standard error what is wrong and what to do, and end with the exit code."""
    typer.echo(f"ccengine: {message}{f' — {remedy}' if remedy else ''}", err=True)
    raise typer.Exit(code)


def read_settings() -> Settings:
    """Return the settings from the environment, or say all that is wrong with them."""
    try:
        return Settings()
    except ValidationError as error:
        mistakes = [
            f"CCENGINE_{str(detail['loc'][0]).upper()}={detail['input']}: {detail['msg']}"
            for detail in error.errors(include_url=False)
        ]
    fail("; ".join(mistakes), "see docker/settings.env", code=2)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone, or say that there is none of this name and end."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"there is no time zone '{name}'", "use a name such as Europe/Kyiv", code=2)


def day_named(text: str) -> date:
    """Return a day, or say that it is none and end."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fail(f"'{text}' is no day", "write it as in 2026-01-31", code=2)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:  # some have instants that cannot be told
        fail(f"{day} is not between {FIRST_YEAR} and {LAST_YEAR}", "choose another day", code=2)
    return day


def seconds_of_day(text: str, zone: str) -> tuple[Instant, Instant]:
    """Return from when to when a day lasts in a time zone, or say that it is none and end."""
    day = day_named(text)
    begins, ends = span(day, day, zone)
    return begins / 1000, ends / 1000


def shown(file: Path, settings: Settings) -> Path:
    """Return a file of the dialplan folder as the person on the host knows it."""
    if settings.host_dialplan is not None and file.is_relative_to(settings.dialplan):
        return settings.host_dialplan / file.relative_to(settings.dialplan)
    return file


def print_problems(problems: Sequence[Problem], settings: Settings) -> None:
    """Print one line per mistake on standard error."""
    for problem in problems:
        file = shown(problem.file, settings)
        kind = "warning: " if problem.is_warning else ""
        line = f"{file}:{problem.line}: {kind}{problem.message} — {problem.remedy}"
        typer.echo(line, err=True)
    warnings = sum(problem.is_warning for problem in problems)
    counted = [(len(problems) - warnings, "mistake"), (warnings, "warning")]
    typer.echo(", ".join(count(number, what) for number, what in counted if number), err=True)


def isolated(text: str) -> str:
    """Return text from outside for a line of ours: its direction and its brackets are its own."""
    return f"{FIRST_STRONG_ISOLATE}{escape(text)}{POP_ISOLATE}" if text else ""


def count(number: int, what: str) -> str:
    """Return `1 queue` or `2 queues`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def read_configuration(settings: Settings) -> Configuration:
    """Return the checked configuration, or print its mistakes and end with exit code 1."""
    # Not all commands read it, and its models take half a second to import.
    from ccengine.ivr.configuration import load_configuration

    configuration = load_configuration(settings.tenant_folder)
    if configuration.problems:
        print_problems(configuration.problems, settings)
        raise typer.Exit(1)
    return configuration
