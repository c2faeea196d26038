"""`ccengine explain CALL`: why this agent, and why none of the others, for each offer of a call.

Reads the journal only, beside a running engine: the core is taken back to the instant of the offer.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ccengine.cli.output import console, fail, read_settings
from ccengine.core.commands import OfferCall
from ccengine.core.events import CallArrived
from ccengine.core.explaining import Choice
from ccengine.core.ids import CallId, Instant
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.explanation import needs_text, passed_rows, why_text
from ccengine.reporting.instants import utc_text
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.moments import choice_at, choice_at_last, choices

if TYPE_CHECKING:
    from ccengine.reporting.rows import JournalRow

ROWS = 30
TIME_OF_DAY = slice(11, 23)
NO_CHOICE = "this version, in the same state, would not have made this offer: no reasons"


@dataclass(frozen=True, slots=True)
class _Told:
    """One instant at which somebody was chosen, or nobody."""

    at: Instant
    made: OfferCall | None
    choice: Choice | None
    outcome: str = ""  #: of the offer


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
            begun = _begin(found)
            told = _all(reader, found, offer) if at is None else [_at(reader, call, begun + at)]
    except JournalError as error:
        fail(str(error))
    if as_json:
        facts = [_facts(one, rows) for one in told]
        typer.echo(json.dumps({"call": call, "moments": facts}, ensure_ascii=False, indent=2))
        return
    for one in told:
        _print(one, begun, rows)
    if not told:
        console.print(f"call '{escape(call)}' was offered to nobody, and waited for nobody")


def _begin(rows: list[JournalRow]) -> Instant:
    """Return the instant that `story` counts from too."""
    return next((row.at for row in rows if isinstance(row.what, CallArrived)), rows[0].at)


def _all(reader: JournalReader, rows: list[JournalRow], number: int) -> list[_Told]:
    call = rows[0].call or CallId("")
    made = [(row.at, row.what) for row in rows if isinstance(row.what, OfferCall)]
    if number:
        made = [(at, what) for at, what in made if what.offer == f"{call}.{number}"]
        if not made:
            fail(f"call '{call}' has no offer {number}", "leave out --offer to see all")
    chosen = choices(reader, {what.offer for _, what in made})
    record = fold_call(rows)
    ends = {} if record is None else {one.offer: one.outcome for one in record.offers}
    told = [_Told(at, what, chosen.get(what.offer), ends.get(what.offer, "")) for at, what in made]
    last = None if number else choice_at_last(reader, call)
    return told if last is None else [*told, _Told(last.at, None, last)]


def _at(reader: JournalReader, call: str, at: Instant) -> _Told:
    choice = choice_at(reader, CallId(call), at)
    if choice is None:
        fail(f"call '{call}' looked for no agent then", "see `ccengine story` for what it did")
    return _Told(at, None, choice)


def _print(told: _Told, begun: Instant, limit: int) -> None:
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


def _facts(told: _Told, limit: int) -> dict[str, Any]:
    made, choice = told.made, told.choice
    facts: dict[str, Any] = {
        "at": utc_text(told.at),
        "offer": None if made is None else made.offer,
        "agent": None if made is None else made.agent,
        "outcome": told.outcome or None,
        "why": None if made is None else asdict(made.why),
        "explained": choice is not None,
    }
    if choice is not None:
        passed = passed_rows(choice, limit)
        facts |= {
            "queue": choice.queue,
            "strategy": choice.strategy,
            "value": choice.value,
            "needs": needs_text(choice),
            "passed": [asdict(row) for row in passed.rows],
            "more": dict(passed.more),
        }
    return facts
