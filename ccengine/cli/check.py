"""`ccengine check`: all mistakes of configuration, flows and prompts at once."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ccengine.cli.output import console, print_problems, read_settings, shown
from ccengine.ivr.configuration import load_configuration


def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """Name each mistake in the YAML with file, line and remedy; exit code 1 if there is one."""
    settings = read_settings()
    problems = load_configuration(settings.tenant_folder).problems
    if as_json:
        found = [
            {
                "file": str(shown(problem.file, settings)),
                "line": problem.line,
                "message": problem.message,
                "remedy": problem.remedy,
            }
            for problem in problems
        ]
        typer.echo(json.dumps({"problems": found}, ensure_ascii=False, indent=2))
    elif problems:
        print_problems(problems, settings)
    else:
        console.print(f"tenant '{settings.tenant}': no mistakes")
    if problems:
        raise typer.Exit(1)
