"""`ccengine campaign`: how campaigns go, and starting, pausing and finishing them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape

from ccengine.cli.output import console, fail, isolated, print_whole, read_settings
from ccengine.cli.running_engine import ask_engine
from ccengine.cli.tables import Table
from ccengine.config.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

app = typer.Typer(help="Campaigns of the running engine.", no_args_is_help=True)

COLUMNS: Final = (
    *("campaign", "name", "mode", "state", "agents", "in the air", "waiting", "talking"),
    *("dialed", "answered", "abandoned", "busy", "fresh", "again", "done"),
)
STATES: Final = {
    "running": "[bold green]running[/]",
    "resting": "[yellow]resting[/]",
    "paused": "[yellow]paused[/]",
}
AGAIN: Final = ("waiting", "callback")
"""States of leads that were dialed and will be again."""

CampaignName = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign, or what it is called.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Reason = Annotated[str, typer.Option(help="Why, for those who see it.")]


@app.command("list")
def list_campaigns(*, as_json: AsJson = False) -> None:
    """List campaigns, and how they go."""
    campaigns = _all()
    if as_json:
        typer.echo(json.dumps({"campaigns": campaigns}, ensure_ascii=False, indent=2))
    else:
        print_whole(campaign_table(campaigns))


@app.command("show")
def show(campaign: CampaignName, *, as_json: AsJson = False) -> None:
    """Show a campaign with what its file says and the limits that hold for it."""
    found = ask_engine(read_settings(), "GET", _path(campaign))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    print_whole(campaign_table([found]))
    table = Table("setting", "value", box=None, padding=(0, 2, 0, 0))
    for name, value in _lines(found):
        table.add_row(name, escape(value))
    console.print(table)


@app.command("start")
def start(campaign: CampaignName, *, reason: Reason = "") -> None:
    """Have a campaign place calls from now on, within its hours, the law and its limits."""
    _switch(campaign, "start", reason)


@app.command("pause")
def pause(campaign: CampaignName, *, reason: Reason = "") -> None:
    """Have a campaign place no more calls until it is started again. Calls in the air go on."""
    _switch(campaign, "pause", reason)


@app.command("finish")
def finish(campaign: CampaignName, *, reason: Reason = "") -> None:
    """End a campaign. Calls in the air go on; started again, it learns its pace anew."""
    _switch(campaign, "finish", reason)


def campaign_table(campaigns: Sequence[dict[str, Any]]) -> Table:
    """Return campaigns as a table, from the facts that the API shows."""
    table = Table(*COLUMNS, box=None, padding=(0, 2, 0, 0))
    for one in campaigns:
        agents, calls, leads = one["agents"], one["calls"], one["leads"]
        done, used = one["figures"], one["figures"]["utilisation_percent"]
        closed = "" if one["is_open"] or one["state"] != "running" else " (not its hours)"
        figures = (
            f"{sum(agents.values())} ({agents['idle']} free)",
            *(calls[name] for name in ("in_the_air", "waiting", "talking")),
            *(done[name] for name in ("dialed", "answered", "abandoned")),
            "" if used is None else f"{used:g} %",
            leads.get("fresh", 0),
            sum(leads.get(state, 0) for state in AGAIN),
            leads.get("done", 0),
        )
        state = STATES.get(one["state"], one["state"]) + closed
        named = (one["campaign"], isolated(one["name"]), one["mode"], state)
        table.add_row(*named, *map(str, figures))
    return table


def _lines(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what is said of a campaign beside its figures: what is not set is left out."""
    if found["reason"] or found["by"]:
        yield "state", " · ".join(filter(None, (found["by"], found["since"], found["reason"])))
    for limit in found["limits"]:
        share = limit["abandoned_percent"]
        counted = "" if share is None else f"{share:g} % of {limit['live']} answers, "
        yield "abandoned calls", f"{counted}at most {limit['percent']:g} % a {limit['window']}"
    for name, value in found["settings"].items():
        if value not in (None, [], ""):
            yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _all() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask_engine(read_settings(), "GET", "/campaigns")["campaigns"]
    return found


def _path(name: str) -> str:
    """Return the address of a campaign as people name it, or say that there is none and end."""
    known = [str(one["campaign"]) for one in _all()]
    named = [one for one in known if name in (one, one.partition("/")[2])]
    if len(named) > 1:
        remedy = f"name one of {', '.join(named)}"
        fail(f"there are several campaigns '{name}'", remedy, code=2)
    if not named:
        fail(f"there is no campaign '{name}'", suggestion(name, known), code=2)
    return f"/campaigns/{named[0]}"


def _switch(name: str, act: str, reason: str) -> None:
    answer = ask_engine(read_settings(), "POST", f"{_path(name)}/{act}", {"reason": reason})
    print_whole(campaign_table([answer]))
