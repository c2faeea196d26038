"""`ccengine simulate --campaign CAMPAIGN`: its day before it goes live, with the real pacing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from ccengine import clock
from ccengine.cli import records
from ccengine.cli.campaign_named import Chosen, campaign_of
from ccengine.cli.day_report import WIDTH_OF_FILES, configuration_of, end_on, progress
from ccengine.cli.output import console, count, errors, fail, isolated, read_settings
from ccengine.cli.report_files import write
from ccengine.cli.tables import Table
from ccengine.config.campaign_limits import CampaignLimits, limits_of
from ccengine.config.campaign_plans import campaign_plans, queues_of_campaigns
from ccengine.config.campaigns import Campaign, Detection
from ccengine.config.dialing_rules import built_in
from ccengine.core.dialer.laws import PACED
from ccengine.core.ids import CampaignId
from ccengine.simulator.dialing.floor import HOUR_S
from ccengine.simulator.dialing.page import page
from ccengine.simulator.dialing.scenario import CampaignScenario, load_campaign_scenario
from ccengine.simulator.dialing.supposed import Supposed, learned
from ccengine.simulator.dialing.tellings import COLUMNS, kept, title, told
from ccengine.simulator.dialing.trials import CampaignReport, Trial, live
from ccengine.simulator.laws import Law, Shape
from ccengine.simulator.runs import tenant_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.tenant import Tenant
    from ccengine.storage.attempt_courses import AttemptCourse
    from ccengine.storage.database import RecordDatabase

LIMIT_BROKEN: Final = 4
"""Exit code: with one of the seeds at least, more calls were abandoned than a limit allows."""
MOST_AGENTS: Final = 2_000
MOST_SEEDS: Final = 100
WEEK_SECONDS: Final = 7 * 86_400.0

CampaignName = Annotated[
    str | None, typer.Option(help="A campaign's day, as client/campaign, in place of the queues'.")
]
Agents = Annotated[
    int | None, typer.Option(min=1, max=MOST_AGENTS, help="How many serve the campaign.")
]
Hours = Annotated[float, typer.Option(min=0.1, max=24, help="Of the campaign's day.")]
Seeds = Annotated[int, typer.Option(min=1, max=MOST_SEEDS, help="So many days of the campaign.")]
Weeks = Annotated[
    int, typer.Option(min=0, help="Learn from the campaign's records of so many weeks.")
]
Answers = Annotated[
    float | None, typer.Option(min=0, max=100, help="Percent of its calls that people answer.")
]


@dataclass(frozen=True, slots=True)
class Files:
    """Where to write beside the terminal."""

    as_json: Path | None
    as_html: Path | None


@dataclass(frozen=True, slots=True)
class WantedDay:
    """What somebody wants to see."""

    campaign: str
    agents: int | None
    hours: float
    seeds: tuple[int, int]  #: the first one, and how many


@dataclass(frozen=True, slots=True)
class Knowledge:
    """From where the assumptions come, what is not default."""

    file: Path | None
    weeks: int
    answer_percent: float | None


def simulate_campaign(
    wanted: WantedDay, knowledge: Knowledge, config: Path | None, files: Files
) -> None:
    """Live the campaign's days, print what came of them, and end with 4 if a limit was broken."""
    tenant = tenant_of(configuration_of(config or read_settings().tenant_folder))
    chosen = campaign_of(tenant, wanted.campaign)
    settings = chosen.campaign.settings
    if settings.mode not in PACED:
        message = f"campaign '{chosen.campaign.id}' is {settings.mode}: nothing paces its calls"
        fail(message, f"only {', '.join(PACED)} can be simulated", code=2)
    if wanted.agents is None:
        fail("how many agents serve the campaign?", "add --agents 12", code=2)
    limits = limits_of(settings, chosen.country, tenant.dialing.over(built_in()), clock.wall())
    first, many = wanted.seeds
    trial = Trial(
        campaign=chosen.campaign.id,
        settings=settings,
        limits=limits.limits,
        supposed=_supposed(tenant, chosen, knowledge),
        agents=wanted.agents,
        hours=wanted.hours,
        seeds=tuple(range(first, first + many)),
    )
    _publish(_lived(trial, tuple(_remarks(trial, chosen, limits))), files)


def _lived(trial: Trial, remarks: tuple[str, ...]) -> CampaignReport:
    days = count(len(trial.seeds) * len(trial.laws), "day")
    total_s = trial.hours * HOUR_S * len(trial.seeds) * len(trial.laws)
    with progress(f"{trial.campaign}, {days}", 0.0, total_s) as tick:
        return live(trial, tick, remarks)


def _supposed(tenant: Tenant, chosen: Chosen, knowledge: Knowledge) -> Supposed:
    """Return the assumptions: default, then configuration, records, file, options."""
    supposed = _with_wrap_up(tenant, chosen.campaign)
    if knowledge.weeks:
        values, source = learned(_courses(chosen, knowledge.weeks), f"{knowledge.weeks} weeks")
        if not values:
            errors.print(f"{escape(source)}: too few to learn from, so defaults stay")
        supposed = supposed.told(source, **values)
    if knowledge.file is not None:
        supposed = _with_file(supposed, knowledge.file)
    if knowledge.answer_percent is not None:
        supposed = supposed.told("--answers", answer_percent=knowledge.answer_percent)
    excess = sum(_endings(supposed.scenario)) - 100.0
    if excess > 0:
        fail(f"the calls' ends make {100 + excess:g} %", "lower one in the scenario", code=2)
    return supposed


def _with_wrap_up(tenant: Tenant, campaign: Campaign) -> Supposed:
    """Return what the line says, a queue or the campaign's own, from which its agents come."""
    client = tenant.clients[campaign.client]
    plan = campaign_plans(client, tenant.dialing, clock.wall())[CampaignId(campaign.id)]
    lines = {**client.queues, **queues_of_campaigns(client)}
    law = Law(mean_seconds=lines[plan.queue].wrap_up_seconds, law=Shape.CONSTANT)
    queue = campaign.settings.queue
    source = "agents by skills" if queue is None else f"queue {campaign.client}/{queue}"
    return Supposed().told(source, wrap_up=law)


def _endings(scenario: CampaignScenario) -> Iterator[float]:
    yield from (scenario.answer_percent, scenario.machine_percent)
    yield from (scenario.busy_percent, scenario.failed_percent)


def _with_file(supposed: Supposed, file: Path) -> Supposed:
    loaded = load_campaign_scenario(file)
    end_on(loaded.problems)
    if loaded.scenario is None:
        fail("there is no scenario in the file")
    values = {key: getattr(loaded.scenario, key) for key in loaded.written}
    return supposed.told(file.name, **values)


def _courses(chosen: Chosen, weeks: int) -> list[AttemptCourse]:
    campaign = chosen.campaign
    since = clock.wall() - weeks * WEEK_SECONDS

    async def read(database: RecordDatabase) -> list[AttemptCourse]:
        return await database.attempts.courses(campaign.client, campaign.name, since)

    return records.read_records(read)


def _remarks(trial: Trial, chosen: Chosen, limits: CampaignLimits) -> Iterator[str]:
    settings = trial.settings
    if limits.unruled:
        place = chosen.country or "(unknown)"
        yield f"nobody wrote rules for {place}: numbers there are not called before somebody does"
    if not limits.limits:
        yield "no limit on abandoned calls holds for it; abandon_percent sets one"
    if settings.ring_seconds < limits.ring_floor_seconds:
        yield f"the law lets phones ring for {limits.ring_floor_seconds:g} s at least"
    if settings.machines is not Detection.BEFORE and trial.supposed.scenario.machine_percent:
        yield "agents hear machines: utilisation counts that time, live answers do not count them"
    if settings.machines is Detection.BEFORE:
        yield "the detector is supposed to be right at once; a real one takes seconds and errs"
    yield "each window is judged as if it began with the day; a longer one levels days out"
    yield "the list is supposed to be endless and its records alike"
    air = count(settings.calls_at_most, "call")
    yield f"{air} in the air at most, as calls_at_most says; the trunks are supposed to carry them"


def _publish(report: CampaignReport, files: Files) -> None:
    agents = f"{report.agents} agents, {report.hours:g} h, {count(len(report.seeds), 'seed')}"
    console.print(f"[bold]{isolated(report.name)}[/] {report.campaign}: {report.mode}, {agents}")
    wide = console if console.is_terminal else Console(width=WIDTH_OF_FILES, highlight=False)
    wide.print(_figures(report))
    for line in kept(report):
        console.print(f"[{'red' if line.is_broken else 'green'}]{escape(line.text)}[/]",
                      soft_wrap=True)  # fmt: skip
    wide.print(_assumptions(report))
    for remark in report.remarks:
        console.print(f"[dim]{escape(remark)}[/]", soft_wrap=True)
    if files.as_json is not None:
        write(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", files.as_json)
    if files.as_html is not None:
        write(page(report), files.as_html)
    if report.broken:
        raise typer.Exit(LIMIT_BROKEN)


def _figures(report: CampaignReport) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("mean (least..most of the seeds)", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column.head, justify="right", no_wrap=True)
    for result in report.results:
        mark = "[bold]" if result.is_configured else ""
        cells = [told(result.figures[column.key], column.digits) for column in COLUMNS]
        table.add_row(f"{mark}{escape(title(result))}", *(f"{mark}{cell}" for cell in cells))
    return table


def _assumptions(report: CampaignReport) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for head in ("assumed", "value", "from"):
        table.add_column(head)
    for one in report.assumptions:
        table.add_row(escape(one.name), escape(one.text), escape(one.source))
    return table
