"""`ccengine webhook`: what clients' programs were sent and did not take, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli import records
from ccengine.cli.letters import letter_facts, print_rows
from ccengine.cli.output import fail, read_settings
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.core.ids import ClientId
from ccengine.outbox.couriers import OUTBOX
from ccengine.storage.webhooks import HookKey, LetterState

if TYPE_CHECKING:
    from ccengine.storage.database import RecordDatabase

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
        print_rows(rows, as_json=as_json)

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
        letters = await database.webhooks.letters(None, state)
        rows = [letter_facts(one) for one in letters if one.hook != OUTBOX]
        print_rows(rows, as_json=as_json)

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
