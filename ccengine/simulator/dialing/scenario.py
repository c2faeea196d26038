"""What is supposed of a campaign's day: the schema of its YAML, and what nobody says otherwise.

These dataclasses are the schema, as those of the configuration are. What a default is worth: it is
the middle of what the pacing bench is run with, of no particular list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from ccengine.config.documents import read_document
from ccengine.config.names import Line
from ccengine.config.problems import Problem, in_order
from ccengine.config.schema import fit
from ccengine.simulator.laws import Law, Shape
from ccengine.simulator.scenario import Percent, Rate
from ccengine.simulator.scenario_file import HUNDRED, law_problems

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.documents import Document

Minutes = Annotated[float, Field(ge=0, le=24 * 60)]
ENDINGS: Final = ("answer_percent", "machine_percent", "busy_percent", "failed_percent")
LAWS: Final = (
    "setup", "ring", "talk", "wrap_up", "machine_talk", "pause", "caller_talk", "caller_patience",
)  # fmt: skip
USUAL_SETUP: Final = Law(mean_seconds=2.0, law=Shape.LOGNORMAL, deviation_seconds=0.6)
USUAL_RING: Final = Law(mean_seconds=8.0, law=Shape.LOGNORMAL, deviation_seconds=5.4)
USUAL_TALK: Final = Law(mean_seconds=120.0, law=Shape.LOGNORMAL, deviation_seconds=134.0)
USUAL_WRAP_UP: Final = Law(mean_seconds=20.0, law=Shape.LOGNORMAL, deviation_seconds=13.0)
USUAL_PAUSE: Final = Law(mean_seconds=240.0)
USUAL_MACHINE_TALK: Final = Law(mean_seconds=8.0, law=Shape.CONSTANT)
USUAL_CALLER_TALK: Final = Law(mean_seconds=180.0)
USUAL_PATIENCE: Final = Law(mean_seconds=180.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPause:
    """Some of the agents leave together, each after the call that goes on."""

    after_minutes: Minutes  #: from the day's beginning
    minutes: Minutes
    percent: Percent = 100.0  #: of the agents


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignScenario:
    """The keys of the file."""

    description: Line | None = None  #: for people
    answer_percent: Percent = 30.0  #: of the calls, by a person
    swing_percent: Percent = 20.0  #: of that, up and down within two hours
    machine_percent: Percent = 15.0  #: of the calls
    busy_percent: Percent = 5.0
    failed_percent: Percent = 5.0  #: the rest rings for as long as the campaign lets it
    setup: Law = USUAL_SETUP  #: until it rings
    ring: Law = USUAL_RING  #: until a person or a machine answers
    talk: Law = USUAL_TALK
    wrap_up: Law = USUAL_WRAP_UP  #: left out: exactly that of the line of its agents
    machine_talk: Law = USUAL_MACHINE_TALK  #: until an agent has left a machine
    pause_percent: Percent = 1.0  #: of the wrap-ups, after which the agent is away
    pause: Law = USUAL_PAUSE
    pauses: tuple[PlannedPause, ...] = ()
    callers_per_hour: Rate = 0.0  #: of the campaign's queue beside, who come first
    caller_talk: Law = USUAL_CALLER_TALK
    caller_patience: Law = USUAL_PATIENCE


@dataclass(frozen=True, slots=True)
class CampaignScenarioFile:
    """A scenario, as far as it could be read, and which of its keys somebody wrote."""

    scenario: CampaignScenario | None
    written: tuple[str, ...]
    problems: tuple[Problem, ...]


def load_campaign_scenario(file: Path) -> CampaignScenarioFile:
    """Read a scenario. Never raises for what it says."""
    document, problems = read_document(file)
    if document is None:
        return CampaignScenarioFile(None, (), in_order(problems))
    fitted = fit(CampaignScenario, document)
    problems += fitted.problems
    scenario = fitted.value
    if scenario is not None:
        problems += _own_problems(scenario, document)
    written = tuple(str(key) for key in document.keys())  # noqa: SIM118 - a method of its own
    return CampaignScenarioFile(None if problems else scenario, written, in_order(problems))


def _own_problems(scenario: CampaignScenario, document: Document) -> list[Problem]:
    laws = [((name,), getattr(scenario, name)) for name in LAWS]
    problems = list(law_problems(laws, document))
    ends = [getattr(scenario, name) for name in ENDINGS]
    if sum(ends) <= HUNDRED:
        return problems
    written = [name for name in ENDINGS if name in document.keys()]  # noqa: SIM118
    message = f"{sum(ends):g} % of the calls end: {', '.join(ENDINGS)} make more than 100"
    place = (written[-1],) if written else ()
    return [*problems, document.problem(place, message, "lower one of them")]
