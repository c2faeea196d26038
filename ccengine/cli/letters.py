"""Messages that were not taken, as webhooks and outboxes show them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from ccengine.cli.output import console
from ccengine.cli.tables import Table
from ccengine.reporting.instants import utc_text
from ccengine.storage.webhooks import LetterState

if TYPE_CHECKING:
    from ccengine.storage.webhooks import StoredLetter


def letter_facts(letter: StoredLetter) -> dict[str, object]:
    """Return a message as it is shown."""
    return {
        **asdict(letter),
        "at": utc_text(letter.at),
        "next_at": utc_text(letter.next_at) if letter.state is LetterState.WAITING else None,
    }


def print_rows(rows: list[dict[str, object]], *, as_json: bool) -> None:
    """Print rows of the same keys: a table, or JSON."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(*(rows[0] if rows else ("nothing",)), box=None)
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row.values()))
    console.print(table)
