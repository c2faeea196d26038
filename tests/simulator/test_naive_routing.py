"""Naive routing names each offer of simulated days: of more calls than can be dialled for a test.

The tenant is the one of the sixty calls on real Asterisk (`tests/e2e/test_sixty_calls.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import PlanLoaded
from ccengine.ivr.configuration import load_configuration
from ccengine.simulator.runs import simulate
from tests.core.naive_routing import NaiveRouting
from tests.core.recount import Recount, recount
from tests.e2e.sixty_calls import TENANT
from tests.e2e.sixty_calls.rules import plan_in
from tests.simulator.days import scenario

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.reporting.rows import Step

TWO_MINUTES = """\
tenant: {tenant}
seed: {seed}
day: 2026-03-02
from: 08:00
until: 08:02
arrivals:
  - {{queue: nour/support, calls_per_hour: 2100}}
  - {{queue: dnipro/technical, calls_per_hour: 1400}}
  - {{queue: dnipro/vip, calls_per_hour: 2100}}
everywhere:
  talk: {{mean_seconds: 1.2}}
  patience: {{mean_seconds: 12}}
answering: {{delay: {{mean_seconds: 0.4}}, miss_percent: 6, away_seconds: 3}}
shifts:
  - {{from: 08:00, until: 09:00}}
"""
SEEDS = 6


def recounted(folder: Path, seed: int) -> Recount:
    """Simulate, and work out by the YAML and the events alone who should have got which call."""
    file = folder / "day.yaml"
    file.write_text(TWO_MINUTES.format(tenant=TENANT, seed=seed))
    steps: list[Step] = []
    simulate(scenario(file), load_configuration(TENANT), "day", watch=steps.append)
    assert isinstance(steps[0].event, PlanLoaded)
    return recount(NaiveRouting(plan_in(TENANT), steps[0].at), steps[1:])


def test_the_yaml_says_what_is_loaded_from_it() -> None:
    tenant = load_configuration(TENANT).tenant
    assert tenant is not None
    read, loaded = plan_in(TENANT), tenant.plan()
    assert (read.agents, read.queues) == (loaded.agents, loaded.queues)
    assert (read.precedence, read.shares) == (loaded.precedence, loaded.shares)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_offer_is_the_one_that_naive_routing_names(tmp_path: Path, seed: int) -> None:
    found = recounted(tmp_path, seed)
    assert len(found.differences) == 0, found.told()
    assert len(found.offers) > 100
    assert found.agents_chose > 5
    assert found.callers_chose > 5
