"""`ccengine check`: all mistakes of configuration, flows and prompts at once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine import clock
from ccengine.assembly.drift import drift
from ccengine.assembly.hindrances import hindered
from ccengine.cli.output import console, print_problems, read_settings, shown
from ccengine.config.campaign_law import unjudged
from ccengine.config.consent_checks import unchecked_rules
from ccengine.ivr import versions
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.walk_checks import walked
from ccengine.storage.database import RecordDatabase

if TYPE_CHECKING:
    from ccengine.config.problems import Problem
    from ccengine.config.settings import Settings
    from ccengine.ivr.configuration import Configuration


def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """Name each mistake in the YAML with file, line and remedy; exit code 1 if there is one.

    Warnings name what is legal and probably not meant; they stop nothing. Versions of forms and
    scripts are compared with those that were in force, if there are call records to read. Then
    all ways through all flows are walked, and Asterisk's files are looked at.
    """
    settings = read_settings()
    configuration = load_configuration(settings.tenant_folder)
    problems, warnings = configuration.problems, configuration.warnings
    problems = problems or asyncio.run(_reused_versions(configuration, settings))
    if not problems:
        more = (*drift(configuration, settings), *walked(configuration))
        if configuration.tenant is not None:
            file = settings.tenant_folder / "tenant.yaml"
            now = clock.wall()
            more = (*more, *unchecked_rules(configuration.tenant, file))
            more = (*more, *unjudged(configuration.tenant, now))
            more = (*more, *hindered(configuration, settings.paths.sounds, now))
        problems = tuple(one for one in more if not one.is_warning)
        warnings = (*warnings, *(one for one in more if one.is_warning))
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


async def _reused_versions(configuration: Configuration, settings: Settings) -> tuple[Problem, ...]:
    if not settings.paths.database.exists():
        return ()
    database = RecordDatabase.open_to_read(settings.paths.database)
    try:
        return await versions.reused(configuration, database.papers)
    finally:
        await database.close()


def _row(problem: Problem, settings: Settings) -> dict[str, object]:
    return {
        "file": str(shown(problem.file, settings)),
        "line": problem.line,
        "message": problem.message,
        "remedy": problem.remedy,
    }
