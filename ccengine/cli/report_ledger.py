"""`ccengine report ledger`: what agents' time went to, and whose it was."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccengine.cli import report_options as options  # noqa: TC001 - typer looks at it
from ccengine.cli.report_files import Format, expect_no_page, printed, write
from ccengine.cli.report_span import Wanted, opened
from ccengine.cli.tables import Table as Printed
from ccengine.config.billing import weights_of
from ccengine.reporting.instants import utc_text
from ccengine.reporting.kpis.facts import Doing
from ccengine.reporting.kpis.ledger import accounts, by_agent, hours, share_check
from ccengine.reporting.kpis.splitting import Splitter, percentages
from ccengine.reporting.kpis.terms import Rule
from ccengine.storage.figures import read_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.reporting.kpis.ledger import Account, Ledger

NOBODYS = "(nobody's)"


def ledger(  # noqa: PLR0913 - typer makes an option of each
    *,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    rule: Annotated[Rule, typer.Option(help="How shared time is shared out.")] = Rule.EQUAL,
    agents: Annotated[bool, typer.Option("--agents", help="By agent, not by client.")] = False,
    as_: options.As = Format.TABLE,
    events: Annotated[
        bool, typer.Option("--events", help="In JSON: each stretch of time, and whose it is.")
    ] = False,
    out: options.Out = None,
    journal: options.OfJournal = None,
    config: options.OfConfig = None,
) -> None:
    """Tell what agents' time went to and whose it was; checks that it tiles their log-ins."""
    expect_no_page(as_)
    wanted = Wanted(first=first, last=last, zone=zone, client=None, journal=journal, config=config)
    with opened(wanted) as span:
        kept = read_ledger(span.reader, span.begins, span.ends)
    splitter = Splitter(rule, kept.ledger.stretches, weights_of(span.tenant))
    rows = _accounts(kept.ledger, None if agents else splitter)
    notes = [kept.told, *kept.faults, share_check(rows.values(), kept.ledger.stretches)]
    if not agents:
        notes.append(f"time of no client alone is shared out by the rule '{rule}'")
    match as_:
        case Format.JSON:
            entries = _entries(kept.ledger, splitter) if events else None
            write(_as_json(rows, notes, entries), out)
        case Format.CSV:
            write(_as_csv(rows), out)
        case _:
            write(_as_table(rows, notes), out)
    if kept.faults:
        raise typer.Exit(1)


def _accounts(ledger: Ledger, splitter: Splitter | None) -> dict[str, Account]:
    """Return each client's time or, with nothing to share it out, each agent's."""
    if splitter is None:
        return {str(name): account for name, account in by_agent(ledger.stretches).items()}
    shared = accounts(ledger.stretches, splitter)
    return {str(name): account for name, account in shared.items()}


def _cells(account: Account) -> list[int]:
    own = [account.own.get(doing, 0) for doing in Doing]
    return [*own, sum(account.shared.values()), account.total]


HEADS = (*(doing.value.replace("_", " ") for doing in Doing), "shared", "all")


def _as_table(rows: Mapping[str, Account], notes: list[str]) -> str:
    table = Printed(show_edge=False, pad_edge=False)
    for head in ("hours", *HEADS, "%"):
        table.add_column(head, justify="left" if head == "hours" else "right", no_wrap=True)
    shares = percentages({name: account.total for name, account in rows.items()})
    for name, account in rows.items():
        told = [hours(time) if time else "" for time in _cells(account)]
        table.add_row(name or NOBODYS, *told, str(shares.get(name, "")))
    if len(rows) > 1:
        table.add_section()
        sums = [sum(times) for times in zip(*map(_cells, rows.values()), strict=True)]
        told = [hours(time) if time else "" for time in sums]
        table.add_row("all", *told, str(sum(shares.values(), Decimal(0))))
    return printed(table, notes)


def _as_csv(rows: Mapping[str, Account]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", *(f"{head} [ms]" for head in HEADS), "percent"])
    shares = percentages({name: account.total for name, account in rows.items()})
    for name, account in rows.items():
        writer.writerow([name, *_cells(account), shares.get(name, "")])
    return text.getvalue()


def _as_json(
    rows: Mapping[str, Account], notes: list[str], entries: list[dict[str, Any]] | None
) -> str:
    shares = percentages({name: account.total for name, account in rows.items()})
    whole: dict[str, Any] = {
        "notes": notes,
        "unit": "ms",
        "accounts": {
            name: {
                "own": {doing.value: time for doing, time in account.own.items()},
                "shared": {doing.value: time for doing, time in account.shared.items()},
                "all": account.total,
                "percent": str(shares.get(name, "")),
            }
            for name, account in rows.items()
        },
    }
    if entries is not None:
        whole["entries"] = entries
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _entries(ledger: Ledger, splitter: Splitter) -> list[dict[str, Any]]:
    told = []
    for one in sorted(ledger.stretches, key=lambda each: (each.agent, each.begins)):
        facts = asdict(one)
        facts |= {"begins": utc_text(one.begins / 1000), "ends": utc_text(one.ends / 1000)}
        told.append({**facts, "whose": splitter.share(one)})
    return told
