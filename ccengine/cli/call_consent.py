"""`ccengine consent`: who agreed to be called, with what proves it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli import records
from ccengine.cli.dnc import Number, client_named, client_number
from ccengine.cli.output import console, count, fail
from ccengine.cli.why_not import instant_named
from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.leads.consents import GivenTo, consents_in
from ccengine.leads.files import CsvFile, FileUnfit
from ccengine.reporting.masking import mask_number
from ccengine.storage.call_consents import StoredConsent

if TYPE_CHECKING:
    from ccengine.storage.database import RecordDatabase

app = typer.Typer(help="Consent to being called.", no_args_is_help=True)

Client = Annotated[str, typer.Option(help="Whose calls.")]
Purposes = Annotated[list[Purpose], typer.Option(help="For such calls; may be repeated.")]
Reach = Annotated[How, typer.Option(help="How far it goes: each reaches those before it.")]
Written = Annotated[bool, typer.Option("--written", help="It was given in writing.")]


@app.command("add")
def add(  # noqa: PLR0913 - one parameter for each thing a consent says
    number: Number,
    *,
    client: Client,
    evidence: Annotated[str, typer.Option(help="What proves it: a recording, a form …")],
    purpose: Purposes,
    reach: Reach = How.ANY,
    written: Written = False,
    at: Annotated[str | None, typer.Option(help="Since then. Left out: now.")] = None,
    until: Annotated[str | None, typer.Option(help="Until then. Left out: no end.")] = None,
) -> None:
    """Note that a person agreed to be called."""
    wanted = client_number(number, client)
    consent = CallConsent(
        client=client,
        purposes=tuple(dict.fromkeys(purpose)),
        to=reach,
        written=written,
        given_at=records.now() if at is None else instant_named(at),
        ends_at=None if until is None else instant_named(until),
        evidence=evidence,
    )

    async def keep(database: RecordDatabase) -> None:
        stored = StoredConsent(number=wanted, consent=consent, by=records.ACTOR)
        key = await database.call_consents.add(stored)
        after = {"id": key, "client": client, "reach": str(reach), "evidence": evidence}
        target = f"number {mask_number(wanted)}"
        await records.note_change(database, "addCallConsent", target, None, after)
        console.print(f"{mask_number(wanted)} agreed to calls of {escape(client)}: consent {key}")

    records.change_records(keep)


@app.command("import")
def import_consents(
    file: Annotated[
        Path, typer.Argument(help="CSV with columns number, evidence, given_at, ends_at.")
    ],
    *,
    client: Client,
    purpose: Purposes,
    reach: Reach = How.ANY,
    written: Written = False,
    evidence: Annotated[str, typer.Option(help="Of rows that do not say it themselves.")] = "",
    at: Annotated[str | None, typer.Option(help="Likewise: since then.")] = None,
) -> None:
    """Note that many agreed to be called. With a mistake in the file, nothing is."""
    known = client_named(client)
    given = GivenTo(
        client=client,
        purposes=tuple(dict.fromkeys(purpose)),
        reach=reach,
        written=written,
        evidence=evidence.strip(),
        given_at=None if at is None else instant_named(at),
        by=records.ACTOR,
        now=records.now(),
        country=known.settings.country,
        zone=known.zone,
    )
    try:
        consents = consents_in(CsvFile(file), given)
    except (FileUnfit, OSError) as error:
        fail(f"{file}: {error}", "nothing was imported")

    async def keep(database: RecordDatabase) -> None:
        new = await database.call_consents.add_all(consents)
        after = {"consents": new, "client": client, "reach": str(reach), "file": file.name}
        await records.note_change(database, "importCallConsents", file.name, None, after)
        console.print(f"{count(new, 'consent')}, {len(consents) - new} noted already")

    records.change_records(keep)


@app.command("end")
def end(number: Number, *, client: Client) -> None:
    """Note that a person does not agree any more."""
    wanted = client_number(number, client)

    async def keep(database: RecordDatabase) -> None:
        ended = await database.call_consents.end(wanted, client, records.now())
        if not ended:
            fail(f"{mask_number(wanted)} has agreed to nothing of {client}'s that still holds")
        target = f"number {mask_number(wanted)}"
        await records.note_change(database, "endCallConsent", target, {"holding": ended}, None)
        console.print(f"{count(ended, 'consent')} ended")

    records.change_records(keep)
