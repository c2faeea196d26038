"""`ccengine proof`: what a campaign did and by which rules, as signed files; and whether they are
still what was signed."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import OperationalError

from ccengine.cli import records
from ccengine.cli.campaign_named import campaign_named
from ccengine.cli.output import count, day_named, errors, fail, read_settings, zone_named
from ccengine.config.campaign_limits import limits_of
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.loading import load_tenant
from ccengine.config.periods import NO_ZONE
from ccengine.config.secret_files import SecretMissing
from ccengine.core.ids import ClientId
from ccengine.keeping.order import Folders
from ccengine.proof.order import ProofOrder
from ccengine.proof.pack import FolderTaken, Written, write_pack
from ccengine.proof.ratios import SET_BY
from ccengine.proof.verifying import faults_of
from ccengine.reporting.kpis.calendar import span
from ccengine.storage.proof_rows import ProofRows, Stretch

if TYPE_CHECKING:
    from ccengine.config.campaign_limits import CampaignLimit
    from ccengine.config.campaigns import CampaignFile
    from ccengine.config.tenant import Tenant
    from ccengine.storage.database import RecordDatabase

WHOLE: Final = "telephone numbers in it are whole: keep it as you keep the data itself"

app = typer.Typer(help="Proof of what campaigns did, for authorities.", no_args_is_help=True)


@app.command("export")
def export(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")],
    last: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day.")],
    to: Annotated[Path, typer.Option(help="The folder, which is made.")],
    zone: Annotated[
        str | None, typer.Option(help="Whose days; left out: those of the client's contract.")
    ] = None,
    detector_errors: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100,
            help="Of detected machines that were people, percent; left out: as the campaign says.",
        ),
    ] = None,
) -> None:
    """Write all that proves what a campaign did in some days, signed. Nothing is overwritten.

    Every attempt, the rules it was judged by, timings, abandoned calls per window of each rule,
    consents, registers, recordings' hashes, and report.html, which says it all to people. Telephone
    numbers are whole.
    """
    tenant = load_tenant(read_settings().tenant_folder).draft
    client, name, settings, limits = _campaign(tenant, campaign)
    usual = tenant.clients[ClientId(client)].zone if client in tenant.clients else NO_ZONE
    days = (day_named(first), day_named(last))
    if days[0] > days[1]:
        fail(f"{days[0]} is after {days[1]}", "write --from before --until", code=2)
    chosen = zone_named(zone).key if zone else usual
    begins, ends = span(*days, chosen)
    order = ProofOrder(
        tenant=tenant.id,
        stretch=Stretch(client=client, campaign=name, begins=begins / 1000, ends=ends / 1000),
        days=(days[0].isoformat(), days[1].isoformat()),
        zone=chosen,
        client_zone=usual,
        now=records.now(),
        settings=settings,
        lawbook=Lawbook(tenant.dialing.over(built_in())),
        refusals=tenant.refusals,
        own_limits=limits,
        error_share=_error_share(detector_errors, settings),
    )
    _make(order, to)


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="As it was written.")],
    *,
    key: Annotated[
        Path | None,
        typer.Option(help="The public key that somebody gave you; left out: this engine's."),
    ] = None,
) -> None:
    """Tell whether a pack is what was signed. Names each file that is not.

    Exit code 1: at least one is not.
    """
    if not folder.is_dir():
        fail(f"{folder}: no such folder")
    try:
        known = Folders.of(read_settings().paths).keys if key is None else _public(key)
        faults = faults_of(folder, known)
    except (SecretMissing, OSError) as error:
        fail(f"it cannot be verified: {error}", "run it as root or as the engine, or give --key")
    for fault in faults:
        typer.echo(fault)
    errors.print(f"{folder}: {count(len(faults), 'fault')}")
    if faults:
        raise typer.Exit(1)


def _make(order: ProofOrder, to: Path) -> None:
    async def make(database: RecordDatabase) -> None:
        done = _written(order, to)
        after = {"days": list(order.days), "attempts": done.attempts, "manifest": done.sha256}
        target = f"campaign {order.campaign}"
        await records.note_change(database, "exportProof", target, None, after)
        over = sum(not one.is_kept for one in done.ratios)
        limits = f"{count(len(done.ratios), 'window')} of limits, {over} over"
        typer.echo(f"{to}: {count(done.attempts, 'attempt')}, {limits}")
        errors.print(WHOLE)

    records.change_records(make)


def _written(order: ProofOrder, to: Path) -> Written:
    settings = read_settings()
    rows = ProofRows.open(settings.paths.database)
    try:
        if order.settings is None and not rows.began(order.stretch.client, order.stretch.campaign):
            fail(f"there is no campaign '{order.campaign}', and never was", code=2)
        return write_pack(order, rows, Folders.of(settings.paths), to)
    except FolderTaken:
        fail(f"{to} is there already", "nothing is overwritten: name another folder")
    except SecretMissing as error:
        fail(f"the key that signs cannot be read: {error}", "run it as root or as the engine")
    except OSError as error:
        fail(f"{error.filename or to}: {error.strerror or error}")
    except OperationalError as error:
        fail(f"{settings.paths.database}: {error.orig}")
    finally:
        rows.close()


def _campaign(
    tenant: Tenant, name: str
) -> tuple[str, str, CampaignFile | None, tuple[CampaignLimit, ...]]:
    """Return a campaign with its own limits; of one that is gone, what it was called."""
    client, sign, own = name.partition("/")
    configured = tenant.clients.get(ClientId(client))
    if sign and (configured is None or own not in configured.campaigns):
        return client, own, None, ()
    chosen = campaign_named(name)
    settings, rules = chosen.campaign.settings, tenant.dialing.over(built_in())
    limits = limits_of(settings, chosen.country, rules, records.now()).limits
    own_limits = tuple(one for one in limits if one.rule in SET_BY)
    return str(chosen.campaign.client), chosen.campaign.name, settings, own_limits


def _error_share(percent: float | None, settings: CampaignFile | None) -> float | None:
    """Return the share that was given, else what the campaign's own audit has found; None: none."""
    if percent is None and settings is not None and settings.detector.error_percent:
        percent = settings.detector.error_percent
    return None if percent is None else percent / 100


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        fail(f"{file} is no public key of Ed25519", "ccengine recordings keys --public", code=2)
    return key
