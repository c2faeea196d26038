"""`ccengine leads`: lists of a campaign, taken in from files and written out again."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path  # noqa: TC003 - typer reads it
from random import Random
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ccengine.cli import records
from ccengine.cli.campaign_named import campaign_named, list_named
from ccengine.cli.letters import print_rows
from ccengine.cli.output import count, errors, fail, read_settings
from ccengine.config.lead_columns import MOST_NUMBERS
from ccengine.config.whereabouts import NotANumber, number_of
from ccengine.leads.exporting import export_leads
from ccengine.leads.files import UTF_8, CsvFile, FileUnfit
from ccengine.leads.importing import ImportOrder, import_leads
from ccengine.leads.read_ahead import ReadAhead
from ccengine.leads.reject_file import RejectFile, write_header, write_rejects
from ccengine.leads.sheets import SheetFile
from ccengine.leads.watched import WatchedFile
from ccengine.reporting.instants import utc_text
from ccengine.storage.lead_imports import LeadImport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.dialer.leads import LeadKey
    from ccengine.leads.files import LeadFile
    from ccengine.leads.importing import Imported
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.lead_lists import ListFacts

XLSX: Final = ".xlsx"

app = typer.Typer(help="Whom campaigns call: lists of leads.", no_args_is_help=True)

CampaignName = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign.")]
ListName = Annotated[str | None, typer.Option("--list", help="Left out: the campaign's only one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("import")
def import_file(
    campaign: CampaignName,
    file: Annotated[Path, typer.Argument(help="CSV, or XLSX; the first row names the columns.")],
    *,
    to_list: ListName = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is; may be repeated."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of a CSV file.")] = "utf-8",
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; left out: beside the file.")
    ] = None,
) -> None:
    """Import leads: all of the file, or nothing. What cannot be a lead is in the file of rejects.

    A row is rejected when none of its cells is a number that can be dialed, one of its numbers is
    in a list of the campaign already, or a cell is not what its field asks for. Columns are
    `number`, `number_2` …, `key`, `priority`, `country`, `state`, `zone`, and the campaign's
    fields.
    """
    chosen = campaign_named(campaign)
    order = ImportOrder(
        campaign=chosen.campaign,
        country=chosen.country,
        list=list_named(chosen.campaign, to_list),
        lot=Random(records.now()),
        mapped=dict(_pair(text) for text in mapped or ()),
    )
    to = rejects or file.with_name(f"{file.stem}.rejects.csv")

    async def take_in(database: RecordDatabase) -> None:
        done = _imported(_opened(file, encoding), order, to)
        after = {"file": file.name, "leads": done.leads, "rejects": done.rejects}
        target = f"leads {order.campaign.id} {order.list}"
        await records.note_change(database, "importLeads", target, None, after)
        _tell(done, to)

    try:
        records.change_records(take_in)
    except FileUnfit as error:
        fail(f"{file}: {error}")
    except OSError as error:
        path = error.filename or file
        remedy = "" if path == str(file) else "say by --rejects where rejected rows may be written"
        fail(f"{path}: {error.strerror or error}", remedy)


@app.command("list")
def list_lists(
    campaign: Annotated[
        str | None, typer.Argument(metavar="[CAMPAIGN]", help="As in client/campaign.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the lists, and how many of their leads are in which state."""
    client, _, name = (campaign or "").rpartition("/")

    async def show(database: RecordDatabase) -> None:
        found = await database.lead_lists.lists(client or None, name or None)
        print_rows([_list_facts(one) for one in found], as_json=as_json)

    records.read_records(show)


@app.command("imports")
def list_imports(
    *,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the files that were imported, the last one first."""

    async def show(database: RecordDatabase) -> None:
        rows: list[dict[str, object]] = [
            {
                "import": one.id,
                "campaign": f"{one.client}/{one.campaign}",
                "list": one.list,
                "file": one.file,
                "state": one.state,
                "started_at": utc_text(one.started_at),
                "leads": one.leads,
                "rejects": one.rejects,
            }
            for one in await database.lead_lists.imports(limit)
        ]
        print_rows(rows, as_json=as_json)

    records.read_records(show)


@app.command("rejects")
def list_rejects(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="As in `leads imports`.")],
) -> None:
    """Print the rows of an import that became no lead, as CSV: each with its number and why."""

    async def show(database: RecordDatabase) -> None:
        header = await database.lead_lists.header(number)
        if header is None:
            fail(f"there is no import {number}", "ccengine leads imports")
        write_header(sys.stdout, header)
        async for one in database.lead_lists.rejects(number):
            write_rejects(sys.stdout, [one])

    records.read_records(show)


@app.command("show")
def show_lead(
    number: Annotated[str, typer.Argument(help="A telephone number, with + and the country.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show the leads that have a number, in whatever list, and each attempt to reach them."""
    try:
        wanted = number_of(number, None)
    except NotANumber as error:
        fail(str(error), code=2)

    async def show(database: RecordDatabase) -> None:
        rows = [
            facts
            for key in await database.leads.find(wanted)
            for facts in await _facts(database, key)
        ]
        print_rows(rows, as_json=as_json)

    records.read_records(show)


@app.command("export")
def export(
    campaign: CampaignName,
    *,
    of_list: ListName = None,
    to: Annotated[Path | None, typer.Option(help="The file; left out: print it.")] = None,
) -> None:
    """Write a list as CSV, with what became of each lead. What looks like a formula stays text."""
    named = campaign_named(campaign)
    chosen, form = named.campaign, named.form
    name = list_named(chosen, of_list)

    async def write(database: RecordDatabase) -> None:
        found = await database.lead_lists.lists(chosen.client, chosen.name)
        of = next((one for one in found if one.name == name), None)
        if of is None:
            fail(f"nothing was imported into list '{name}'", "ccengine leads import")
        opened = (
            nullcontext(sys.stdout)
            if to is None
            else to.open("w", encoding="utf-8-sig", newline="")
        )
        fields, leads = tuple(chosen.settings.fields), database.lead_lists.leads(of)
        answers = () if form is None else tuple(form.file.fields)
        with opened as out:
            written = await export_leads(leads, fields, MOST_NUMBERS, out, answers)
        errors.print(count(written, "lead"))

    try:
        records.read_records(write)
    except OSError as error:
        if to is None:  # whoever reads along has gone
            raise
        message = f"{error.filename or to}: {error.strerror or error}"
        fail(message, "name a file where this may write: in the state folder, exports/ is for that")


def _imported(source: LeadFile, order: ImportOrder, rejects: Path) -> Imported:
    importing = LeadImport.open(read_settings().paths.database)
    try:
        with RejectFile(rejects) as rejected, _progress(source) as shown:
            return import_leads(shown, order, importing, rejected, records.now)
    finally:
        importing.close()


def _opened(file: Path, encoding: str) -> LeadFile:
    if file.suffix.lower() == XLSX:
        return ReadAhead(SheetFile(file))
    return CsvFile(file, UTF_8 if encoding.lower() in {"utf-8", "utf8"} else encoding)


def _pair(text: str) -> tuple[str, str]:
    column, sign, target = text.rpartition("=")
    if not sign or not column or not target:
        fail(f"'{text}' says nothing of a column", "write --map COLUMN=FIELD", code=2)
    return column, target


@contextmanager
def _progress(file: LeadFile) -> Iterator[LeadFile]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task(file.name, total=file.size, rows=0)

        def told(done: int, rows: int) -> None:
            bar.update(task, completed=done, rows=rows)

        yield WatchedFile(file, told)


def _tell(done: Imported, rejects: Path) -> None:
    typer.echo(f"import {done.id}: {count(done.leads, 'lead')}, {count(done.rejects, 'reject')}")
    if done.rejects:
        twice = f"{done.duplicates} are in the list already, or in another"
        typer.echo(f"{rejects}: why ({twice})", err=True)
    if done.disagreeing:
        told = "have a number and an address in different time zones: called when both allow it"
        typer.echo(f"{count(done.disagreeing, 'lead')} {told}", err=True)
    if done.ignored:
        names = ", ".join(name or "(no name)" for name in done.ignored)
        typer.echo(f"columns that mean nothing here: {names}", err=True)


def _list_facts(one: ListFacts) -> dict[str, object]:
    named: dict[str, object] = {"campaign": f"{one.client}/{one.campaign}", "list": one.name}
    states = ("fresh", "waiting", "callback", "claimed", "dialing", "done")
    return {**named, **{state: one.states.get(state, 0) for state in states}}


async def _facts(database: RecordDatabase, key: LeadKey) -> list[dict[str, object]]:
    lead = await database.leads.get(key)
    if lead is None:
        return []
    whole: dict[str, object] = {
        "lead": lead.key,
        "list": lead.list,
        "at": None if lead.due_at is None else utc_text(lead.due_at),
        "number": lead.to_dial,
        "what": lead.state,
        "by": lead.agent,
    }
    attempts: list[dict[str, object]] = [
        {
            "lead": lead.key,
            "list": f"{one.client}/{one.campaign}",
            "at": utc_text(one.placed_at),
            "number": one.number,
            "what": one.outcome or "goes on",
            "by": one.agent,
        }
        for one in await database.attempts.of_lead(key)
    ]
    return [whole, *attempts]
