"""`ccengine promises`: how right callers were told how long they would wait, per queue."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.promises import PromiseScore, score_queues
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.core.ids import QueueId
    from ccengine.reporting.promises import PromiseRecord

DAY_SECONDS = 86_400.0


def promises(
    *,
    days: Annotated[float, typer.Option(help="Of the journal's last so many days.")] = 7.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Tell how promised waits came out: kept, too early, too late."""
    try:
        scores = score_queues(_promises(read_settings().paths.journal, days))
    except JournalError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps({"queues": [asdict(score) for score in scores]}, indent=2))
    elif scores:
        console.print(_table(scores))
    else:
        console.print("nobody was promised anything")


def _promises(journal: Path, days: float) -> Iterator[tuple[QueueId, PromiseRecord]]:
    with JournalReader.open(journal) as reader:
        for call in reader.calls_with("WaitPromised", seconds=days * DAY_SECONDS):
            record = fold_call(reader.rows(call=call))
            if record is not None and record.queue is not None:
                yield from ((record.queue, promise) for promise in record.promises)


def _table(scores: list[PromiseScore]) -> Table:
    columns = ("queue", "promises", "kept", "too early", "too late", "left", "error", "range")
    table = Table(*columns, box=None, padding=(0, 2, 0, 0))
    for score in scores:
        parts = (score.kept, score.early, score.late, score.left)
        table.add_row(
            score.queue,
            str(score.promises),
            *(f"{part / score.promises:.0%}" for part in parts),
            "" if score.error_seconds is None else f"{score.error_seconds:.1f} s",
            f"{score.range_seconds:.0f} s",
        )
    return table
