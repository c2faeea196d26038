"""`ccengine machines`: how often a campaign's detector takes people for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from ccengine.cli.campaign_named import campaign_named
from ccengine.cli.output import count, day_named, errors, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.config.consents import place_of_number
from ccengine.config.loading import load_tenant
from ccengine.core.dialer.leads import AttemptOutcome, MachineVerdict
from ccengine.core.ids import ClientId
from ccengine.reporting.kpis.calendar import span
from ccengine.reporting.machine_errors import Errors, Hearing, errors_by_group, share_between
from ccengine.storage.proof_rows import ProofRows, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN: Final = "unknown"
HEADINGS: Final = ("calls", "machine", "person", "unsure", "said by agents", "people as machines",
                   "machines as people", "of machines, people %", "seconds")  # fmt: skip
FEW: Final = 100
"""With fewer labelled calls the shares say little."""

app = typer.Typer(help="Detectors of answering machines, and their errors.", no_args_is_help=True)


@app.command("report")
def report(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")],
    last: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day.")],
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Compare what the detector said with what agents said, by trunk and by country.

    Only calls with a disposition say who was there. The share of detected machines that were people
    is what `detector.error_percent` and `proof export --detector-errors` want.
    """
    chosen = campaign_named(campaign).campaign
    days = (day_named(first), day_named(last))
    if days[0] > days[1]:
        fail(f"{days[0]} is after {days[1]}", "write --from before --until", code=2)
    tenant = load_tenant(read_settings().tenant_folder).draft
    begins, ends = span(*days, tenant.clients[ClientId(chosen.client)].zone)
    stretch = Stretch(
        client=str(chosen.client),
        campaign=chosen.name,
        begins=begins / 1000,
        ends=ends / 1000,
    )
    found = _counted(stretch)
    if json:
        rows = [_row(*group, counted) for group, counted in found.items()]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    Console().print(_table(found))
    labelled = next(iter(found.values())).labelled
    told = f"{count(labelled, 'call')} with a disposition"
    errors.print(f"{told}: too few to go by" if labelled < FEW else told)


def _counted(stretch: Stretch) -> Mapping[tuple[str, str], Errors]:
    path = read_settings().paths.database
    rows = ProofRows.open(path)
    try:
        return errors_by_group(_hearings(rows, stretch))
    except OperationalError as error:
        fail(f"{path}: {error.orig}", "an older ccengine made it: start this one's engine once")
    finally:
        rows.close()


def _hearings(rows: ProofRows, stretch: Stretch) -> Iterator[Hearing]:
    for row in rows.heard(stretch):
        is_labelled = row["agent"] is not None and row["disposition"] != ""
        is_timed = row["machine_at"] is not None and row["answered_at"] is not None
        country = place_of_number(row["number"], None).partition("-")[0]
        yield Hearing(
            verdict=MachineVerdict(row["machine"]),
            was_machine=row["outcome"] == AttemptOutcome.MACHINE if is_labelled else None,
            seconds=row["machine_at"] - row["answered_at"] if is_timed else None,
            groups={"trunk": row["trunk"] or UNKNOWN, "country": country or UNKNOWN},
        )


def _row(kind: str, name: str, counted: Errors) -> dict[str, Any]:
    detected = _detected(counted)
    low, high = share_between(counted.people_as_machines, detected)
    return {
        "by": kind,
        "name": name,
        "heard": counted.heard,
        "said": {str(verdict): number for verdict, number in counted.said.items()},
        "labelled": counted.labelled,
        "people": counted.people,
        "people_as_machines": counted.people_as_machines,
        "machines": counted.machines,
        "machines_as_people": counted.machines_as_people,
        "error_percent": _percent(counted.people_as_machines, detected),
        "error_percent_between": [round(100 * low, 1), round(100 * high, 1)],
        "mean_seconds": None if counted.mean_seconds is None else round(counted.mean_seconds, 2),
    }


def _detected(counted: Errors) -> int:
    """Return how many labelled calls the detector has taken for machines."""
    return counted.people_as_machines + counted.machines_as_machines


def _percent(part: int, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None


def _table(found: Mapping[tuple[str, str], Errors]) -> Table:
    table = Table()
    table.add_column("", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading)
    for (kind, name), one in found.items():
        row = _row(kind, name, one)
        low, high = row["error_percent_between"]
        wrong = "" if row["error_percent"] is None else f"{row['error_percent']} ({low}-{high})"
        seconds = "" if row["mean_seconds"] is None else f"{row['mean_seconds']:.1f}"
        said = [str(one.said[verdict]) for verdict in (
            MachineVerdict.MACHINE, MachineVerdict.PERSON, MachineVerdict.UNSURE
        )]  # fmt: skip
        table.add_row(
            f"{kind} {name}".strip(),
            str(one.heard),
            *said,
            str(one.labelled),
            f"{one.people_as_machines} of {one.people}",
            f"{one.machines_as_people} of {one.machines}",
            wrong,
            seconds,
        )
    return table
