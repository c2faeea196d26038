"""`ccengine report contract CLIENT`: a draft of what the client is billed."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ccengine.cli import report_options as options  # noqa: TC001 - typer looks at it
from ccengine.cli.output import fail
from ccengine.cli.report_files import Format, days_text, expect_no_page, printed, write
from ccengine.cli.report_span import Wanted, opened
from ccengine.cli.tables import Table as Printed
from ccengine.config.billing import billed as billed_by
from ccengine.core.ids import ClientId
from ccengine.reporting.instants import utc_text
from ccengine.reporting.kpis.ledger import hours
from ccengine.storage.figures import read_both

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.cli.report_span import Span
    from ccengine.config.clients import Client
    from ccengine.reporting.kpis.invoice import Draft, DraftLine, Entry


def contract(  # noqa: PLR0913 - typer makes an option of each
    client: Annotated[str, typer.Argument(help="Who is billed.")],
    *,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    events: Annotated[
        bool, typer.Option("--events", help="With the calls and the time behind each line.")
    ] = False,
    as_: options.As = Format.TABLE,
    out: options.Out = None,
    journal: options.OfJournal = None,
    config: options.OfConfig = None,
) -> None:
    """Draft what a client is billed for some days; each line names the events behind it."""
    expect_no_page(as_)
    wanted = Wanted(
        first=first, last=last, zone=zone, client=client, journal=journal, config=config
    )
    with opened(wanted) as span:
        bill, notes = _draft(span, span.tenant.clients[ClientId(client)])
    match as_:
        case Format.JSON:
            write(_as_json(bill, notes, events=events), out)
        case Format.CSV:
            write(_as_csv(bill, events=events), out)
        case _:
            write(_as_table(bill, notes, events=events), out)


def _draft(span: Span, client: Client) -> tuple[Draft, list[str]]:
    billed = billed_by(client, span.tenant, span.tenant.plan())
    if billed is None:
        fail(f"nothing is billed to '{client.id}'", f"write {client.folder}/contract.yaml")
    question = billed.question(span.begins, span.ends, span.zone)
    table, kept = read_both(span.reader, question, billed.in_force)
    if kept.faults:
        fail(f"the ledger has faults: {'; '.join(kept.faults)}", "report this with the journal")
    report = billed.report(kept, table)
    heading = f"draft for {billed.name}: {days_text(table)}"
    return report.bill, [heading, *report.notes, *report.checks]


def _as_table(bill: Draft, notes: Sequence[str], *, events: bool) -> str:
    table = Printed(show_edge=False, pad_edge=False)
    for head in ("line", "quantity", "rate", bill.currency):
        table.add_column(head, justify="left" if head == "line" else "right")
    for line in (*bill.lines, *bill.adjustments):
        table.add_row(escape(line.label), line.quantity_text, line.rate, str(line.amount))
    table.add_section()
    table.add_row("total", "", "", str(bill.total))
    return printed(table, [*notes, *(_events(bill) if events else ())])


def _events(bill: Draft) -> Iterable[str]:
    for name, entries in _lists(bill):
        yield f"\n{name}"
        for one in entries:
            words = [utc_text(one.at / 1000), one.agent, one.call or "", one.what, _time(one)]
            told = "  ".join(word for word in words if word)
            yield f"  row {one.row}  {told}"


def _time(entry: Entry) -> str:
    if entry.length == entry.whole:
        return f"{entry.length} ms"
    return f"{entry.length} of {entry.whole} ms"


def _lists(bill: Draft) -> Iterable[tuple[str, Sequence[Entry]]]:
    yield from ((line.label, line.entries) for line in bill.lines)
    yield "in no line", bill.not_billed


def _as_csv(bill: Draft, *, events: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if events:
        writer.writerow(["line", "row", "at", "agent", "call", "what", "ms", "of ms"])
        for name, entries in _lists(bill):
            for one in entries:
                at = utc_text(one.at / 1000)
                facts = [one.row, at, one.agent, one.call or "", one.what, one.length, one.whole]
                writer.writerow([name, *facts])
        return text.getvalue()
    writer.writerow(["line", "label", "quantity", "unit", "rate", "amount", "currency"])
    for line in (*bill.lines, *bill.adjustments):
        facts = [line.name, line.label, line.value_text, line.unit, line.rate, line.amount]
        writer.writerow([*facts, bill.currency])
    writer.writerow(["total", "", "", "", "", bill.total, bill.currency])
    return text.getvalue()


def _as_json(bill: Draft, notes: Sequence[str], *, events: bool) -> str:
    def facts(line: DraftLine) -> dict[str, Any]:
        told: dict[str, Any] = {
            "name": line.name,
            "label": line.label,
            "quantity": {
                "value": line.value_text,
                "numerator": line.quantity.numerator,
                "denominator": line.quantity.denominator,
            },
            "unit": line.unit,
            "rate": line.rate,
            "amount": str(line.amount),
            "events": len(line.entries),
        }
        if events:
            told["events"] = [_entry(one) for one in line.entries]
        return told

    whole = {
        "currency": bill.currency,
        "lines": [facts(line) for line in bill.lines],
        "adjustments": [facts(line) for line in bill.adjustments],
        "subtotal": str(bill.subtotal),
        "total": str(bill.total),
        "in_no_line": [_entry(one) for one in bill.not_billed],
        "notes": notes,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "row": entry.row,
        "at": utc_text(entry.at / 1000),
        "agent": entry.agent,
        "call": entry.call,
        "what": entry.what,
        "ms": entry.length,
        "of_ms": entry.whole,
        "hours": hours(entry.length),
    }
