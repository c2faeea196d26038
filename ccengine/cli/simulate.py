"""`ccengine simulate`: a supposed day under the real configuration, or of one campaign."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer looks at it
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli.day_report import configuration_of, end_on, progress, publish
from ccengine.cli.output import fail, read_settings
from ccengine.cli.simulate_campaign import (
    Agents,
    Answers,
    CampaignName,
    Files,
    Hours,
    Knowledge,
    Seeds,
    WantedDay,
    Weeks,
    simulate_campaign,
)
from ccengine.simulator import runs
from ccengine.simulator.runs import LATE_SECONDS, Report, tenant_of
from ccengine.simulator.scenario_file import check_scenario, load_scenario
from ccengine.simulator.world import NODE
from ccengine.storage.errors import JournalError
from ccengine.storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.ivr.configuration import Configuration
    from ccengine.reporting.rows import Step
    from ccengine.simulator.runs import Run
    from ccengine.simulator.scenario import Scenario
    from ccengine.simulator.scenario_file import ScenarioFile

WRITTEN_AT_ONCE = 500  # steps


def simulate(  # noqa: PLR0913 - options of two kinds of days
    scenario: Annotated[
        Path | None, typer.Argument(help="The scenario, a file of YAML; of a campaign, if any.")
    ] = None,
    *,
    campaign: CampaignName = None,
    agents: Agents = None,
    hours: Hours = 8.0,
    seeds: Seeds = 5,
    weeks: Weeks = 0,
    answers: Answers = None,
    config: Annotated[
        Path | None, typer.Option(help="A tenant's folder, in place of the scenario's own.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Another tenant folder, for the very same callers.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The first; or the scenario's own.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.")] = None,
    as_html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with plots to this file.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Write what happens to a new journal, as the engine does.")
    ] = None,
) -> None:
    """Show what a day would be like; with --compare, what another configuration would change.

    With --campaign: how busy its agents would be and how many calls abandoned, over several seeds;
    exit code 4 if any of them breaks a limit.
    """
    files = Files(as_json, as_html)
    if campaign is None:
        if agents is not None or weeks or answers is not None:
            fail("--agents, --weeks and --answers are for campaigns", "add --campaign", code=2)
        _simulate_queues(scenario, config, compare, seed, (files, journal))
        return
    if compare is not None or journal is not None:
        fail("--compare and --journal are for queues", "leave them out", code=2)
    wanted = WantedDay(campaign, agents, hours, (1 if seed is None else seed, seeds))
    simulate_campaign(wanted, Knowledge(scenario, weeks, answers), config, files)


def _simulate_queues(
    scenario: Path | None,
    config: Path | None,
    compare: Path | None,
    seed: int | None,
    to: tuple[Files, Path | None],
) -> None:
    if scenario is None:
        fail("there is nothing to simulate", "name a scenario's file, or --campaign", code=2)
    files, journal = to
    loaded = load_scenario(scenario)
    supposed = _supposed(loaded, seed)
    folders = [config or _folder_of(supposed, scenario), *([compare] if compare else [])]
    configurations = [_checked(folder, loaded) for folder in folders]
    labels = ["before", "after"] if compare else [tenant_of(configurations[0]).id]
    played = []
    with ExitStack() as open_journal:
        watch = _writer(journal, configurations[0], open_journal)
        for label, configuration in zip(labels, configurations, strict=True):
            played.append(_run(supposed, configuration, label, watch))
            watch = _ignore  # a journal holds one day, the first
    report = Report(
        title=supposed.description or scenario.stem,
        day=supposed.day.isoformat(),
        zone=supposed.zone,
        seed=supposed.seed,
        remarks=(),
        runs=tuple(played),
    )
    publish(report, files.as_json, files.as_html)


def _supposed(loaded: ScenarioFile, seed: int | None) -> Scenario:
    end_on(loaded.problems)
    if loaded.scenario is None:
        fail("there is no scenario in the file")
    return loaded.scenario if seed is None else replace(loaded.scenario, seed=seed)


def _run(
    supposed: Scenario, configuration: Configuration, label: str, watch: Callable[[Step], None]
) -> Run:
    ends = supposed.closes + LATE_SECONDS
    with progress(label, supposed.opens, ends) as tick:
        return runs.simulate(supposed, configuration, label, tick=tick, watch=watch)


def _folder_of(supposed: Scenario, file: Path) -> Path:
    if supposed.tenant is None:
        return read_settings().tenant_folder
    return file.parent / supposed.tenant


def _checked(folder: Path, loaded: ScenarioFile) -> Configuration:
    configuration = configuration_of(folder)
    if loaded.scenario is not None and loaded.document is not None:
        tenant = tenant_of(configuration)
        end_on(check_scenario(loaded.scenario, loaded.document, tenant))
    return configuration


def _writer(
    file: Path | None, configuration: Configuration, until: ExitStack
) -> Callable[[Step], None]:
    if file is None:
        return _ignore
    if file.exists():
        fail(f"{file} exists", "a day is written to a new journal")
    try:
        journal = Journal.open(file, tenant=tenant_of(configuration).id, node=NODE)
    except JournalError as error:
        fail(str(error))
    steps: list[Step] = []

    def flush() -> None:
        if steps:
            journal.write(steps)
        steps.clear()

    def watch(step: Step) -> None:
        steps.append(step)
        if len(steps) >= WRITTEN_AT_ONCE:
            flush()

    until.callback(journal.close)
    until.callback(flush)
    return watch


def _ignore(step: Step) -> None:
    del step
