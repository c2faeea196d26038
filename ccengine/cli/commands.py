"""All commands under their names; only the one that is asked for is imported.

All of them together take two seconds of a processor to import, and most are typed one at a time.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COMMANDS: Final[Mapping[str, str]] = {
    "run": "run:run",
    "init": "init:init",
    "check": "check:check",
    "import": "import_queues:import_queues_conf",
    "info": "info:info",
    "plan": "plan:plan",
    "story": "story:story",
    "outcome": "outcome:outcome",
    "simulate": "simulate:simulate",
    "replay": "replay:replay_day",
    "hours": "hours:hours",
    "explain": "explain:explain",
    "agent": "agent:agent",
    "promises": "promises:promises",
    "call": "call:call",
    "rehearse": "rehearse:rehearse",
    "audit": "audit:audit",
    "top": "top:top",
    "why-not": "why_not:why_not",
    "flow": "flow:app",
    "prompts": "prompts:app",
    "closure": "closure:app",
    "campaign": "campaign:app",
    "token": "token:app",
    "webhook": "webhook:app",
    "outbox": "outbox:app",
    "recordings": "recordings:app",
    "leads": "leads:app",
    "report": "report:app",
    "dnc": "dnc:app",
    "consent": "call_consent:app",
    "proof": "proof:app",
    "machines": "machines:app",
}
"""The module of each, and what of it."""


def app_with(names: Iterable[str]) -> typer.Typer:
    """Return the command line with these commands only."""
    app = typer.Typer(
        help="A contact-center engine for Asterisk.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # Else typer leaves out the name of a command that is the only one.
    app.callback()(lambda: None)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"ccengine.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """Return as much of the command line as is needed for what was typed behind `ccengine`."""
    named = [name for name in arguments[:1] if name in COMMANDS]
    return app_with(named or COMMANDS)


def main() -> None:
    """Run the command that the arguments name."""
    app_for(sys.argv[1:])(prog_name="ccengine")
