"""`ccengine explain CALL`: why this agent, and why none of the others, for each offer of a call.

Reads the journal only, beside a running engine: the core is taken back to the instant of the offer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.core.ids import CallId
from ccengine.reporting.explanation import needs_text, passed_rows, why_text
from ccengine.reporting.instants import utc_text
from ccengine.storage.errors import JournalError
from ccengine.storage.explanations import begin_of, facts_of, tell_moment, tell_offers
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from ccengine.core.ids import Instant
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.explanations import Told

ROWS = 30
TIME_OF_DAY = slice(11, 23)
NO_CHOICE = "this version, in the same state, would not have made this offer: no reasons"


def explain(
    call: Annotated[str, typer.Argument(help="The call's id, as in the log and in file names.")],
    *,
    offer: Annotated[int, typer.Option(help="Only the call's offer of this number.")] = 0,
    at: Annotated[
        float | None, typer.Option(help="Why nobody, so many seconds after the call arrived.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Agents to name one by one; 0: all.")] = ROWS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Tell why each offer of a call went to this agent, and why not to each of the others."""
    try:
        with JournalReader.open(read_settings().paths.journal) as reader:
            found = list(reader.rows(call=CallId(call)))
            if not found:
                fail(f"no call '{call}' in the journal", "the log names calls as call_id")
            begun = begin_of(found)
            told = _all(reader, found, offer) if at is None else [_at(reader, call, begun + at)]
    except JournalError as error:
        fail(str(error))
    if as_json:
        facts = [facts_of(one, rows) for one in told]
        typer.echo(json.dumps({"call": call, "moments": facts}, ensure_ascii=False, indent=2))
        return
    for one in told:
        _print(one, begun, rows)
    if not told:
        console.print(f"call '{escape(call)}' was offered to nobody, and waited for nobody")


def _all(reader: JournalReader, rows: list[JournalRow], number: int) -> list[Told]:
    told = tell_offers(reader, rows, number)
    if number and not told:
        fail(f"call '{rows[0].call}' has no offer {number}", "leave out --offer to see all")
    return told


def _at(reader: JournalReader, call: str, at: Instant) -> Told:
    told = tell_moment(reader, CallId(call), at)
    if told is None:
        fail(f"call '{call}' looked for no agent then", "see `ccengine story` for what it did")
    return told


def _print(told: Told, begun: Instant, limit: int) -> None:
    when = f"{utc_text(told.at)[TIME_OF_DAY]} ({told.at - begun:+.3f} s)"
    made, choice = told.made, told.choice
    if made is not None:
        number = made.offer.rpartition(".")[2]
        queue = escape(made.queue)
        agent, end = escape(made.agent), told.outcome.replace("_", " ")
        console.print(f"[bold]offer {number}[/] {when}: {queue} to [bold]{agent}[/], {end}")
    elif choice is not None:
        console.print(f"[bold]to nobody[/] {when}: {escape(choice.queue)}")
    if choice is None:
        console.print(f"  {NO_CHOICE}")
        return
    if made is not None:
        console.print(f"  {escape(why_text(choice, made.why))}", soft_wrap=True)
    console.print(f"  needs {escape(needs_text(choice))}", soft_wrap=True)
    table = Table("agent", "passed over because", box=None, padding=(0, 2, 0, 2))
    passed = passed_rows(choice, limit)
    for row in passed.rows:
        table.add_row(escape(row.agent), escape(row.text))
    if passed.rows:
        console.print(table)
    if passed.more:
        counted = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in passed.more.items())
        console.print(f"  and {sum(passed.more.values())} more: {counted}", soft_wrap=True)
