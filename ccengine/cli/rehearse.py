"""`ccengine rehearse`: a campaign dials scripted far ends on this machine, shown live."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ccengine.cli.campaign_named import Chosen, campaign_of
from ccengine.cli.output import console, count, fail, read_settings
from ccengine.cli.rehearsal import LIMIT_SECONDS, Rehearsal
from ccengine.cli.rehearsal_cast import cast_of, import_numbers
from ccengine.cli.running_engine import ask_engine
from ccengine.cli.tables import Table
from ccengine.config.settings import Settings
from ccengine.ivr.configuration import load_configuration

if TYPE_CHECKING:
    from ccengine.cli.rehearsal import Rehearsed

SAID_AT_MOST: Final = 8
LOOK_SECONDS: Final = 0.5
ENDING_SECONDS: Final = 45.0
"""Until the last calls are over: a ring, a talk."""
WAITS: Final = ("fresh", "waiting", "claimed", "dialing")


def rehearse(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign.")],
    *,
    seconds: Annotated[float, typer.Option(min=10.0, max=3600.0, help="It dials so long.")] = 90.0,
    leads: Annotated[int, typer.Option(min=1, max=1000, help="So many are imported.")] = 80,
) -> None:
    """Have a campaign dial scripted far ends that answer, are busy, silent, or machines.

    Engine, Asterisk and sound are real; agents and far ends are scripted phones on this machine. A
    campaign whose calls would leave it is refused. Exit code 1: somebody who answered and stayed
    heard nobody in time.
    """
    settings = read_settings()
    tenant = load_configuration(settings.tenant_folder).tenant
    if tenant is None:
        fail("the configuration has mistakes", "see `ccengine check`")
    chosen = campaign_of(tenant, campaign)
    cast = cast_of(settings, tenant, chosen)
    stage = Stage(settings, chosen)
    stage.say(f"{count(import_numbers(settings, chosen, leads), 'lead')} imported")
    found = asyncio.run(_play(stage, Rehearsal(cast, stage.say), seconds))
    raise typer.Exit(_report(found))


@dataclass
class Stage:
    """The campaign, and what is seen of it."""

    settings: Settings
    chosen: Chosen
    said: deque[str] = field(default_factory=lambda: deque(maxlen=SAID_AT_MOST))
    now: dict[str, Any] = field(default_factory=dict)  #: as the engine shows it
    busy: int = 0  #: agents who talk, ring or wrap up, added up over all looks
    there: int = 0  #: agents at work, likewise

    def say(self, text: str) -> None:
        """Show what happened."""
        self.said.append(text)
        if not console.is_terminal:
            console.print(text)

    def ask(self, method: str, what: str = "") -> dict[str, Any]:
        """Ask the engine about the campaign."""
        campaign = self.chosen.campaign
        path = f"/campaigns/{campaign.client}/{campaign.name}{what}"
        return ask_engine(self.settings, method, path, {} if method == "POST" else None)

    def look(self) -> None:
        """See how it goes."""
        self.now = self.ask("GET")
        agents = self.now["agents"]
        self.busy += agents["busy"] + agents["wrap_up"]
        self.there += sum(agents.values())

    @property
    def is_through(self) -> bool:
        """Whether nobody is left to be called."""
        leads = self.now.get("leads")
        return leads is not None and not any(leads.get(state) for state in WAITS)

    @property
    def is_quiet(self) -> bool:
        """Whether no call goes on."""
        return not any(self.now.get("calls", {}).values())

    def screen(self) -> Group:
        """Return what is shown."""
        lines = [Text(line, style="dim") for line in self.said]
        if not self.now:
            return Group(*lines)
        calls, agents, leads = self.now["calls"], self.now["agents"], self.now["leads"]
        shown = {
            "in the air": calls["in_the_air"],
            "waiting": calls["waiting"],
            "talking": calls["talking"],
            "agents idle": agents["idle"],
            "in wrap-up": agents["wrap_up"],
            "leads left": sum(leads.get(state, 0) for state in WAITS),
            "agents busy": f"{self.busy / self.there if self.there else 0.0:.0%}",
        }
        table = Table(*shown)
        table.add_row(*map(str, shown.values()))
        return Group(*lines, table)


async def _play(stage: Stage, rehearsal: Rehearsal, seconds: float) -> Rehearsed:
    with Live(console=console, get_renderable=stage.screen, refresh_per_second=4):

        async def dial() -> None:
            loop = asyncio.get_running_loop()
            await asyncio.to_thread(stage.ask, "POST", "/start")
            stage.say(f"{stage.chosen.campaign.id} started")
            until = loop.time() + seconds
            while loop.time() < until and not stage.is_through:
                await asyncio.to_thread(stage.look)
                await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(stage.ask, "POST", "/pause")
            stage.say("paused; calls in the air go on")
            until = loop.time() + ENDING_SECONDS
            while loop.time() < until and not stage.is_quiet:
                await asyncio.to_thread(stage.look)
                await asyncio.sleep(LOOK_SECONDS)

        return await rehearsal.run(dial)


def _report(found: Rehearsed) -> int:
    did = ", ".join(f"{number} {deed.replace('_', ' ')}" for deed, number in found.called.items())
    console.print(f"{sum(found.called.values())} called: {did}")
    agents = sorted(found.agent_after)
    console.print(f"{len(found.answered)} answered, {len(agents)} heard an agent")
    if agents:
        console.print(
            f"answer to the agent's voice at the far end: {agents[len(agents) // 2]:.2f} s "
            f"(median), {agents[-1]:.2f} s at most"
        )
    for one in found.without_agent:
        after = "nobody" if one.heard_after is None else f"who called after {one.heard_after:.2f} s"
        console.print(f"{one.number} heard {after}, and stayed for {one.lasted_seconds:.1f} s")
    for one in found.late:
        typer.secho(f"{one.number} heard nobody for {LIMIT_SECONDS:g} s", fg="red", err=True)
    return 1 if found.late else 0
