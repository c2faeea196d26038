"""`ccengine story CALL`: what happened to a call, from the journal, in order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli.output import console, fail, read_settings
from ccengine.core.ids import CallId
from ccengine.reporting.call_record import CallOutcome
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.flow_story import path
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_number
from ccengine.reporting.story import tell
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from ccengine.core.ids import Instant
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import JournalRow

TIME_OF_DAY = slice(11, 23)  # of an instant's text: to the millisecond


def story(
    call: Annotated[str, typer.Argument(help="The call's id, as in the log and in file names.")],
    *,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Show callers' numbers whole, not masked.")
    ] = False,
) -> None:
    """Tell what happened to a call, whether it is over or not."""
    rows = _rows_of(CallId(call))
    lines = tell(rows, mask=str if numbers else mask_number)
    if not lines:
        fail(f"no call '{call}' in the journal", "the log names calls as call_id")
    record = fold_call(rows)
    client = f"{rows[0].tenant}/{rows[0].client}"
    console.print(f"[bold]{escape(call)}[/] {client} {utc_text(lines[0].at)[:10]} (times in UTC)")
    for line in lines:
        console.print(
            f"[dim]{_time_of_day(line.at)}[/] {line.seconds:>+9.3f} s  {escape(line.text)}",
            soft_wrap=True,
        )
    way = path(rows)
    if way:
        console.print(f"menu: {escape(way)}", soft_wrap=True, highlight=False)
    if record is not None:
        console.print(f"[bold]{escape(_summary(record))}[/]", soft_wrap=True)


def _rows_of(call: CallId) -> list[JournalRow]:
    settings = read_settings()
    try:
        with JournalReader.open(settings.paths.journal) as reader:
            return list(reader.rows(call=call))
    except JournalError as error:
        fail(str(error))


def _time_of_day(at: Instant) -> str:
    return utc_text(at)[TIME_OF_DAY]


def _summary(record: CallRecord) -> str:
    if record.outcome is None:
        return "the call is alive"
    parts = [record.outcome.replace("_", " "), f"waited {record.wait_seconds:.1f} s"]
    if record.diverted_to is not None:
        parts.append(f"sent to {record.diverted_to}: {record.diverted_because}")
    if len(record.offers) > 1 or parts[0] != CallOutcome.ANSWERED:
        parts += _offers(record)
    if record.promise_error_seconds is not None:
        parts.append(f"promise {record.promises[-1].outcome}")
    if record.talk_started_at is not None:
        parts.append(f"talked {record.talk_seconds:.1f} s with {record.agent}")
    if record.recording is not None:
        parts.append(f"recorded to {record.recording}")
    return ", ".join(parts)


def _offers(record: CallRecord) -> list[str]:
    outcomes = Counter(offer.outcome.replace("_", " ") for offer in record.offers)
    if not outcomes:
        return []
    counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    return [f"offers: {counted}"]
