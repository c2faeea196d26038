"""Makes a scenario's callers and agents, by chance that the seed decides.

Each purpose has chance of its own: when callers come, what each is like, how each agent reacts.
So two configurations meet the very same callers, and differ only by what they do with them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.ids import CallId, PhoneId, QueueId
from ccengine.core.plan import client_of
from ccengine.simulator.journeys import HUNDRED, PressingCaller, walk
from ccengine.simulator.laws import stream
from ccengine.simulator.scenario import Arrivals
from ccengine.simulator.world import NODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.config.tenant import Tenant
    from ccengine.core.events import Event
    from ccengine.core.ids import AgentId, Instant
    from ccengine.ivr.configuration import Configuration
    from ccengine.simulator.scenario import Behaviour, Scenario, Shift
    from ccengine.simulator.world import Caller, JourneyEvent

HOUR = 3600.0
SEED_BITS = 64
FOR_EVER = float("inf")


@dataclass(slots=True, kw_only=True)
class ScenarioCaller:
    """A caller with fixed luck: the same under every configuration."""

    arrival: events.CallArrived
    kind: Arrivals
    parts: tuple[float, float, float]  #: of talk, patience, wrap-up
    chance_seed: int  #: of the keys pressed
    population: Population

    def enter(self, flow: str | None, now: Instant) -> Sequence[tuple[float, JourneyEvent]]:
        """Return the way through the number's flow, or into the line."""
        return self.population.enter(self, flow, now)

    def patience_seconds(self, queue: QueueId) -> float:
        """Return after how long in lines they hang up; may be infinite."""
        patience = self.population.behaviour(queue).patience
        return FOR_EVER if patience is None else patience.seconds(self.parts[1])

    def talk_seconds(self, queue: QueueId) -> float:
        """Return how long the conversation takes."""
        return self.population.behaviour(queue).talk.seconds(self.parts[0])

    def wrap_up_seconds(self, queue: QueueId) -> float | None:
        """Return how long the agent wraps up, None for as long as the queue gives."""
        wrap_up = self.population.behaviour(queue).wrap_up
        return None if wrap_up is None else wrap_up.seconds(self.parts[2])


class Population:
    """All who call and work on a scenario's day."""

    def __init__(self, scenario: Scenario, configuration: Configuration, tenant: Tenant) -> None:
        self._scenario = scenario
        self._configuration = configuration
        self._tenant = tenant
        self._reactions: dict[AgentId, random.Random] = {}

    @property
    def away_seconds(self) -> float:
        """After how long an agent who missed calls is ready again."""
        return self._scenario.answering.away_seconds

    def callers(self) -> list[Iterator[Caller]]:
        """Return the callers of each kind, in the order in which they come."""
        kinds = enumerate(self._scenario.arrivals, 1)
        return [self._callers_of(kind, place) for place, kind in kinds]

    def movements(self) -> list[tuple[Instant, Event]]:
        """Return log-ins, breaks and log-outs."""
        moves: list[tuple[Instant, Event]] = []
        for shift in self._scenario.shifts:
            for agent in self._agents_of(shift):
                moves += self._shift_of(agent, shift)
        return sorted(moves, key=lambda move: move[0])

    def reaction_seconds(self, agent: AgentId) -> float | None:
        """Return after how long the agent answers the phone; None: never."""
        if agent not in self._reactions:
            self._reactions[agent] = stream(self._scenario.seed, "reactions", agent)
        chance, answering = self._reactions[agent], self._scenario.answering
        misses, part = chance.random() * HUNDRED, chance.random()
        return None if misses < answering.miss_percent else answering.delay.seconds(part)

    def behaviour(self, queue: QueueId) -> Behaviour:
        """Return how long things take in the queue."""
        return self._scenario.queues.get(queue, self._scenario.everywhere)

    def enter(
        self, caller: ScenarioCaller, flow: str | None, now: Instant
    ) -> Sequence[tuple[float, JourneyEvent]]:
        """Return the caller's way through a flow, or into the line."""
        call = caller.arrival.call
        if flow is None and caller.kind.queue is not None:
            return ((0.0, events.CallQueued(call=call, queue=QueueId(caller.kind.queue))),)
        route = self._tenant.route(caller.arrival.number)
        name = flow if flow is not None or route is None else route.flow
        if name is None:
            return ((0.0, _ended(call)),)
        client = caller.arrival.client
        pressing = PressingCaller(
            language=self._tenant.clients[client].language if route is None else route.language,
            keys=caller.kind.keys,
            chance=random.Random(caller.chance_seed),
            prompt_seconds=self._scenario.prompt_seconds,
        )
        return walk(self._configuration, caller.arrival, name, pressing, now)

    def _callers_of(self, kind: Arrivals, place: int) -> Iterator[Caller]:
        name = f"{place}/{kind.number or kind.queue}"
        luck = stream(self._scenario.seed, "luck", name)
        for count, at in enumerate(_arrivals(self._scenario, kind, name), 1):
            parts = (luck.random(), luck.random(), luck.random())
            person, seed = luck.random(), luck.getrandbits(SEED_BITS)
            arrival = self._arrival(kind, CallId(f"sim{place}-{count}"), at, person)
            yield ScenarioCaller(
                arrival=arrival, kind=kind, parts=parts, chance_seed=seed, population=self
            )

    def _arrival(
        self, kind: Arrivals, call: CallId, at: Instant, person: float
    ) -> events.CallArrived:
        route = None if kind.number is None else self._tenant.route(kind.number)
        client = client_of(QueueId(kind.queue or "")) if route is None else route.client
        return events.CallArrived(
            call=call,
            tenant=self._tenant.id,
            client=client,
            number=kind.number or "",
            caller="" if kind.people is None else f"+999{int(person * kind.people):08d}",
            channel=call,
            node=NODE,
            arrived_at=at,
        )

    def _agents_of(self, shift: Shift) -> list[AgentId]:
        if not shift.agents and not shift.teams:
            return list(self._tenant.settings.agents)
        members = self._tenant.settings.agents.items()
        of_teams = [agent for agent, settings in members if settings.team in shift.teams]
        return list(dict.fromkeys([*shift.agents, *of_teams]))

    def _shift_of(self, agent: AgentId, shift: Shift) -> Iterator[tuple[Instant, Event]]:
        scenario = self._scenario
        phone = self._tenant.settings.agents[agent].phone or PhoneId(f"desk-{agent}")
        begins, ends = scenario.span(shift.starts, shift.until)
        yield begins, events.AgentLoggedIn(agent=agent, phone=phone)
        if not self._tenant.settings.ready_at_login:
            yield begins, events.AgentWentReady(agent=agent)
        for pause in shift.breaks:
            leaves, returns = scenario.span(pause.starts, pause.until, within=shift.starts)
            yield leaves, events.AgentWentNotReady(agent=agent, reason=pause.reason)
            yield returns, events.AgentWentReady(agent=agent)
        yield ends, events.AgentLoggedOut(agent=agent)


def _arrivals(scenario: Scenario, kind: Arrivals, name: str) -> Iterator[Instant]:
    """Yield when callers come: Poisson, with the rate of each moment, by thinning."""
    chance = stream(scenario.seed, "arrivals", name)
    opens, closes = scenario.opens, scenario.closes
    rates = _rates(scenario, kind)
    highest = max((_rate_at(rates, starts) for starts, _, _ in rates), default=0.0)
    at = opens
    while highest > 0:
        at += chance.expovariate(highest)
        if at >= closes:
            return
        if chance.random() * highest < _rate_at(rates, at):
            yield at


def _rate_at(rates: Sequence[tuple[Instant, Instant, float]], at: Instant) -> float:
    return sum(rate for starts, ends, rate in rates if starts <= at < ends)


def _rates(scenario: Scenario, kind: Arrivals) -> list[tuple[Instant, Instant, float]]:
    if kind.calls_per_hour is not None:
        return [(scenario.opens, scenario.closes, kind.calls_per_hour / HOUR)]
    return [
        (*scenario.span(period.starts, period.until), period.calls_per_hour / HOUR)
        for period in kind.profile
    ]


def _ended(call: CallId) -> events.CallEnded:
    return events.CallEnded(call=call, by=events.Party.ENGINE, cause="number leads nowhere")
