"""`ccengine why-not NUMBER`: which rules hold a number back, and until when."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from pydantic_core import PydanticCustomError
from rich.markup import escape
from sqlalchemy.exc import OperationalError

from ccengine import clock
from ccengine.api.why_not import (
    Address,
    Asked,
    Everywhere,
    Judged,
    WhyNotShown,
    judged,
    judged_everywhere,
)
from ccengine.cli.output import console, fail, read_settings, zone_named
from ccengine.cli.tables import Table
from ccengine.config.consents import place_named
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.config.whereabouts import NotANumber, number_of
from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.verdicts import HoldReason
from ccengine.core.ids import ClientId, Instant
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_number
from ccengine.storage.database import RecordDatabase

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant
    from ccengine.core.dialer.verdicts import Hold

HELD_BACK: Final = 4
"""Exit code: the number may not be called."""
COLUMNS: Final = ("rule", "held until", "because", "source", "checked")
REMEDIES: Final = {
    HoldReason.NO_PLACE: "give it with + and country, or its address by --place",
    HoldReason.NO_RULES: "write the law of the place into the tenant's dialing.yaml",
    HoldReason.LIMIT_UNWATCHED: "name the country in the campaign's 'countries'",
    HoldReason.REGISTER_STALE: "`ccengine dnc import`, or `dnc scrubbed` if others compare",
    HoldReason.NO_CONSENT: "`ccengine consent add`, if there is one and something proves it",
}
MINUTES: Final = slice(0, 16)  # of an instant's text


def why_not(  # noqa: PLR0913 - one parameter for each thing the law looks at
    number: Annotated[str, typer.Argument(help="As people write it; best with + and country.")],
    *,
    campaign: Annotated[
        str, typer.Option(help="For this campaign: client/campaign, or the client alone.")
    ] = "",
    at: Annotated[
        str | None, typer.Option(help="Then, as in 2026-11-23T09:00+01:00. Left out: now.")
    ] = None,
    purpose: Annotated[
        Purpose | None, typer.Option(help="Left out: the campaign's, or marketing.")
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="Left out: the campaign's, or predictive.")
    ] = None,
    place: Annotated[str, typer.Option(help="Of the address: FR, or a state as in US-FL.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone of the address, if it is known.")] = "",
    person: Annotated[str, typer.Option(help="Whose number it is, by the lists.")] = "",
    debt: Annotated[str, typer.Option(help="What is collected, by the lists.")] = "",
    agent_guaranteed: Annotated[
        bool, typer.Option("--agent-guaranteed", help="An agent is kept free for it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Tell which rules hold a number back, and until when; exit code 0: none, 4: some do.

    Reads configuration and database; no engine has to run. Without a campaign all whose lists have
    the number are asked, too. Of their leads it knows address, person and debt by itself.
    """
    tenant = load_tenant(read_settings().tenant_folder).draft
    client, _, name = campaign.partition("/")
    wanted, usual = _number(number, tenant, client), _campaign(tenant, client, name)
    request = DialRequest(
        number=wanted,
        client=client,
        campaign=name,
        purpose=purpose or usual[0],
        mode=mode or usual[1],
        person=person,
        debt=debt,
        agent_guaranteed=agent_guaranteed,
    )
    address = Address(place=_place(place), zone=zone_named(zone).key if zone else "")
    asked = Asked(purpose=purpose, mode=mode, agent_guaranteed=agent_guaranteed, address=address)
    _tell(_judged(tenant, request, asked, _instant(at)), as_json=as_json)


def _tell(told: Everywhere, *, as_json: bool) -> None:
    if as_json:
        shown = _shown(told.general)
        if not told.general.request.campaign:
            shown["unwanted_by"] = told.unwanted_by
            shown["campaigns"] = [
                {"campaign": f"{one.request.client}/{one.request.campaign}", **_shown(one)}
                for one in told.campaigns
            ]
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        for one in (told.general, *told.campaigns):
            _print(one)
        for client in told.unwanted_by:
            console.print(f"the person does not want to be called by {escape(client)}")
    if not told.may_be_called:
        raise typer.Exit(HELD_BACK)


def _shown(told: Judged) -> dict[str, Any]:
    return WhyNotShown.of(told).model_dump(mode="json")


def _instant(text: str | None) -> Instant:
    return clock.wall() if text is None else instant_named(text)


def instant_named(text: str) -> Instant:
    """Return an instant, or say that it is none and end."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        fail(f"'{text}' is no instant", "write it as in 2026-11-23T09:00+01:00", code=2)
    return when.timestamp()


def _number(text: str, tenant: Tenant, client: str) -> str:
    if client and client not in tenant.clients:
        fail(f"there is no client '{client}'", suggestion(client, tenant.clients), code=2)
    country = tenant.clients[ClientId(client)].settings.country if client else None
    try:
        return number_of(text, country)
    except NotANumber as error:
        fail(str(error), code=2)


def _campaign(tenant: Tenant, client: str, name: str) -> tuple[Purpose, Mode]:
    """Return what a campaign calls for and how; without one, what the law is strictest with."""
    if not name:
        return Purpose.MARKETING, Mode.PREDICTIVE
    campaigns = tenant.clients[ClientId(client)].campaigns
    if name not in campaigns:
        fail(f"client '{client}' has no campaign '{name}'", suggestion(name, campaigns), code=2)
    return campaigns[name].settings.purpose, campaigns[name].settings.mode


def _place(text: str) -> str:
    try:
        return place_named(text) if text else ""
    except PydanticCustomError as error:
        context = error.context or {}
        fail(str(context.get("message")), str(context.get("remedy")), code=2)


def _judged(tenant: Tenant, request: DialRequest, asked: Asked, at: Instant) -> Everywhere:
    database = read_settings().paths.database

    async def read() -> Everywhere:
        if not database.exists():
            return Everywhere(general=await judged(tenant, request, asked.address, None, at))
        opened = RecordDatabase.open_to_read(database)
        try:
            general = await judged(tenant, request, asked.address, opened, at)
            if request.campaign:
                return Everywhere(general=general)
            return await judged_everywhere(tenant, general, asked, opened)
        finally:
            await opened.close()

    try:
        return asyncio.run(read())
    except OperationalError as error:
        fail(f"{database}: {error.orig}", "an older ccengine made it: start this one's engine once")


# ---- for people ----------------------------------------------------------------------------


def _print(told: Judged) -> None:
    request, verdict = told.request, told.verdict
    places = ", ".join(one.place or "nowhere known" for one in told.where)
    may = "[green]may be called[/]" if verdict.may_be_called else "[bold red]may not be called[/]"
    whom = "/".join(one for one in (request.client, request.campaign) if one)
    for_whom = f" for {whom}" if whom else ""
    console.print(
        f"[bold]{mask_number(request.number)}[/] ({escape(places)}) {may}{escape(for_whom)} "
        f"at {_local(told.at, told)}: {request.purpose}, {request.mode}",
        soft_wrap=True,
    )
    if verdict.may_be_called:
        return
    table = Table(
        "rule", "held until", "because", "source", "checked", box=None, padding=(0, 2, 0, 0)
    )
    for hold in verdict.holds:
        until = _end(hold, told)
        table.add_row(*map(escape, (hold.rule, until, hold.text, hold.source, hold.checked)))
    console.print(table)
    if verdict.until is not None:
        free = _local(verdict.until, told)
        console.print(f"nothing holds it back from {escape(free)} on", soft_wrap=True)
    for reason in dict.fromkeys(hold.reason for hold in verdict.holds):
        if reason in REMEDIES:
            console.print(f"{reason}: {escape(REMEDIES[reason])}", soft_wrap=True)


def _end(hold: Hold, told: Judged) -> str:
    if hold.until is not None:
        return _local(hold.until, told)
    return "see below" if hold.reason in REMEDIES else "for ever"


def _local(at: Instant, told: Judged) -> str:
    """Return an instant in UTC, and in the first zone where the person may be."""
    zones = [zone for one in told.where for zone in one.zones]
    utc = datetime.fromtimestamp(at, UTC)
    here = f" ({utc.astimezone(ZoneInfo(zones[0])):%H:%M} {zones[0]})" if zones else ""
    return f"{utc_text(at)[MINUTES]}Z{here}"
