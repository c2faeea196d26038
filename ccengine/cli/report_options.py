"""Options that `report` commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccengine.cli.report_files import Format
from ccengine.reporting.kpis.calendar import Minutes
from ccengine.reporting.kpis.table import By

First = Annotated[str | None, typer.Option("--from", help="First day; else the journal's last.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day; else the first.")]
Zone = Annotated[str | None, typer.Option(help="Of days and hours; else the contract's.")]
ByNames = Annotated[str | None, typer.Option("--by", help=f"Such as {By.QUEUE},{By.INTERVAL}.")]
OfClient = Annotated[str | None, typer.Option("--client", help="Only this one's.")]
Every = Annotated[Minutes, typer.Option("--interval", help="Minutes, or days.")]
As = Annotated[Format, typer.Option("--format", help="What to print.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file instead.")]
OfJournal = Annotated[Path | None, typer.Option("--journal", help="In place of the engine's.")]
OfConfig = Annotated[Path | None, typer.Option("--config", help="A tenant's folder.")]
WholeSeconds = Annotated[
    bool, typer.Option("--whole-seconds", help="Count as app_queue and queue_log do.")
]
