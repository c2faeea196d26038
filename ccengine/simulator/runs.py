"""One day under one configuration, from what is supposed to what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.core.events import PlanLoaded
from ccengine.simulator.ledger import Ledger
from ccengine.simulator.population import Population
from ccengine.simulator.results import Figures, figures, promises_of
from ccengine.simulator.timeline import Timeline, timeline
from ccengine.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan
    from ccengine.ivr.configuration import Configuration
    from ccengine.reporting.rows import Step
    from ccengine.simulator.recorded import RecordedDay
    from ccengine.simulator.scenario import Scenario

LATE_SECONDS = 4 * 3600.0
"""For so long after the last arrival those who are there may still be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a day."""

    label: str  #: which of several this is
    version: str  #: of the configuration
    arrived: int  #: calls
    offers: int  #: times a phone was rung
    figures: list[Figures]  #: by queue, by client with several queues, of all
    timeline: Timeline
    begins_minute: int  #: of the day, in the zone of the times shown
    refused: Mapping[str, int]  #: what could not happen, and how often


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One or several runs of the same day."""

    title: str
    day: str
    zone: str
    seed: int | None  #: None: nothing was left to chance
    remarks: tuple[str, ...]  #: what to know when reading it
    runs: tuple[Run, ...]

    def as_json(self) -> dict[str, object]:
        """Return plain data."""
        return asdict(self)


def simulate(
    scenario: Scenario,
    configuration: Configuration,
    label: str,
    *,
    tick: Callable[[Instant], None] | None = None,
    watch: Callable[[Step], None] | None = None,
) -> Run:
    """Play a scenario's day under a configuration.

    Args:
        scenario: checked against the configuration's tenant.
        configuration: without mistakes.
        label: names the run in the report.
        tick: is told the virtual time now and then.
        watch: is shown each step of the core, as a journal would be.
    """
    tenant = tenant_of(configuration)
    ledger = Ledger()

    def take(step: Step) -> None:
        ledger.take(step)
        if watch is not None:
            watch(step)

    world = World(Population(scenario, configuration, tenant), take)
    opens, closes = scenario.opens, scenario.closes
    world.run([PlanLoaded(plan=tenant.plan())], opens, closes + LATE_SECONDS, tick)
    return finish(ledger, world, tenant, label, (opens, closes, scenario.starts // 60))


def replay(
    day: RecordedDay,
    plan: Plan,
    tenant: Tenant,
    label: str,
    zone: str,
    tick: Callable[[Instant], None] | None = None,
) -> Run:
    """Play a recorded day under a plan.

    Args:
        day: of its own, from `RecordedDay.again`.
        plan: in force from its first instant on.
        tenant: whose contracts count.
        label: names the run in the report.
        zone: of the times shown.
        tick: is told the virtual time now and then.
    """
    ledger = Ledger()
    world = World(day, ledger.take)
    world.run([PlanLoaded(plan=plan)], day.starts, day.ends + LATE_SECONDS, tick)
    span = (day.starts, day.ends, minute_of(day.starts, zone))
    return finish(ledger, world, tenant, label, span)


def minute_of(at: Instant, zone: str) -> int:
    """Return the minute of the day that clocks in the zone show."""
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    return local.hour * 60 + local.minute


def finish(
    ledger: Ledger, world: World | None, tenant: Tenant, label: str, day: tuple[float, float, int]
) -> Run:
    """Judge a day that is over.

    Args:
        ledger: of the day.
        world: where it was played; None: it was a real day.
        tenant: whose contracts count.
        label: names the run in the report.
        day: its first and last instant, and the first's minute as a clock shows it.
    """
    opens, closes, minute = day
    ledger.close(closes if world is None else max(closes, world.now))
    promises = promises_of(tenant)
    return Run(
        label=label,
        version=tenant.version,
        arrived=ledger.arrived,
        offers=ledger.offers,
        figures=figures(ledger, promises, tenant.plan().queues),
        timeline=timeline(ledger, promises, opens, closes),
        begins_minute=minute,
        refused={} if world is None else dict(sorted(world.refused.items())),
    )


def tenant_of(configuration: Configuration) -> Tenant:
    """Return the configuration's tenant.

    Raises:
        ValueError: the configuration has mistakes.
    """
    if configuration.tenant is None:
        message = "a configuration with mistakes cannot be run"
        raise ValueError(message)
    return configuration.tenant
