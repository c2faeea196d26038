"""`ccengine webhook`: what clients' programs were sent and did not take, and sending it again."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli import records
from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.core.ids import ClientId
from ccengine.reporting.instants import utc_text
from ccengine.storage.webhooks import HookKey, LetterState

if TYPE_CHECKING:
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.webhooks import StoredLetter


app = typer.Typer(help="Webhooks: clients' programs that are told of calls.", no_args_is_help=True)

Client = Annotated[str, typer.Argument(help="The client, as its folder is named.")]
Hook = Annotated[str, typer.Argument(help="The webhook, as named in client.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("list")
def list_hooks(*, as_json: AsJson = False) -> None:
    """List all webhooks: how far each is, and how much waits or is dead."""
    settings = read_settings()
    tenant = load_tenant(settings.tenant_folder).draft
    named = [
        (HookKey(client.id, name), hook.url)
        for client in tenant.clients.values()
        for name, hook in client.settings.webhooks.items()
    ]

    async def show(database: RecordDatabase) -> None:
        store = database.webhooks
        rows: list[dict[str, object]] = [
            {
                "client": key.client,
                "hook": key.hook,
                "url": url,
                "number": await store.place(key),
                "waiting": await store.count(key, LetterState.WAITING),
                "dead": await store.count(key, LetterState.DEAD),
                "secret": str(settings.host_paths.webhook_secret(*key)),
            }
            for key, url in named
        ]
        _print(rows, as_json=as_json)

    records.read_records(show)


@app.command("letters")
def list_letters(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only what is not tried any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """List messages that were not taken: of which call, why, when they are tried again."""

    async def show(database: RecordDatabase) -> None:
        state = LetterState.DEAD if dead else None
        _print(
            [_facts(one) for one in await database.webhooks.letters(None, state)], as_json=as_json
        )

    records.read_records(show)


@app.command("retry")
def retry(
    client: Client,
    hook: Hook,
    *,
    number: Annotated[int | None, typer.Option(help="Only this one. Left out: all.")] = None,
) -> None:
    """Have dead messages tried again, from the first try on."""
    key = _known(client, hook)

    async def revive(database: RecordDatabase) -> None:
        count = await database.webhooks.revive(key, number)
        await _note(database, "retryWebhook", key, None, {"number": number, "revived": count})
        typer.echo(f"{count} to be tried again")

    records.change_records(revive)


@app.command("replay")
def replay(
    client: Client,
    hook: Hook,
    *,
    after: Annotated[int, typer.Option(min=0, help="`seq` of the last message not wanted.")],
) -> None:
    """Have everything sent again that came after a message, under the same names."""
    key = _known(client, hook)

    async def set_back(database: RecordDatabase) -> None:
        before = await database.webhooks.place(key)
        await database.webhooks.set_place(key, after)
        await _note(database, "replayWebhook", key, {"number": before}, {"number": after})

    records.change_records(set_back)


def _known(client: str, hook: str) -> HookKey:
    tenant = load_tenant(read_settings().tenant_folder).draft
    known = tenant.clients.get(ClientId(client))
    if known is None:
        fail(f"there is no client '{client}'", suggestion(client, list(tenant.clients)))
    if hook not in known.settings.webhooks:
        hooks = list(known.settings.webhooks)
        fail(f"client {client} has no webhook '{hook}'", suggestion(hook, hooks))
    return HookKey(client, hook)


async def _note(
    database: RecordDatabase, operation: str, key: HookKey, before: object, after: object
) -> None:
    target = f"webhook {key.client}/{key.hook}"
    await records.note_change(database, operation, target, before, after)


def _facts(letter: StoredLetter) -> dict[str, object]:
    return {
        **asdict(letter),
        "at": utc_text(letter.at),
        "next_at": utc_text(letter.next_at) if letter.state is LetterState.WAITING else None,
    }


def _print(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(*(rows[0] if rows else ("nothing",)), box=None)
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row.values()))
    console.print(table)
