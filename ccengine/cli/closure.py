"""`ccengine closure`: one switch for a group of numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from ccengine import clock
from ccengine.cli.output import console, isolated, read_settings
from ccengine.cli.running_engine import ask_engine
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(help="One switch for groups of numbers.", no_args_is_help=True)

MINUTE_SECONDS = 60.0
MINUTES_AT_MOST = 10 * 365 * 24 * 60  #: ten years; longer is without an end
COLUMNS = ("closure", "numbers", "state", "by", "why", "until")


@app.command("list")
def list_closures(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """List closures, and which of them are closed."""
    closures = ask_engine(read_settings(), "GET", "/closures")["closures"]
    if as_json:
        typer.echo(json.dumps({"closures": closures}, ensure_ascii=False, indent=2))
    else:
        console.print(closure_table(closures))


@app.command("close")
def close(
    name: Annotated[str, typer.Argument(help="The closure, as named in tenant.yaml.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for those who see it.")] = "",
    minutes: Annotated[
        float | None,
        typer.Option(min=1, max=MINUTES_AT_MOST, help="Open by themselves after so many minutes."),
    ] = None,
) -> None:
    """Close the numbers: from now on their callers go through the closure's flow."""
    body: dict[str, object] = {"reason": reason}
    if minutes is not None:
        body["until"] = utc_text(clock.wall() + minutes * MINUTE_SECONDS)
    _told(ask_engine(read_settings(), "POST", f"/closures/{name}/close", body))


@app.command("open")
def open_again(
    name: Annotated[str, typer.Argument(help="The closure, as named in tenant.yaml.")],
) -> None:
    """Open the numbers again."""
    _told(ask_engine(read_settings(), "POST", f"/closures/{name}/open"))


def closure_table(closures: Sequence[dict[str, Any]]) -> Table:
    """Return closures as a table, from the facts that the API and `ccengine info` show."""
    table = Table(*COLUMNS, box=None, padding=(0, 2, 0, 0))
    for one in closures:
        state = f"[bold red]closed[/] since {_time(one['since'])}" if one["closed"] else "open"
        why = isolated(one["reason"])
        until = _time(one["until"])
        table.add_row(one["closure"], ", ".join(one["numbers"]), state, one["by"], why, until)
    return table


def _time(text: str | None) -> str:
    return "" if text is None else f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _told(shown: dict[str, Any]) -> None:
    console.print(closure_table([shown]))
