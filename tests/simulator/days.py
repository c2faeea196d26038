"""Scenarios in a test's own folder, on copies of the demo tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.ivr.configuration import load_configuration
from ccengine.simulator.runs import simulate
from ccengine.simulator.scenario_file import check_scenario, load_scenario
from tests.config.tenants import copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.configuration import Configuration
    from ccengine.reporting.rows import Step
    from ccengine.simulator.runs import Run
    from ccengine.simulator.scenario import Scenario

QUIET = """\
seed: 3
day: 2026-03-02
zone: Europe/Kyiv
from: 08:00
until: 12:00
arrivals:
  - {number: 600200, calls_per_hour: 30, keys: {1: 60, 2: 40}}
  - {queue: dnipro/vip, calls_per_hour: 5}
everywhere:
  talk: {mean_seconds: 120}
  patience: {mean_seconds: 90}
shifts:
  - {teams: [dnipro-desk], from: 08:00, until: 12:00}
"""


def scenario_file(folder: Path, text: str = QUIET) -> Path:
    """Write a scenario for a copy of the demo, made where there is none."""
    tenant = folder / "dialplan/tenants/demo"
    if not tenant.is_dir():
        copy_of_demo(folder)
    file = folder / "day.yaml"
    file.write_text(f"tenant: dialplan/tenants/demo\n{text}")
    return file


def problems(file: Path) -> list[str]:
    """Say what is wrong with a scenario, as far as each step of the checks comes."""
    loaded = load_scenario(file)
    found = list(loaded.problems)
    if loaded.scenario is not None and loaded.document is not None:
        tenant = configuration(file.parent).tenant
        assert tenant is not None
        found += check_scenario(loaded.scenario, loaded.document, tenant)
    return [f"{one.file.name}:{one.line}: {one.message} — {one.remedy}" for one in found]


def configuration(folder: Path) -> Configuration:
    found = load_configuration(folder / "dialplan/tenants/demo")
    assert found.tenant is not None, found.problems
    return found


def scenario(file: Path) -> Scenario:
    loaded = load_scenario(file)
    assert loaded.scenario is not None, loaded.problems
    return loaded.scenario


def play(file: Path) -> tuple[Run, list[Step]]:
    """Simulate the day; return what came of it and each step of the core."""
    steps: list[Step] = []
    run = simulate(scenario(file), configuration(file.parent), "day", watch=steps.append)
    assert run.refused == {}
    return run, steps
