"""`ccengine report queue-log`: the queue_log of past days, from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli import report_options as options  # noqa: TC001 - typer looks at it
from ccengine.cli.report_files import write
from ccengine.cli.report_span import Wanted, opened
from ccengine.reporting.kpis.counts import DAY
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.masking import mask_number
from ccengine.reporting.queue_log import QueueLog

if TYPE_CHECKING:
    from ccengine.cli.report_span import Span


def queue_log(  # noqa: PLR0913 - typer makes an option of each
    *,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    out: options.Out = None,
    journal: options.OfJournal = None,
    config: options.OfConfig = None,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Show callers' numbers whole, as Asterisk does.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Times to the millisecond, which no other tool reads.")
    ] = False,
) -> None:
    """Write what happened in queues as Asterisk's app_queue would have."""
    wanted = Wanted(first=first, last=last, zone=zone, client=None, journal=journal, config=config)
    grain = Grain.MILLISECOND if exact else Grain.SECOND
    fold = QueueLog(grain, str if numbers else mask_number)
    with opened(wanted) as span:
        lines = _lines(fold, span)
    write("".join(f"{line}\n" for line in lines), out)


def _lines(fold: QueueLog, span: Span) -> list[str]:
    lines: list[str] = []
    steps = span.reader.steps(begins=(span.begins - DAY) / 1000, ends=span.ends / 1000)
    for step in steps:
        made = fold.take(step)
        if step[0].at >= span.begins / 1000:
            lines += made
    return lines
