"""Judges a day: service level by each client's contract, waits, abandons, occupancy.

Formulas and their names are those of contact centers. A wait begins when the caller enters a queue
and includes the ringing of the agent's phone; so does occupancy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.plan import client_of
from ccengine.core.states import AgentState
from ccengine.reporting.kpis.cells import Counts
from ccengine.reporting.kpis.formulas import level_parts
from ccengine.simulator.ledger import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.config.clients import ServiceLevel
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import AgentId, ClientId, QueueId
    from ccengine.core.measures import Formula
    from ccengine.simulator.ledger import Ledger, Spell, Visit

ALL = "all"
WITH_CALLS = frozenset({AgentState.OFFERED, AgentState.ON_CALL, AgentState.WRAP_UP})
HANDLING = frozenset({AgentState.ON_CALL, AgentState.WRAP_UP})
PERCENTILES = (50, 90, 95, 99)

Promises = dict["ClientId", "ServiceLevel"]
"""What each client's contract says of waiting."""


def promises_of(tenant: Tenant) -> Promises:
    """Return what the tenant's contracts say of waiting."""
    contracts = ((client.id, client.settings.contract) for client in tenant.clients.values())
    return {name: contract.service_level for name, contract in contracts if contract is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One queue's day, or one client's, or everybody's. None: there was nothing to count."""

    name: str
    offered: int
    answered: int
    abandoned: int
    sent_on: int  #: by the queue's limits
    left_waiting: int  #: when the day was over
    service_level: float | None  #: percent
    promise: str  #: what the service level is measured by
    asa: float | None  #: mean wait of the answered, seconds
    abandon_rate: float | None  #: percent of the offered
    mean_abandon: float | None  #: mean wait of the abandoned, seconds
    waits: Mapping[str, float]  #: of the answered, seconds by percentile
    longest: float | None  #: wait of anybody, seconds
    aht: float | None  #: mean of talk and wrap-up, seconds
    occupancy: float | None  #: percent, of the agents who answered these calls


class Tally:
    """Counts calls by a contract's formula."""

    def __init__(self) -> None:
        self._counts: defaultdict[Formula, Counts] = defaultdict(Counts)

    def count(self, visit: Visit, promise: ServiceLevel) -> None:
        """Count one visit; whom the queue sent on is not counted."""
        counts, in_time = self._counts[promise.formula], visit.seconds <= promise.seconds
        if visit.fate is Fate.ANSWERED:
            counts.answered += 1
            counts.answered_in_time += in_time
        elif visit.fate is Fate.ABANDONED:
            counts.abandoned += 1
            counts.abandoned_in_time += in_time
            counts.abandoned_short += visit.seconds < promise.short_abandon_seconds

    def percent(self) -> float | None:
        """Return the service level, None if nothing counted."""
        parts = [level_parts(formula, counts) for formula, counts in self._counts.items()]
        return percent(sum(good for good, _ in parts), sum(judged for _, judged in parts))


class Work:
    """What agents did, added up once for all queues."""

    def __init__(self, spells: Iterable[Spell]) -> None:
        self._handled: defaultdict[str, float] = defaultdict(float)  # seconds, by queue
        self._agents: defaultdict[str, set[AgentId]] = defaultdict(set)  # by queue
        self._busy: defaultdict[AgentId, float] = defaultdict(float)
        self._ready: defaultdict[AgentId, float] = defaultdict(float)
        for spell in spells:
            seconds = spell.ends - spell.starts
            if spell.state is AgentState.AVAILABLE:
                self._ready[spell.agent] += seconds
            elif spell.state in WITH_CALLS:
                self._busy[spell.agent] += seconds
                if spell.queue is not None and spell.state in HANDLING:
                    self._handled[spell.queue] += seconds
                    self._agents[spell.queue].add(spell.agent)

    def handled(self, queues: Iterable[str]) -> float:
        """Return the seconds of talk and wrap-up that calls of these queues took."""
        return sum(self._handled[queue] for queue in sorted(queues))

    def occupancy(self, queues: Iterable[str]) -> float | None:
        """Return the occupancy of the agents who answered calls of these queues, percent."""
        agents = sorted({agent for queue in queues for agent in self._agents[queue]})
        busy = sum(self._busy[agent] for agent in agents)
        return percent(busy, busy + sum(self._ready[agent] for agent in agents))


def figures(ledger: Ledger, promises: Promises, queues: Iterable[QueueId]) -> list[Figures]:
    """Return the figures of each queue, of each client with several, and of all together.

    Calls that went on from queue to queue count in each of them, and once in what is counted for
    clients and for all, from the first queue on.
    """
    visits: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in ledger.visits:
        visits[visit.queue].append(visit)
    stays: defaultdict[str, list[Visit]] = defaultdict(list)
    for stay in ledger.stays:
        stays[client_of(stay.queue)].append(stay)
    work = Work(ledger.spells)
    names = sorted({*queues, *visits})
    shown = [_judge(name, visits[name], work, promises, {name}) for name in names]
    for client in sorted({name.partition("/")[0] for name in names}):
        own = {name for name in names if name.partition("/")[0] == client}
        if len(own) > 1:
            shown.append(_judge(client, stays[client], work, promises, own))
    return [*shown, _judge(ALL, ledger.stays, work, promises, set(names))]


def percent(part: float, whole: float) -> float | None:
    """Return a share in percent, None of nothing."""
    return _rounded(100.0 * part / whole) if whole else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that this percentage of all does not exceed; 0 of none."""
    if not ordered:
        return 0.0
    place = -(-len(ordered) * share // 100)
    return ordered[max(0, int(place) - 1)]


def service_level(visits: Iterable[Visit], promises: Promises) -> float | None:
    """Return how many percent of the calls were served as promised, each by its own contract."""
    tally = Tally()
    for visit in visits:
        promise = promises.get(client_of(visit.queue))
        if promise is not None:
            tally.count(visit, promise)
    return tally.percent()


def _judge(
    name: str, visits: Sequence[Visit], work: Work, promises: Promises, queues: set[str]
) -> Figures:
    by_fate: dict[Fate, list[float]] = {fate: [] for fate in Fate}
    for visit in visits:
        by_fate[visit.fate].append(visit.seconds)
    answered, abandoned = sorted(by_fate[Fate.ANSWERED]), by_fate[Fate.ABANDONED]
    everybody = [seconds for some in by_fate.values() for seconds in some]
    return Figures(
        name=name,
        offered=len(visits),
        answered=len(answered),
        abandoned=len(abandoned),
        sent_on=len(by_fate[Fate.SENT_ON]),
        left_waiting=len(by_fate[Fate.WAITING]),
        service_level=service_level(visits, promises),
        promise=_promise(promises, queues),
        asa=_mean(answered),
        abandon_rate=percent(len(abandoned), len(visits)),
        mean_abandon=_mean(abandoned),
        waits={f"p{share}": _rounded(percentile(answered, share)) for share in PERCENTILES},
        longest=_rounded(max(everybody)) if everybody else None,
        aht=_rounded(work.handled(queues) / len(answered)) if answered else None,
        occupancy=work.occupancy(queues),
    )


def _promise(promises: Promises, queues: set[str]) -> str:
    texts = {
        f"{promise.percent} % in {promise.seconds} s, {promise.formula}"
        for client, promise in promises.items()
        if any(queue.partition("/")[0] == client for queue in queues)
    }
    return texts.pop() if len(texts) == 1 else "by each client's contract" if texts else ""


def _mean(values: Sequence[float]) -> float | None:
    return _rounded(sum(values) / len(values)) if values else None


def _rounded(value: float) -> float:
    return round(value, 3)
