"""`ccengine token`: who may use the HTTP API. A token is shown once, when it is made."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.api.roles import Role
from ccengine.api.tokens import THE_FILE
from ccengine.cli import records
from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.config.loading import load_tenant
from ccengine.config.names import is_name, suggestion
from ccengine.reporting.instants import utc_text
from ccengine.storage.tokens import StoredToken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.config.settings import Settings
    from ccengine.core.ids import Instant
    from ccengine.storage.database import RecordDatabase


DAY_SECONDS = 86_400.0
DAYS = 90
DAYS_AT_MOST = 3_650
SECONDS = slice(0, 19)  # of an instant's text
SOME_CLIENT = frozenset({Role.SUPERVISOR, Role.QUALITY, Role.BILLING, Role.CLIENT})

app = typer.Typer(help="Tokens of the HTTP API.", no_args_is_help=True)

Names = Annotated[
    list[str] | None, typer.Option(help="Sees this one; may be repeated. Left out: all.")
]


@app.command("create")
def create(  # noqa: PLR0913 - one parameter for each thing a token holds
    name: Annotated[str, typer.Argument(help="Who it is for: the actor in the audit.")],
    *,
    role: Annotated[Role, typer.Option(help="What it may do.")],
    client: Names = None,
    all_clients: Annotated[bool, typer.Option("--all-clients", help="Sees all clients.")] = False,
    team: Names = None,
    site: Names = None,
    agent: Annotated[str | None, typer.Option(help="Whose it is, of role agent.")] = None,
    days: Annotated[int, typer.Option(min=1, max=DAYS_AT_MOST, help="For so long.")] = DAYS,
) -> None:
    """Make a token and print it. It is kept as a hash only: nobody can show it again."""
    settings, now = read_settings(), records.now()
    if not is_name(name):
        fail(f"'{name}' cannot be a name", "use small letters, digits, '-' and '_'")
    if name in (THE_FILE, records.ACTOR):
        fail(f"'{name}' is somebody else in the audit", "use another name")
    _check_role(role, clients=bool(client), all_clients=all_clients, agent=agent)
    stored = StoredToken(
        name=name,
        role=role,
        clients=_set(client),
        teams=_set(team),
        sites=_set(site),
        agent=agent,
        created_at=now,
        expires_at=now + days * DAY_SECONDS,
    )
    _check_names(stored, settings)

    async def keep(database: RecordDatabase) -> None:
        token = await database.tokens.create(stored)
        await records.note_change(database, "createToken", f"token {name}", None, _facts(stored))
        sys.stdout.write(f"{token}\n")

    records.change_records(keep)


@app.command("list")
def list_tokens(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """List all tokens that were ever made, without what would let anybody in."""

    async def show(database: RecordDatabase) -> None:
        tokens = await database.tokens.all()
        if as_json:
            facts = [_facts(one) for one in tokens]
            typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
            return
        table = Table("name", "role", "clients", "teams", "sites", "agent", "expires", box=None)
        for one in tokens:
            until = f"revoked {_day(one.revoked_at)}" if one.revoked_at else _day(one.expires_at)
            sets = (_named(one.clients), _named(one.teams), _named(one.sites))
            table.add_row(one.name, one.role, *map(escape, sets), one.agent or "", until)
        console.print(table)

    records.read_records(show)


@app.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="The token's name.")]) -> None:
    """Let a token hold no longer. The engine knows within a second."""
    now = records.now()

    async def end(database: RecordDatabase) -> None:
        before = await database.tokens.revoke(name, now)
        if before is None:
            known = [one.name for one in await database.tokens.all()]
            fail(f"there is no token '{name}'", suggestion(name, known))
        if before.revoked_at is None:
            after = {**_facts(before), "revoked_at": utc_text(now)}
            await records.note_change(
                database, "revokeToken", f"token {name}", _facts(before), after
            )

    records.change_records(end)


def _check_role(role: Role, *, clients: bool, all_clients: bool, agent: str | None) -> None:
    if (role is Role.AGENT) != (agent is not None):
        fail("a token of role agent, and no other, is an agent's", "give --agent with --role agent")
    if clients and all_clients:
        fail("--client and --all-clients exclude each other", "leave one of them out")
    if role in SOME_CLIENT and not clients and not all_clients:
        fail(f"a token of role {role} sees some clients", "give --client, or --all-clients")


def _check_names(stored: StoredToken, settings: Settings) -> None:
    tenant = load_tenant(settings.tenant_folder).draft
    for what, names, known in (
        ("client", stored.clients or (), tenant.clients.keys()),
        ("team", stored.teams or (), tenant.settings.teams.keys()),
        ("site", stored.sites or (), tenant.settings.sites.keys()),
        ("agent", (stored.agent,) if stored.agent else (), tenant.settings.agents.keys()),
    ):
        _check_known(what, names, known)


def _check_known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    there = list(known)
    for name in names:
        if name not in there:
            fail(f"there is no {what} '{name}'", suggestion(name, there))


def _facts(stored: StoredToken) -> dict[str, object]:
    shown = asdict(stored)
    for name in ("created_at", "expires_at", "revoked_at"):
        shown[name] = None if shown[name] is None else utc_text(shown[name])
    return shown


def _set(named: list[str] | None) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(named)) if named else None


def _named(names: tuple[str, ...] | None) -> str:
    return "all" if names is None else ", ".join(names)


def _day(at: Instant) -> str:
    return utc_text(at)[SECONDS].replace("T", " ")
