"""`ccengine replay JOURNAL --config FOLDER`: a recorded day under a changed configuration."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer looks at it
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from ccengine.cli.day_report import configuration_of, progress, publish
from ccengine.cli.output import errors, fail, seconds_of_day, zone_named
from ccengine.simulator.journal_day import DayReader, steps_of
from ccengine.simulator.runs import Report, finish, minute_of, replay, tenant_of
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.tenant import Tenant
    from ccengine.core.plan import Plan
    from ccengine.reporting.rows import JournalRow
    from ccengine.simulator.runs import Run

REMARKS = (
    "recorded: what happened. replayed: the same day played again as it was; where it differs from "
    "the recording, what was supposed is to blame. changed: played under the new configuration.",
    "Who hung up has the patience they had; who was answered would have waited for ever, so longer "
    "waits lose more callers than is shown.",
)
_ROWS_PER_TICK = 20_000


def replay_day(
    journal: Annotated[Path, typer.Argument(help="The journal, or a copy of it.")],
    *,
    config: Annotated[Path, typer.Option(help="The changed tenant's folder.")],
    day: Annotated[
        str | None, typer.Option(help="One day of the journal, as in 2026-01-31; else all of it.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone of the day and of times shown.")] = "UTC",
    as_json: Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.")] = None,
    as_html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with plots to this file.")
    ] = None,
) -> None:
    """Show what a recorded day would have been under another configuration."""
    tenant = tenant_of(configuration_of(config))
    starts, ends = _span(day, zone)
    reader = _read(journal, starts, ends)
    recorded = reader.day
    if recorded.plan is None or not recorded.people:
        fail(f"{journal}: nobody waited in a queue then", "choose another day with --day")
    report = Report(
        title=f"{journal.name}, played again",
        day=datetime.fromtimestamp(recorded.starts, ZoneInfo(zone)).date().isoformat(),
        zone=zone,
        seed=None,
        remarks=REMARKS,
        runs=_runs(reader, recorded.plan, tenant, zone),
    )
    publish(report, as_json, as_html)


def _runs(reader: DayReader, plan: Plan, tenant: Tenant, zone: str) -> tuple[Run, ...]:
    day = reader.day
    span = (day.starts, day.ends, minute_of(day.starts, zone))
    runs = [finish(reader.ledger, None, tenant, "recorded", span)]
    for label, under in (("replayed", plan), ("changed", tenant.plan())):
        with progress(label, day.starts, day.ends) as tick:
            again = day.again(with_replans=label == "replayed")
            runs.append(replay(again, under, tenant, label, zone, tick))
    return tuple(runs)


def _read(journal: Path, starts: float, ends: float) -> DayReader:
    if not journal.is_file():
        fail(f"there is no journal {journal}", "see paths.state in `ccengine info --json`")
    try:
        with JournalReader.open(journal) as opened:
            first = next(opened.rows(), None)
            day = DayReader(max(starts, first.at if first else 0.0), ends)
            day.read(steps_of(_counted(opened)))
    except JournalError as error:
        fail(str(error))
    return day


def _counted(reader: JournalReader) -> Iterator[JournalRow]:
    """Yield all rows and show on a terminal how many those were."""
    if not errors.is_terminal:
        yield from reader.rows()
        return
    last = max(1, reader.last_number())
    with progress("reading", 0.0, float(last)) as tick:
        for row in reader.rows():
            if row.number % _ROWS_PER_TICK == 0:
                tick(float(row.number))
            yield row


def _span(day: str | None, zone: str) -> tuple[float, float]:
    zone_named(zone)
    return (0.0, float("inf")) if day is None else seconds_of_day(day, zone)
