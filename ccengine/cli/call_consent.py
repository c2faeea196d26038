"""`ccengine consent`: who agreed to be called, with what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli import records
from ccengine.cli.dnc import Number, client_number
from ccengine.cli.output import console, count, fail
from ccengine.cli.why_not import instant_named
from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Purpose  # noqa: TC001 - typer looks at it
from ccengine.core.dialer.rules import How
from ccengine.reporting.masking import mask_number
from ccengine.storage.call_consents import StoredConsent

if TYPE_CHECKING:
    from ccengine.storage.database import RecordDatabase

app = typer.Typer(help="Consent to being called.", no_args_is_help=True)

Client = Annotated[str, typer.Option(help="Whose calls.")]


@app.command("add")
def add(  # noqa: PLR0913 - one parameter for each thing a consent says
    number: Number,
    *,
    client: Client,
    evidence: Annotated[str, typer.Option(help="What proves it: a recording, a form …")],
    purpose: Annotated[list[Purpose], typer.Option(help="For such calls; may be repeated.")],
    reach: Annotated[
        How, typer.Option(help="How far it goes: each reaches those before it.")
    ] = How.ANY,
    written: Annotated[bool, typer.Option("--written", help="It was given in writing.")] = False,
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
