"""`ccengine outbox`: what flows have submitted and could not be carried out yet, or at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli import records
from ccengine.cli.letters import letter_facts, print_rows
from ccengine.cli.output import fail, read_settings
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.core.ids import ClientId
from ccengine.outbox.couriers import OUTBOX, key_of
from ccengine.storage.webhooks import LetterState

if TYPE_CHECKING:
    from ccengine.storage.database import RecordDatabase

app = typer.Typer(help="What flows have submitted.", no_args_is_help=True)


@app.command("list")
def list_letters(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only what is not tried any more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List submissions that were not taken: of which call, why, when they are tried again."""

    async def show(database: RecordDatabase) -> None:
        letters = await database.webhooks.letters(None, LetterState.DEAD if dead else None)
        rows = [letter_facts(one) for one in letters if one.hook == OUTBOX]
        for row in rows:
            del row["hook"]
        print_rows(rows, as_json=as_json)

    records.read_records(show)


@app.command("retry")
def retry(
    client: Annotated[str, typer.Argument(help="The client, as its folder is named.")],
    *,
    number: Annotated[int | None, typer.Option(help="Only this one. Left out: all.")] = None,
) -> None:
    """Have dead submissions tried again, from the first try on, under the same key."""
    clients = load_tenant(read_settings().tenant_folder).draft.clients
    if client not in clients:
        fail(f"there is no client '{client}'", suggestion(client, list(clients)))
    key = key_of(ClientId(client))

    async def revive(database: RecordDatabase) -> None:
        count = await database.webhooks.revive(key, number)
        after = {"number": number, "revived": count}
        await records.note_change(database, "retryOutbox", f"outbox {client}", None, after)
        typer.echo(f"{count} to be tried again")

    records.change_records(revive)
