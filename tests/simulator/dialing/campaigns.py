"""Campaigns and scenarios of which the outcome can be said beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.campaign_limits import CampaignLimit
from ccengine.config.campaigns import CampaignFile, Detection
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import AbandonLimit, WindowKind
from ccengine.simulator.dialing.chance import ScenarioChance
from ccengine.simulator.dialing.scenario import CampaignScenario, PlannedPause
from ccengine.simulator.dialing.supposed import Supposed
from ccengine.simulator.dialing.trials import Trial
from ccengine.simulator.laws import Law, Shape

if TYPE_CHECKING:
    from typing import Any


def exactly(seconds: float) -> Law:
    return Law(mean_seconds=seconds, law=Shape.CONSTANT)


#: everybody answers after 5 s, talks for 60 s; 10 s of wrap-up; nobody pauses
CLOCKWORK = CampaignScenario(
    answer_percent=100.0, swing_percent=0.0, machine_percent=0.0, busy_percent=0.0,
    failed_percent=0.0, setup=exactly(1), ring=exactly(4), talk=exactly(60), wrap_up=exactly(10),
    pause_percent=0.0,
)  # fmt: skip
LIVELY = CampaignScenario(
    wrap_up=exactly(15), pause_percent=10.0, callers_per_hour=30.0,
    pauses=(PlannedPause(after_minutes=5, minutes=3, percent=50),),
)  # fmt: skip


def chance(
    scenario: CampaignScenario, seed: int = 1, machines: Detection = Detection.OFF
) -> ScenarioChance:
    return ScenarioChance(scenario, seed, 20, machines)


def limit(percent: float = 3.0, **values: Any) -> CampaignLimit:
    rule = AbandonLimit(percent=percent, window=WindowKind.DAY, **values)
    return CampaignLimit(rule="XX.abandoned", limit=rule, source="a law")


def trial(
    scenario: CampaignScenario = LIVELY, mode: Mode = Mode.PREDICTIVE, **values: Any
) -> Trial:
    settings = CampaignFile(
        name="Renewals <b>", mode=mode, ratio=values.pop("ratio", None), purpose=Purpose.SURVEY,
        seller="Dnipro", machines=values.pop("machines", Detection.OFF),
        calls_at_most=values.pop("calls_at_most", 30),
    )  # fmt: skip
    given = {"limits": (limit(),), "agents": 3, "hours": 0.5, "seeds": (1, 2), **values}
    return Trial(campaign="a/b", settings=settings, supposed=Supposed(scenario), **given)
