"""Reads a scenario and checks it against the tenant it is meant for."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine.config.documents import Document, read_document
from ccengine.config.names import suggestion
from ccengine.config.problems import Problem, in_order
from ccengine.config.schema import fit
from ccengine.simulator.laws import Law, Shape
from ccengine.simulator.scenario import Profile, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ccengine.config.documents import Place
    from ccengine.config.tenant import Tenant
    from ccengine.simulator.scenario import Arrivals, Behaviour, Period, Shift

HUNDRED = 100.0  # percent
COLUMNS = "from, until, calls_per_hour"


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario, as far as it could be read, and where it stands."""

    scenario: Scenario | None
    document: Document | None
    problems: tuple[Problem, ...]


def load_scenario(file: Path) -> ScenarioFile:
    """Read a scenario with the profiles it names. Never raises for what it says."""
    document, problems = read_document(file)
    if document is None:
        return ScenarioFile(None, None, in_order(problems))
    fitted = fit(Scenario, document)
    problems += fitted.problems
    scenario = fitted.value
    if scenario is None or problems:
        return ScenarioFile(None, document, in_order(problems))
    arrivals = []
    for place, some in enumerate(scenario.arrivals):
        if some.csv is None:
            arrivals.append(some)
            continue
        rows, found = _read_profile(file.parent / some.csv)
        problems += found
        if not rows and not found:
            problems.append(
                document.problem(
                    ("arrivals", place, "csv"),
                    f"'{some.csv}' has no rows",
                    f"give it the columns {COLUMNS}",
                )
            )
        arrivals.append(replace(some, profile=(*some.profile, *rows)))
    whole = replace(scenario, arrivals=tuple(arrivals))
    problems += _own_problems(scenario, document)
    return ScenarioFile(None if problems else whole, document, in_order(problems))


def check_scenario(scenario: Scenario, document: Document, tenant: Tenant) -> tuple[Problem, ...]:
    """Name what the scenario refers to and the tenant does not have."""
    queues = tenant.plan().queues
    numbers = [n for client in tenant.clients.values() for n in client.settings.numbers]
    problems = []
    for place, some in enumerate(scenario.arrivals):
        where: Place = ("arrivals", place)
        if some.number is not None and tenant.route(some.number) is None:
            problems.append(_unknown(document, (*where, "number"), some.number, numbers))
        if some.queue is not None and some.queue not in queues:
            problems.append(_unknown(document, (*where, "queue"), some.queue, queues))
    problems += [
        _unknown(document, ("queues", name), name, queues)
        for name in scenario.queues
        if name not in queues
    ]
    for place, shift in enumerate(scenario.shifts):
        problems += _shift_problems(shift, place, document, tenant)
    return in_order(problems)


def _read_profile(file: Path) -> tuple[tuple[Period, ...], list[Problem]]:
    """Read a CSV file as if its rows stood in the YAML, so that mistakes have lines."""
    rows: list[dict[str, str]] = []
    lines: dict[Place, int] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, skipinitialspace=True)
            for row in reader:
                place: Place = ("profile", len(rows))
                cells = {str(key): str(cell) for key, cell in row.items() if cell is not None}
                lines |= {(*place, key): reader.line_num for key in cells}
                lines[place] = reader.line_num
                rows.append(cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return (), [Problem(file, 1, f"the file is unreadable: {error}", "see `csv:` in scenarios")]
    fitted = fit(Profile, Document(file, {"profile": rows}, lines))
    return (
        ((), fitted.problems) if fitted.value is None else (fitted.value.profile, fitted.problems)
    )


def _own_problems(scenario: Scenario, document: Document) -> Iterator[Problem]:
    for place, some in enumerate(scenario.arrivals):
        yield from _arrivals_problems(some, ("arrivals", place), document)
    laws: list[tuple[Place, Law | None]] = [
        (("answering", "delay"), scenario.answering.delay),
        *_laws(("everywhere",), scenario.everywhere),
    ]
    for name, behaviour in scenario.queues.items():
        laws += _laws(("queues", name), behaviour)
    yield from law_problems(laws, document)


def law_problems(laws: Iterable[tuple[Place, Law | None]], document: Document) -> Iterator[Problem]:
    """Yield what is wrong with times beyond a single value."""
    for where, law in laws:
        if law is not None and (law.law is Shape.LOGNORMAL) != (law.deviation_seconds is not None):
            message = "'deviation_seconds' belongs to a lognormal law, and to no other"
            yield document.problem(where, message, "add it or leave it out")


def _laws(where: Place, behaviour: Behaviour) -> list[tuple[Place, Law | None]]:
    return [
        ((*where, "talk"), behaviour.talk),
        ((*where, "patience"), behaviour.patience),
        ((*where, "wrap_up"), behaviour.wrap_up),
    ]


def _arrivals_problems(some: Arrivals, where: Place, document: Document) -> Iterator[Problem]:
    if (some.number is None) == (some.queue is None):
        yield document.problem(where, "callers dial a number or enter a queue", "give one of both")
    rates = (some.calls_per_hour is not None, bool(some.profile), some.csv is not None)
    if sum(rates) != 1:
        message = "it must be said once how many call"
        yield document.problem(where, message, "give one of calls_per_hour, profile, csv")
    if some.keys and some.number is None:
        message = "nobody presses keys who enters a queue at once"
        yield document.problem((*where, "keys"), message, "remove it, or give a number")
    if sum(some.keys.values()) > HUNDRED:
        message = "more than all callers press a key"
        yield document.problem((*where, "keys"), message, "let it be 100 or less in all")


def _shift_problems(
    shift: Shift, place: int, document: Document, tenant: Tenant
) -> Iterator[Problem]:
    where: Place = ("shifts", place)
    agents, teams = tenant.settings.agents, tenant.settings.teams
    for position, agent in enumerate(shift.agents):
        if agent not in agents:
            yield _unknown(document, (*where, "agents", position), agent, agents)
    for position, team in enumerate(shift.teams):
        if team not in teams:
            yield _unknown(document, (*where, "teams", position), team, teams)


def _unknown(document: Document, place: Place, name: str, known: Iterable[str]) -> Problem:
    return document.problem(place, f"the tenant has no '{name}'", suggestion(name, known))
