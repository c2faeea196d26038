"""The whole command line, as `ccengine --help` has it."""

from __future__ import annotations

from ccengine.cli.commands import COMMANDS, app_with

app = app_with(COMMANDS)
