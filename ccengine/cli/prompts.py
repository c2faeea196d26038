"""`ccengine prompts`: renders what callers and agents hear, prints what a studio is to record."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ccengine.cli.output import console, errors, fail, read_configuration, read_settings
from ccengine.cli.tables import Table
from ccengine.ivr.rendering import build, missing_sounds
from ccengine.ivr.sheet_page import page, state_of
from ccengine.ivr.sheets import Line, sheet
from ccengine.ivr.speech_engine import SpeechFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.config.settings import Settings
    from ccengine.ivr.prompts import Prompts

app = typer.Typer(help="What callers and agents hear.", no_args_is_help=True)


class Format(StrEnum):
    """How the sheet is printed."""

    TABLE = "table"
    CSV = "csv"
    HTML = "html"


@app.callback()
def prompts() -> None:
    """What callers and agents hear."""


@app.command("build")
def build_command(
    *,
    remove_stale: Annotated[
        bool,
        typer.Option("--remove-stale", help="Remove sounds that no prompt needs."),
    ] = False,
) -> None:
    """Render the prompts that are missing in the state folder, and name those nobody needs."""
    settings = read_settings()
    build_prompts(read_configuration(settings).prompts, settings, remove_stale=remove_stale)


def build_prompts(catalogue: Prompts, settings: Settings, *, remove_stale: bool = False) -> None:
    """Make what is missing and say what was done."""
    sounds = settings.paths.sounds
    missing = missing_sounds(catalogue, sounds)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=errors, transient=True) as progress:
            task = progress.add_task("prompts", total=len(missing))

            def made_one(_file: Path) -> None:
                progress.advance(task)

            built = build(catalogue, sounds, made_one)
    except SpeechFailed as error:
        fail(str(error))
    except OSError as error:
        fail(f"prompts cannot be written to {settings.host_paths.sounds}: {error}")
    console.print(f"prompts: {len(built.made)} made, {len(built.present)} there already")
    for file in built.stale:
        if remove_stale:
            file.unlink(missing_ok=True)
    if built.stale:
        what = "removed" if remove_stale else "to which no prompt leads, see --remove-stale"
        console.print(f"sounds: {len(built.stale)} {what}")


@app.command("sheet")
def sheet_command(
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    client: Annotated[
        str | None, typer.Option(help="Only this client's; '-' for the built-in texts.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="Into this file.")] = None,
    *,
    missing: Annotated[bool, typer.Option("--missing", help="Only what is to record.")] = False,
) -> None:
    """Print a studio's script: what to record, in which file, with stress and vowel signs."""
    settings = read_settings()
    configuration = read_configuration(settings)
    if configuration.tenant is None:
        return
    lines = [
        line
        for line in sheet(configuration.tenant, configuration.prompts)
        if language in (None, line.language)
        and client in (None, line.whose or "-")
        and not (missing and (line.is_recorded or line.says_values))
    ]
    if output is Format.TABLE and out is None:
        _print_table(lines)
        return
    name = configuration.tenant.settings.name
    text = {Format.HTML: page(name, lines), Format.CSV: _csv(lines)}.get(output, _plain(lines))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"the sheet cannot be written to {out}: {error}")


def _print_table(lines: Sequence[Line]) -> None:
    table = Table("", "client", "name", "text", "state", box=None, padding=(0, 2, 0, 0))
    for column in (0, 1, 2, 4):
        table.columns[column].no_wrap = True
    for line in lines:
        text = escape(line.speech or line.text)
        table.add_row(line.language, line.whose or line.hears, line.name, text, state_of(line))
    console.print(table)
    console.print(f"{len(lines)} texts")


def _plain(lines: Sequence[Line]) -> str:
    return "".join(f"{line.file}\t{line.speech or line.text}\n" for line in lines)


def _csv(lines: Sequence[Line]) -> str:
    text = io.StringIO()
    text.write("\ufeff")  # so that sheets take it for UTF-8
    writer = csv.writer(text)
    writer.writerow(("file", "language", "client", "heard by", "text", "speech", "state"))
    for line in lines:
        row = (line.file, line.language, line.whose, line.hears, line.text, line.speech)
        writer.writerow((*map(_safe, row), state_of(line)))
    return text.getvalue()


def _safe(cell: str) -> str:
    """Return a cell that no sheet takes for a formula."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t") else cell
