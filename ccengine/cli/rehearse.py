"""`ccengine rehearse`: a campaign dials scripted far ends on this machine, shown live."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ccengine.cli.campaign_named import Chosen, campaign_of
from ccengine.cli.output import console, count, fail, read_settings
from ccengine.cli.rehearsal import Rehearsal
from ccengine.cli.rehearsal_board import is_quiet, is_through, lines_of, table_of, told
from ccengine.cli.rehearsal_cast import cast_of, import_numbers, trunk_of
from ccengine.cli.rehearsal_trunk import look_for_far_ends
from ccengine.cli.running_engine import ask_engine
from ccengine.config.settings import Settings
from ccengine.ivr.configuration import load_configuration
from ccengine.phone.far_ends import Deed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.cli.rehearsal import Rehearsed
    from ccengine.cli.rehearsal_cast import TrunkHere
    from ccengine.config.tenant import Tenant

SAID_AT_MOST: Final = 8
LOOK_SECONDS: Final = 1.0
TOLD_SECONDS: Final = 10.0
"""Where there is no terminal, which shows it all the time."""
ENDING_SECONDS: Final = 60.0
"""Until the last calls are over: a ring, a talk, a wrap-up."""


def rehearse(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="As in client/campaign.")],
    *,
    seconds: Annotated[float, typer.Option(min=10.0, max=3600.0, help="It dials so long.")] = 120.0,
    leads: Annotated[int, typer.Option(min=1, max=1000, help="So many are imported.")] = 120,
    only_far_ends: Annotated[
        bool,
        typer.Option(help="Only far ends play so long: you import, start and are the agent."),
    ] = False,
) -> None:
    """Have a campaign dial scripted far ends that answer, are busy, silent, or machines.

    Engine, Asterisk and sound are real; agents and far ends are scripted phones on this machine. A
    campaign of a client whose calls could leave it is refused. Exit code 1: somebody who answered
    and stayed heard nobody in time, or nobody answered, or none of them heard an agent.
    """
    settings = read_settings()
    tenant = load_configuration(settings.tenant_folder).tenant
    if tenant is None:
        fail("the configuration has mistakes", "see `ccengine check`")
    chosen = campaign_of(tenant, campaign)
    trunk = trunk_of(tenant, chosen)
    if only_far_ends:
        _stand_by(settings, tenant, chosen, seconds)
        return
    stage = Stage(settings, chosen)
    stage.expect_ready()
    rehearsal = Rehearsal(cast_of(settings, tenant, chosen, trunk), stage.say)
    stage.called = rehearsal.found.called
    stage.say(f"{count(import_numbers(settings, chosen, leads), 'lead')} imported")

    async def dial() -> None:
        await _expect_far_ends(settings, trunk, stage.say)
        await _dial(stage, seconds)

    try:
        with Live(console=console, get_renderable=stage.screen, refresh_per_second=4):
            found = asyncio.run(rehearsal.run(dial))
    except BaseExceptionGroup as group:
        if group.subgroup(typer.Exit) is None:
            raise
        raise typer.Exit(1) from None  # why is said already
    finally:
        stage.finish()
    raise typer.Exit(_report(stage, found))


def _stand_by(settings: Settings, tenant: Tenant, chosen: Chosen, seconds: float) -> None:
    """Have far ends take what somebody at a desk dials."""
    trunk, said = trunk_of(tenant, chosen), _print
    cast = replace(cast_of(settings, tenant, chosen, trunk), agents=())

    async def wait() -> None:
        await _expect_far_ends(settings, trunk, said)
        said(f"far ends take calls for {seconds:g} s")
        await asyncio.sleep(seconds)

    found = asyncio.run(Rehearsal(cast, said).run(wait))
    said(_far_ends_told(found))


async def _expect_far_ends(
    settings: Settings, trunk: TrunkHere, say: Callable[[str], None]
) -> None:
    if not await look_for_far_ends(settings, trunk):
        say("Asterisk could not be told to look for the far ends; it will within a minute")


def _print(text: str) -> None:
    console.print(text, markup=False)


def _far_ends_told(found: Rehearsed) -> str:
    return f"far ends: {sum(found.called.values())} called: {told(found.called)}"


@dataclass
class Stage:
    """The campaign, and what is seen of it."""

    settings: Settings
    chosen: Chosen
    called: Counter[Deed] = field(default_factory=Counter)  #: what far ends did
    said: deque[str] = field(default_factory=lambda: deque(maxlen=SAID_AT_MOST))
    now: dict[str, Any] = field(default_factory=dict)  #: as the engine shows it
    is_started: bool = False

    def say(self, text: str) -> None:
        """Show what happened."""
        self.said.append(text)
        if not console.is_terminal:
            _print(text)

    def look(self) -> None:
        """See how it goes."""
        self.now = self._ask("GET")

    def expect_ready(self) -> None:
        """End where the campaign cannot be started now."""
        self.look()
        if self.now["state"] != "stopped":
            remedy = f"`ccengine campaign finish {self.chosen.campaign.id}`, if that is no matter"
            fail(f"{self._name} is {self.now['state']}", remedy)
        if self.now["mode"] == "preview":
            fail(f"agents dial {self._name} by hand, at their desk", "rehearse another campaign")
        if not self.now["is_open"]:
            fail(f"these are no hours of {self._name}", "see `ccengine campaign show`")

    def start(self) -> None:
        """Have it dial."""
        self._ask("POST", "/start")
        self.is_started = True
        self.say(f"{self._name} dials")

    def pause(self) -> None:
        """Have it dial no more."""
        self._ask("POST", "/pause")
        self.say("paused; calls that go on are waited for")

    def finish(self) -> None:
        """Have it dial no more, and forget the pace it has learned: people are no far ends."""
        if self.is_started:
            self.is_started = False
            self._ask("POST", "/finish")

    def screen(self) -> Group:
        """Return what is shown."""
        lines = [Text(line, style="dim") for line in self.said]
        if not self.now:
            return Group(*lines)
        return Group(*lines, Text(), table_of(lines_of(self.now, self.called)))

    def tell(self) -> None:
        """Say what is shown, where there is no terminal."""
        if not console.is_terminal:
            lines = lines_of(self.now, self.called)
            text = "; ".join(f"{name}: {said}" for name, said in lines)
            console.print(text, markup=False, soft_wrap=True)

    @property
    def _name(self) -> str:
        return f"campaign {self.chosen.campaign.id}"

    def _ask(self, method: str, what: str = "") -> dict[str, Any]:
        campaign = self.chosen.campaign
        path = f"/campaigns/{campaign.client}/{campaign.name}{what}"
        return ask_engine(self.settings, method, path, {} if method == "POST" else None)


async def _dial(stage: Stage, seconds: float) -> None:
    await asyncio.to_thread(stage.start)
    await _watch(stage, seconds, lambda: is_through(stage.now))
    await asyncio.to_thread(stage.pause)
    await _watch(stage, ENDING_SECONDS, lambda: is_quiet(stage.now))


async def _watch(stage: Stage, seconds: float, is_over: Callable[[], bool]) -> None:
    """Look again and again, for so long or until it is over."""
    loop = asyncio.get_running_loop()
    until, tell_at = loop.time() + seconds, 0.0
    while loop.time() < until:
        await asyncio.to_thread(stage.look)
        if loop.time() >= tell_at:
            stage.tell()
            tell_at = loop.time() + TOLD_SECONDS
        if is_over():
            return
        await asyncio.sleep(LOOK_SECONDS)


def _report(stage: Stage, found: Rehearsed) -> int:
    stage.tell()
    agents = sorted(found.agent_after)
    console.print(_far_ends_told(found))
    console.print(f"{len(found.answered)} answered, {len(agents)} of them heard an agent")
    if agents:
        console.print(
            f"answer to the agent's voice at the far end: {agents[len(agents) // 2]:.2f} s "
            f"(median), {agents[-1]:.2f} s at most"
        )
    for one in found.without_agent:
        after = "nobody" if one.heard_after is None else f"who called, by {one.heard_after:.2f} s"
        console.print(f"{one.number} heard no agent, {after}; lasted {one.lasted_seconds:.1f} s")
    for fault in found.faults:
        typer.secho(fault, fg="red", err=True)
    return 1 if found.faults else 0
