"""All commands under their names."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import typer

from ccengine.cli import check, info, init, prompts, run

app = typer.Typer(
    help="A contact-center engine for Asterisk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("info")(info.info)
for name in ("story", "call"):  # replaced by plain imports once both are written
    if find_spec(f"ccengine.cli.{name}"):
        app.command(name)(getattr(import_module(f"ccengine.cli.{name}"), name))
app.add_typer(prompts.app, name="prompts")


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="ccengine")
