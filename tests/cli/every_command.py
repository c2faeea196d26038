"""The command line, typed at as people do, without a process for each command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from ccengine.cli.commands import app_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.testing import Result


def invoke(arguments: Sequence[str], **how: Any) -> Result:
    """Run the command that the arguments name, and return what it printed and its exit code.

    Args:
        arguments: what follows `ccengine`.
        how: for typer's runner: input, env.
    """
    return CliRunner().invoke(app_for(arguments), list(arguments), **how)
