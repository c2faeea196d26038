"""`ccengine report`: key figures of queues, agents, clients and intervals, from the journal.

Reads the journal only, beside a running engine. Each figure is named with its version, and its
formula is printed beside it.
"""

from __future__ import annotations

from enum import StrEnum

import typer

from ccengine.cli import report_options as options  # noqa: TC001 - typer looks at it
from ccengine.cli.output import fail
from ccengine.cli.report_contract import contract
from ccengine.cli.report_files import FORMATS, Format, days_text, write
from ccengine.cli.report_ledger import ledger
from ccengine.cli.report_queue_log import queue_log
from ccengine.cli.report_span import Wanted, opened
from ccengine.config.in_force import in_force
from ccengine.reporting.kpis.calendar import Minutes
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.page import page
from ccengine.reporting.kpis.table import By
from ccengine.storage.figures import read_tables

app = typer.Typer(no_args_is_help=True, help="Key figures, ledgers and contracts of past days.")


class Subject(StrEnum):
    """What a report is of, when nothing else is asked for."""

    QUEUES = "queues"
    AGENTS = "agents"
    CLIENTS = "clients"
    INTERVALS = "intervals"


USUAL = {
    Subject.QUEUES: By.QUEUE,
    Subject.AGENTS: By.AGENT,
    Subject.CLIENTS: By.CLIENT,
    Subject.INTERVALS: By.INTERVAL,
}


def add_subject(subject: Subject) -> None:
    """Add the command of a subject."""

    def command(  # noqa: PLR0913 - typer makes an option of each
        *,
        first: options.First = None,
        last: options.Last = None,
        zone: options.Zone = None,
        by: options.ByNames = None,
        client: options.OfClient = None,
        interval: options.Every = Minutes.HALF,
        as_: options.As = Format.TABLE,
        out: options.Out = None,
        journal: options.OfJournal = None,
        config: options.OfConfig = None,
        whole_seconds: options.WholeSeconds = False,
    ) -> None:
        wanted = Wanted(
            first=first, last=last, zone=zone, client=client, journal=journal, config=config
        )
        dimensions = _dimensions(by) or (USUAL[subject],)
        grain = Grain.SECOND if whole_seconds else Grain.MILLISECOND
        with opened(wanted) as span:
            question = span.question(dimensions, interval.interval, wanted.client)
            course = [span.course(wanted.client)] if as_ is Format.HTML else []
            known = in_force(span.tenant, span.tenant.plan())
            tables = read_tables(span.reader, [question, *course], known, grain=grain)
        title = f"{subject.value} of {span.tenant.id}"
        if as_ is Format.HTML:
            write(page(title, days_text(tables[0]), *tables), out)
        else:
            FORMATS[as_](tables[0], title, out)

    command.__doc__ = f"Figures of {subject.value}."
    app.command(subject.value)(command)


def _dimensions(by: str | None) -> tuple[By, ...]:
    names = [name.strip() for name in (by or "").split(",") if name.strip()]
    for name in names:
        if name not in {one.value for one in By}:
            fail(f"nothing is told apart by '{name}'", f"known are: {', '.join(By)}", code=2)
    return tuple(dict.fromkeys(By(name) for name in names))


for _subject in Subject:
    add_subject(_subject)
app.command("queue-log")(queue_log)
app.command("ledger")(ledger)
app.command("contract")(contract)
