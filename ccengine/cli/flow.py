"""`ccengine flow`: a flow as a picture, and walked through at the terminal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003 - typer looks at it
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from typing_extensions import override

from ccengine.cli.flow_questions import Gone, asked, asking
from ccengine.cli.output import console, errors, fail, read_configuration, read_settings
from ccengine.cli.report_span import Wanted, opened
from ccengine.cli.tables import isolated
from ccengine.ivr.data import BUILT_IN, text_of
from ccengine.ivr.drawing import Counts, drawn
from ccengine.ivr.outcomes import Enqueue, HangUp, LeaveMessage, Transfer
from ccengine.ivr.prompts import SpokenPrompt, media_of
from ccengine.ivr.speaker import TEXT
from ccengine.ivr.walks import WalkingCaller, context_of, walk
from ccengine.reporting.flow_traffic import At, Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import ClientId
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.flow import Flow
    from ccengine.ivr.outcomes import Outcome
    from ccengine.ivr.prompts import Prompts
    from ccengine.ivr.runner import Place

app = typer.Typer(help="What callers go through.", no_args_is_help=True)

NAME = "The flow, as in main, or nour/main where more than one client has it."


@app.callback()
def flow() -> None:
    """What callers go through."""


@app.command("draw")
def draw(
    name: Annotated[str, typer.Argument(help=NAME)],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead.", dir_okay=False)
    ] = None,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="With yesterday's calls, from the journal.")
    ] = False,
    day: Annotated[
        str | None, typer.Option("--day", help="Of another day, as in 2026-01-31.")
    ] = None,
) -> None:
    """Draw a flow as SVG: steps, the keys between them, where it ends."""
    configuration = read_configuration(read_settings())
    client, found = _named(configuration, name)
    counts = _counts(configuration, client, found, day) if traffic or day is not None else None
    picture = drawn(found, counts)
    if out is None:
        typer.echo(picture, nl=False)
        return
    try:
        out.write_text(picture, "utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error}")
    errors.print(f"flow '{name}' is drawn in {out}")


@app.command("try")
def try_(
    name: Annotated[str, typer.Argument(help=NAME)],
    *,
    language: Annotated[
        str | None, typer.Option("--language", help="Else that of the client.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The time in the client's zone: 2026-12-25T10:00.")
    ] = None,
) -> None:
    """Walk through a flow by typing keys: what is said is printed. End of file hangs up."""
    configuration = read_configuration(read_settings())
    client, found = _named(configuration, name)
    tenant = configuration.tenant
    if tenant is None:
        fail("the configuration cannot be read", "see `ccengine check`")
    owner = tenant.clients[client]
    began = _instant(at, owner.zone)
    caller = TypingCaller(language=language or owner.language, words=_words(configuration.prompts))
    context = asking(context_of(configuration, owner, caller, began, passes=(Gone,)))
    try:
        taken = walk(found, configuration.flows_of(client), caller, context, _say_step)
    except Gone:
        console.print("[bold]the caller has hung up[/]")
        return
    console.print(f"[bold]{escape(_told(taken.outcome))}[/] after {taken.seconds:.0f} s")
    for label, value in context.data.items():
        if label not in BUILT_IN and not context.data.is_secret(label):
            console.print(
                f"  {label} = {isolated(escape(text_of(value)))}", highlight=False, soft_wrap=True
            )


@dataclass(slots=True, kw_only=True)
class TypingCaller(WalkingCaller):
    """Somebody at a terminal, who reads what a caller hears."""

    answer: Callable[[], str | None] = lambda: None  # the terminal answers
    words: Mapping[str, str] = field(default_factory=dict)
    typed: deque[str] = field(default_factory=deque)

    @override
    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Print the words; keys that were typed ahead cut them short."""
        if until_digit and self.typed:
            return self.typed.popleft()
        for one in media:
            words = self.words.get(one, one.removeprefix(TEXT))
            console.print(f"  ♪ {isolated(escape(words))}", highlight=False, soft_wrap=True)
        self.pass_time(self.prompt_seconds * len(media))
        return None

    @override
    async def digit(self, within_seconds: float) -> str | None:
        """Ask for keys; what is typed beyond one is kept for later questions."""
        if not self.typed:
            line = asked(f"keys, or Enter for {within_seconds:g} s of silence")
            self.typed.extend(key for key in line if key in "0123456789*#")
        if self.typed:
            return self.typed.popleft()
        self.pass_time(within_seconds)
        return None

    @override
    def pass_over(self, digit: str) -> None:
        """Drop it where it was typed ahead."""
        if self.typed and self.typed[0] == digit:
            self.typed.popleft()


def _say_step(place: Place) -> None:
    console.print(f"[dim]{place.flow}[/] [bold]{place.step}[/]", highlight=False)


def _told(outcome: Outcome) -> str:
    match outcome:
        case Enqueue():
            needs = "".join(f", {name} {least}" for name, least in outcome.skills.items())
            return f"waits in {outcome.queue}{needs}"
        case HangUp():
            return f"hung up on: {outcome.cause}"
        case Transfer():
            return f"sent on to {outcome.number}"
        case LeaveMessage():
            return f"leaves a message for {outcome.queue}"
        case _:
            return "will be called back"


def _words(prompts: Prompts) -> Mapping[str, str]:
    """Return the words of each sound; of a recording, its name."""
    return {
        media_of(one): one.text if isinstance(one, SpokenPrompt) else f"({one.file.name})"
        for one in prompts
    }


def _named(configuration: Configuration, name: str) -> tuple[ClientId, Flow]:
    """Return the flow of this name and whose it is."""
    whose, _, bare = name.rpartition("/")
    found = [
        (client, one)
        for (client, flow_name), one in configuration.flows.items()
        if flow_name == bare and whose in ("", client)
    ]
    if not found:
        known = ", ".join(f"{client}/{one}" for client, one in configuration.flows)
        fail(f"there is no flow '{name}'", f"known are: {known}")
    if len(found) > 1:
        fail(f"more than one client has a flow '{name}'", f"write {found[0][0]}/{bare}")
    return found[0]


def _counts(configuration: Configuration, client: ClientId, flow: Flow, day: str | None) -> Counts:
    tenant = configuration.tenant
    zone = ZoneInfo("UTC" if tenant is None else tenant.clients[client].zone)
    yesterday = datetime.now(zone).date() - timedelta(days=1)  # noqa: TID251 - of a person
    wanted = day or yesterday.isoformat()
    asked = Wanted(
        first=wanted, last=wanted, zone=zone.key, client=client, journal=None, config=None
    )
    traffic = Traffic()
    with opened(asked) as span:
        begins, ends = span.begins / 1000, span.ends / 1000
        for rows in span.reader.steps(begins=begins, ends=ends):
            traffic.take(row for row in rows if row.at >= begins and row.client == client)
    return _of_flow(traffic, client, flow, wanted)


def _of_flow(traffic: Traffic, client: ClientId, flow: Flow, day: str) -> Counts:
    def here(at: At) -> bool:
        return at.client == client and at.flow == flow.name

    return Counts(
        title=day,
        entered={at.step: count for at, count in traffic.entered.items() if here(at)},
        hung_up={at.step: count for at, count in traffic.hung_up.items() if here(at)},
        went={
            (start.step, end.step): count
            for (start, end), count in traffic.went.items()
            if here(start) and here(end)
        },
    )


def _instant(at: str | None, zone: str) -> datetime:
    if at is None:
        return datetime.now(UTC)  # noqa: TID251 - of the person at the terminal
    try:
        named = datetime.fromisoformat(at)
    except ValueError:
        fail(f"'{at}' is no time", "write it as in 2026-12-25T10:00", code=2)
    return (named if named.tzinfo else named.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
