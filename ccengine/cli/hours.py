"""`ccengine hours`: the days to come, open when and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - typer looks at it
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ccengine import clock
from ccengine.cli.closures_now import closed_now
from ccengine.cli.output import console, fail, isolated, read_configuration, read_settings
from ccengine.config.outlook import DayAhead, clock_times, outlook, without
from ccengine.config.timetable import Ground, Timetable
from ccengine.core.ids import ClientId, ClosureId, queue_id
from ccengine.core.periods import Period
from ccengine.ivr.flow_ways import come_to
from ccengine.ivr.steps.hours import HoursStep
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.clock_changes import ClockChange
    from ccengine.config.tenant import Tenant
    from ccengine.core.closed_numbers import Closed
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.flow import Flow

COLUMNS = ("day", "open", "why", "clock")
MOST_DAYS = 1100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for."""

    client: str | None
    number: str | None
    queue: str | None
    hours: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The days to come of some hours."""

    title: str
    timetable: Timetable
    days: Sequence[DayAhead]


def hours(
    *,
    client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    number: Annotated[str | None, typer.Option(help="Those that this number's flow asks.")] = None,
    queue: Annotated[
        str | None, typer.Option(help="When customers of client/queue are called back.")
    ] = None,
    named: Annotated[str | None, typer.Option("--hours", help="Only those of this name.")] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="So many days.")] = 14,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Left out: today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Show on which of the next days it is open, when, and why."""
    settings = read_settings()
    configuration = read_configuration(settings)
    tenant = configuration.tenant
    if tenant is None:
        fail("the configuration cannot be read", "see `ccengine check`")
    closed = closed_now(tenant, settings)
    wanted = Wanted(client=client, number=number, queue=queue, hours=named)
    shown = [
        _ahead(title, timetable, begins, days)
        for title, timetable in _named(configuration, tenant, wanted)
    ]
    if number is not None:
        shown = [_less_closures(one, tenant, number, closed) for one in shown]
    if as_json:
        facts = {"hours": [_facts(one) for one in shown], "closed": sorted(closed)}
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for line in _closures(tenant, closed):
        console.print(line, soft_wrap=True)
    for one in shown:
        console.print(_table(one))


def _named(
    configuration: Configuration, tenant: Tenant, wanted: Wanted
) -> Iterator[tuple[str, Timetable]]:
    if wanted.number is not None:
        found = _of_number(configuration, tenant, wanted.number)
    elif wanted.queue is not None:
        found = _of_queue(tenant, wanted.queue)
    else:
        _expect_client(tenant, wanted.client)
        found = {
            f"{name}/{hours}": timetable
            for name, client in tenant.clients.items()
            if wanted.client in (None, name)
            for hours, timetable in client.hours.items()
        }
    chosen = [
        (title, timetable)
        for title, timetable in found.items()
        if wanted.hours in (None, title.partition("/")[2])
    ]
    if wanted.hours is not None and not chosen:
        known = ", ".join(sorted({title.partition("/")[2] for title in found}))
        fail(f"there are no hours '{wanted.hours}'", f"there are: {known}", code=2)
    yield from chosen


def _expect_client(tenant: Tenant, client: str | None) -> None:
    if client is not None and client not in tenant.clients:
        known = ", ".join(tenant.clients)
        fail(f"there is no client '{client}'", f"there are: {known}", code=2)


def _of_number(
    configuration: Configuration, tenant: Tenant, number: str
) -> Mapping[str, Timetable]:
    route = tenant.route(number)
    if route is None:
        fail(f"no number '{number}'", "see `ccengine info` for the numbers", code=2)
    asked = dict.fromkeys(_asked(configuration.flows_of(route.client), route.flow))
    if not asked:
        fail(f"flow '{route.flow}' of number {number} asks no opening hours: it is always open")
    hours = tenant.clients[route.client].hours_of(route.number)
    return {f"{route.client}/{name}": hours[name] for name in asked}


def _asked(flows: Mapping[str, Flow], first: str) -> Iterator[str]:
    """Yield the hours that a flow asks, and those that it calls."""
    for name in come_to([first], {name: flow.steps for name, flow in flows.items()}):
        steps = flows[name].steps.values()
        yield from (step.hours for step in steps if isinstance(step, HoursStep))


def _of_queue(tenant: Tenant, queue: str) -> Mapping[str, Timetable]:
    owner, _, name = queue.partition("/")
    client = tenant.clients.get(ClientId(owner))
    settings = None if client is None else client.queues.get(queue_id(client.id, name))
    if client is None or settings is None:
        fail(f"there is no queue '{queue}'", "name it as in nour/billing", code=2)
    rules = settings.callback
    if rules is None or rules.hours is None:
        fail(f"queue '{queue}' has no 'callback.hours': its customers are called back at any time")
    return {f"{owner}/{rules.hours}": client.hours[rules.hours]}


def _ahead(title: str, timetable: Timetable, begins: datetime | None, days: int) -> Ahead:
    first = timetable.local_day(clock.wall()) if begins is None else begins.date()
    return Ahead(title=title, timetable=timetable, days=outlook(timetable, first, days))


def _less_closures(
    ahead: Ahead, tenant: Tenant, number: str, closed: Mapping[ClosureId, Closed]
) -> Ahead:
    route, days = tenant.route(number), ahead.days
    for name, one in closed.items():
        closure = tenant.settings.closures[name]
        if route is not None and closure.holds(route.client, route.number):
            days = without(days, closure.name, Period(one.since, one.until))
    return Ahead(title=ahead.title, timetable=ahead.timetable, days=days)


# ---- for people ----------------------------------------------------------------------------


def _closures(tenant: Tenant, closed: Mapping[ClosureId, Closed]) -> Iterator[str]:
    for name, one in closed.items():
        closure = tenant.settings.closures[name]
        until = "until it is opened" if one.until is None else f"until {utc_text(one.until)[:16]}Z"
        numbers = ", ".join(tenant.numbers_of(closure))
        yield (
            f"[bold red]closed[/] by '{escape(name)}' ({isolated(closure.name)}): {numbers}, "
            f"{until}, by {escape(one.by)}: {isolated(one.reason)}"
        )


def _table(ahead: Ahead) -> Table:
    title = f"{ahead.title} ({ahead.timetable.zone})"
    table = Table(
        *COLUMNS, title=escape(title), title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for day in ahead.days:
        when = day.plan.day
        times = ", ".join(clock_times(one, when, ahead.timetable.zone) for one in day.periods)
        shown = escape(times) if times else "[red]closed[/]"
        table.add_row(f"{when:%a %Y-%m-%d}", shown, _why(day), _clock(day.clock))
    return table


def _why(day: DayAhead) -> str:
    plan = day.plan
    ground = "" if plan.ground is Ground.WEEK else str(plan.ground)
    parts = [f"{ground}: {isolated(plan.name)}" if plan.name else ground]
    if day.closed_by:
        parts.append(f"closure: {isolated(day.closed_by)}")
    return ", ".join(part for part in parts if part)


def _clock(change: ClockChange | None) -> str:
    if change is None:
        return ""
    before, after = f"{change.before:%H:%M}", f"{change.after:%H:%M}"
    if change.is_forward:
        return f"{before} becomes {after}: {before}-{after} never is"
    return f"{before} becomes {after}: {after}-{before} is twice"


# ---- for programs --------------------------------------------------------------------------


def _facts(ahead: Ahead) -> dict[str, Any]:
    client, _, hours = ahead.title.partition("/")
    days = [_day(day) for day in ahead.days]
    return {"client": client, "hours": hours, "zone": ahead.timetable.zone, "days": days}


def _day(day: DayAhead) -> dict[str, Any]:
    when = day.plan.day
    change = day.clock
    return {
        "date": when.isoformat(),
        "open": bool(day.periods),
        "periods": [
            {"opens": utc_text(one.starts or 0.0), "closes": utc_text(one.ends or 0.0)}
            for one in day.periods
        ],
        "why": {"kind": str(day.plan.ground), "name": day.plan.name},
        "closure": day.closed_by or None,
        "clock": None
        if change is None
        else {
            "at": utc_text(change.at),
            "before": f"{change.before:%H:%M}",
            "after": f"{change.after:%H:%M}",
        },
    }
