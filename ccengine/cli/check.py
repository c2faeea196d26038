"""`ccengine check`: all mistakes of configuration, flows and prompts at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli.output import console, print_problems, read_settings, shown
from ccengine.ivr.configuration import load_configuration

if TYPE_CHECKING:
    from ccengine.config.problems import Problem
    from ccengine.config.settings import Settings


def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """Name each mistake in the YAML with file, line and remedy; exit code 1 if there is one.

    Warnings name what is legal and probably not meant; they stop nothing.
    """
    settings = read_settings()
    configuration = load_configuration(settings.tenant_folder)
    problems, warnings = configuration.problems, configuration.warnings
    if as_json:
        found = {
            "problems": [_row(problem, settings) for problem in problems],
            "warnings": [_row(warning, settings) for warning in warnings],
        }
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif problems or warnings:
        print_problems([*problems, *warnings], settings)
    if not as_json and not problems:
        console.print(f"tenant '{settings.tenant}': no mistakes")
    if problems:
        raise typer.Exit(1)


def _row(problem: Problem, settings: Settings) -> dict[str, object]:
    return {
        "file": str(shown(problem.file, settings)),
        "line": problem.line,
        "message": problem.message,
        "remedy": problem.remedy,
    }
