"""`ccengine prompts build`: renders what callers and agents hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.progress import Progress

from ccengine.cli.output import console, errors, fail, read_configuration, read_settings
from ccengine.ivr.rendering import build, missing_sounds
from ccengine.ivr.speech_engine import SpeechFailed

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.settings import Settings
    from ccengine.ivr.prompts import Prompts

app = typer.Typer(help="What callers and agents hear.", no_args_is_help=True)


@app.callback()
def prompts() -> None:
    """What callers and agents hear."""


@app.command("build")
def build_command() -> None:
    """Render the prompts that are missing in the state folder, and name those nobody needs."""
    settings = read_settings()
    build_prompts(read_configuration(settings).prompts, settings)


def build_prompts(catalogue: Prompts, settings: Settings) -> None:
    """Make what is missing and say what was done."""
    sounds = settings.paths.sounds
    missing = missing_sounds(catalogue, sounds)
    try:
        with Progress(console=errors, transient=True) as progress:
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
        console.print(f"no prompt leads to {settings.host_paths.sounds / file.relative_to(sounds)}")
