"""`ccengine agent NAME`: an agent's own day, from the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from ccengine.cli.output import console, fail, read_settings, seconds_of_day
from ccengine.config.loading import load_tenant
from ccengine.core.ids import AgentId
from ccengine.reporting.agent_day import EARLIER_SECONDS, beginning_of_day, fold_day
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.settings import Settings
    from ccengine.core.ids import Instant
    from ccengine.reporting.agent_day import AgentDay


def agent(
    name: Annotated[str, typer.Argument(help="The agent, as named in tenant.yaml.")],
    *,
    day: Annotated[str | None, typer.Option(help="As in 2026-01-31. Left out: today.")] = None,
) -> None:
    """Tell an agent's own day: time logged in, calls, talk, breaks, missed offers."""
    settings = read_settings()
    tenant = load_tenant(settings.tenant_folder).draft
    zone = tenant.zone_of(AgentId(name))
    try:
        told = _day(settings, AgentId(name), zone, day)
    except JournalError as error:
        fail(str(error))
    begins = datetime.fromtimestamp(told.since, UTC).astimezone(ZoneInfo(zone))
    console.print(f"[bold]{escape(name)}[/] {begins:%Y-%m-%d} (from midnight in {zone})")
    for line in lines_of(told):
        console.print(escape(line))


def lines_of(day: AgentDay) -> Iterator[str]:
    """Return the day for people, a line per fact."""
    yield f"logged in    {_duration(day.logged_in)}"
    yield f"calls        {day.calls}"
    yield f"talked       {_duration(day.talked)}"
    yield f"wrapped up   {_duration(day.wrapped_up)}"
    yield f"not ready    {_duration(sum(day.not_ready.values()))}"
    for reason, seconds in sorted(day.not_ready.items()):
        yield f"  {reason:<11}{_duration(seconds)}"
    yield f"missed       {day.missed}"


def _day(settings: Settings, name: AgentId, zone: str, day: str | None) -> AgentDay:
    with JournalReader.open(settings.paths.journal) as reader:
        until: Instant = reader.newest()[1]
        since = beginning_of_day(until, zone)
        if day is not None:
            since, until = seconds_of_day(day, zone)
        rows = reader.rows_of_agent(name, since - EARLIER_SECONDS)
    if not rows:
        fail(f"no agent '{name}' in the journal of that day", "ccengine info lists the agents")
    return fold_day(rows, agent=name, since=since, until=until)


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
