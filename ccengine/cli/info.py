"""`ccengine info`: where everything is, for a person or a program. Paths are the host's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccengine.cli.closure import closure_table
from ccengine.cli.closures_now import closure_facts
from ccengine.cli.output import console, fail, read_configuration, read_settings
from ccengine.cli.running_engine import breakers_now, dead_submissions_now
from ccengine.cli.tables import Table
from ccengine.config.asterisk_files import ENGINE_USER
from ccengine.config.tenant import sip_user_of

if TYPE_CHECKING:
    from ccengine.config.settings import Settings, StatePaths
    from ccengine.config.tenant import Tenant

Facts = dict[str, Any]


def info(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """Tell where everything is: numbers to dial, accounts, API, folders."""
    settings = read_settings()
    tenant = read_configuration(settings).tenant
    if tenant is None:
        fail("the configuration cannot be read", "see `ccengine check`")
    facts = facts_of(tenant, settings)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        _print(facts, settings.host_paths)


def facts_of(tenant: Tenant, settings: Settings) -> Facts:
    """Return everything that a program needs to use the running system."""
    paths = settings.host_paths
    return {
        "sip": {"host": settings.sip_address, "port": settings.sip_port, "transport": "udp"},
        "numbers": _numbers(tenant),
        "callers": [_account(user, settings) for user in tenant.settings.callers],
        "phones": [
            {"extension": extension, **_account(sip_user_of(extension), settings)}
            for extension in tenant.accounts
        ],
        "agents": _agents(tenant, settings),
        "feature_codes": tenant.settings.feature_codes.all(),
        "closures": closure_facts(tenant, settings),
        "lookups": _lookups(tenant, settings),
        "submissions": _submissions(tenant, settings),
        "api": {"url": settings.api_url, "token_file": str(paths.api_token)},
        "ari": {
            "url": settings.ari_url,
            "user": ENGINE_USER,
            "password_file": str(paths.ari_password),
        },
        "paths": {
            "recordings": str(paths.recordings),
            "logs": str(paths.logs),
            "database": str(paths.database),
            "dialplan": str(settings.host_dialplan or settings.dialplan),
            "asterisk_conf": str(settings.host_asterisk_conf or "/etc/asterisk"),
            "state": str(paths.root),
        },
    }


def _numbers(tenant: Tenant) -> list[Facts]:
    return [
        {
            "number": number,
            "client": client.id,
            "flow": own.flow,
            "description": own.description or "",
        }
        for client in tenant.clients.values()
        for number, own in client.settings.numbers.items()
    ]


def _lookups(tenant: Tenant, settings: Settings) -> list[Facts]:
    """Return what flows ask, with the breakers' states if the engine says them."""
    named = [
        (client.id, name, lookup)
        for client in tenant.clients.values()
        for name, lookup in client.settings.lookups.items()
    ]
    failing = breakers_now(settings) if named else None
    usual = None if failing is None else "closed"
    return [
        {
            "client": client,
            "lookup": name,
            "asks": " ".join(lookup.ways),
            "deadline_seconds": lookup.deadline_seconds,
            "breaker": (failing or {}).get(f"{client}/{name}", usual),
        }
        for client, name, lookup in named
    ]


def _submissions(tenant: Tenant, settings: Settings) -> Facts:
    """Return how many things flows may have done, and how many could not be, if anybody knows."""
    count = sum(len(client.settings.submissions) for client in tenant.clients.values())
    return {"known": count, "dead": dead_submissions_now(settings) if count else None}


def _account(sip_user: str, settings: Settings) -> Facts:
    file = settings.host_paths.sip_password(sip_user)
    return {"sip_user": sip_user, "password_file": str(file)}


def _agents(tenant: Tenant, settings: Settings) -> list[Facts]:
    agents = []
    for name, agent in tenant.settings.agents.items():
        phone: Facts = {"extension": None, "sip_user": None, "password_file": None}
        if agent.phone is not None and agent.phone not in tenant.accounts:  # outside
            phone["extension"] = agent.phone
        elif agent.phone is not None:
            phone = {"extension": agent.phone, **_account(sip_user_of(agent.phone), settings)}
        agents.append(
            {
                "id": name,
                "name": agent.name,
                **phone,
                "pin_file": str(settings.host_paths.pin(name)),
                "skills": dict(agent.skills),
                "clients": list(agent.clients),
            }
        )
    return agents


def _print(facts: Facts, paths: StatePaths) -> None:
    sip = facts["sip"]
    console.print(f"{'SIP server':<14} {sip['host']}:{sip['port']} ({sip['transport']})")
    _table("Numbers to dial", facts["numbers"], ["number", "client", "flow", "description"])
    agents = ["id", "name", "extension", "clients", "skills"]
    _table("Agents and their usual phones", facts["agents"], agents)
    if facts["closures"]:
        console.print("Numbers with one switch")
        console.print(closure_table(facts["closures"]))
    if facts["lookups"]:
        asked = ["client", "lookup", "asks", "deadline_seconds", "breaker"]
        _table("What flows ask", facts["lookups"], asked)
    if facts["submissions"]["dead"]:
        dead = f"{facts['submissions']['dead']} submissions could not be carried out"
        console.print(f"{dead}: see `ccengine outbox list --dead`")
    ari = facts["ari"]
    lines = {
        "phones": ", ".join(phone["sip_user"] for phone in facts["phones"]),
        "to call from": ", ".join(caller["sip_user"] for caller in facts["callers"]),
        "SIP passwords": f"{paths.sip_secrets}/<sip user>",
        "PINs": f"{paths.pins}/<agent id>",
        "feature codes": ", ".join(
            f"{name} {code}" for name, code in facts["feature_codes"].items()
        ),
        "API": f"{facts['api']['url']}, token in {facts['api']['token_file']}",
        "wallboard": f"{facts['api']['url']}/wallboard",
        "agents' desk": f"{facts['api']['url']}/desk",
        "ARI": f"{ari['url']}, user {ari['user']}, password in {ari['password_file']}",
        **facts["paths"],
    }
    for name, value in lines.items():
        console.print(f"{name:<14} {value}", soft_wrap=True)


def _table(title: str, rows: list[Facts], columns: list[str]) -> None:
    table = Table(*columns, title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {degree}" for name, degree in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
