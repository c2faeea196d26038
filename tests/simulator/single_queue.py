"""One queue of equal agents, as theory has it: at the real core, and as a recursion of ten lines.

Both get the very same callers: the same instants, conversations and patience. The recursion is no
part of the program; it says when each of them would be served if callers were served in the order
in which they come, each by the first agent to be free, and nobody were idle while somebody waits.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from heapq import heapreplace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core import events
from ccengine.core.commands import ShowCall
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId, SkillId, TenantId, queue_id
from ccengine.core.plan import AgentSettings, Plan
from ccengine.core.queues import QueueSettings
from ccengine.core.states import CallState
from ccengine.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.core.ids import Instant, QueueId
    from ccengine.reporting.rows import Step
    from ccengine.simulator.world import Caller, JourneyEvent

TALK_SECONDS = 180.0
CLIENT = ClientId("nova")
QUEUE = queue_id(CLIENT, "billing")
SKILL = SkillId("billing")
FOR_EVER = float("inf")
GONE = -1.0  #: in place of the wait of who hung up


@dataclass(frozen=True)
class Model:
    """M/M/n, or M/M/n+M where callers are not patient for ever."""

    agents: int
    load: float  #: erlangs per agent
    patience: float = FOR_EVER  #: mean, in seconds

    @property
    def calls_per_second(self) -> float:
        return self.load * self.agents / TALK_SECONDS


class Call(NamedTuple):
    at: float
    talk: float
    patience: float


def calls(model: Model, seed: int) -> Iterator[Call]:
    """Yield calls for ever."""
    comes, talks, waits = (random.Random(f"{seed}/{purpose}") for purpose in "abc")
    rate, talk_rate, now = model.calls_per_second, 1 / TALK_SECONDS, 0.0
    patience_rate = 1 / model.patience
    while True:
        now += comes.expovariate(rate)
        patience = waits.expovariate(patience_rate) if patience_rate else FOR_EVER
        yield Call(now, talks.expovariate(talk_rate), patience)


def recursion(
    model: Model, some: Iterator[Call], free_at: list[float] | None = None
) -> Iterator[float]:
    """Yield each caller's wait, or GONE. `free_at` is when each agent will be, as a heap."""
    if free_at is None:
        free_at = [0.0] * model.agents
    for at, talk, patience in some:
        wait = max(0.0, free_at[0] - at)
        if wait <= patience:
            heapreplace(free_at, at + wait + talk)
            yield wait
        else:
            yield GONE


# --- the same at the core ----------------------------------------------------------------------


@dataclass(slots=True)
class OneCaller:
    arrival: events.CallArrived
    call: Call
    slower: float

    def enter(self, flow: str | None, now: Instant) -> Sequence[tuple[float, JourneyEvent]]:
        del flow, now
        return ((0.0, events.CallQueued(call=self.arrival.call, queue=QUEUE)),)

    def patience_seconds(self, queue: QueueId) -> float:
        del queue
        return self.call.patience

    def talk_seconds(self, queue: QueueId) -> float:
        del queue
        return self.call.talk * self.slower

    def wrap_up_seconds(self, queue: QueueId) -> float | None:
        del queue
        return None


class Everybody:
    """All agents are there all day and answer at once."""

    away_seconds = 0.0

    def __init__(self, model: Model, some: Iterator[Call], slower: float) -> None:
        self._model, self._calls, self._slower = model, some, slower

    def callers(self) -> list[Iterator[Caller]]:
        return [self._in_turn()]

    def _in_turn(self) -> Iterator[Caller]:
        for number, call in enumerate(self._calls):
            yield OneCaller(arrival(f"c{number}", call.at), call, self._slower)

    def movements(self) -> list[tuple[Instant, events.Event]]:
        return [
            (0.0, events.AgentLoggedIn(agent=AgentId(f"a{number}"), phone=PhoneId(f"{number}")))
            for number in range(self._model.agents)
        ]

    def reaction_seconds(self, agent: AgentId) -> float:
        del agent
        return 0.0


def arrival(call: str, at: float) -> events.CallArrived:
    return events.CallArrived(
        call=CallId(call),
        tenant=TenantId("bench"),
        client=CLIENT,
        number="",
        caller="",
        channel=call,
        node="simulator",
        arrived_at=at,
    )


def plan(agents: int, idle: float) -> Plan:
    settings = AgentSettings(name="A", number="1", skills={SKILL: 1}, clients=(CLIENT,))
    return Plan(
        tenant=TenantId("bench"),
        version="1",
        agents={AgentId(f"a{number}"): settings for number in range(agents)},
        queues={QUEUE: QueueSettings(skills={SKILL: 1}, wrap_up_seconds=idle)},
    )


def at_the_core(
    model: Model, seed: int, count: int, *, slower: float = 1.0, idle: float = 0.0
) -> list[float]:
    """Return the wait of each of the first callers, or GONE.

    Args:
        model: the queue.
        seed: of the callers.
        count: so many callers come, and then no more.
        slower: conversations take so many times as long: a planted fault.
        idle: agents have no call for so many seconds after each: another one.
    """
    came: dict[CallId, float] = {}
    waits: dict[CallId, float] = {}

    def watch(step: Step) -> None:
        event = step.event
        if type(event) is events.CallQueued:
            came[event.call] = step.at
            waits[event.call] = GONE
        for command in step.commands:
            if type(command) is ShowCall and command.state is CallState.CONNECTING:
                waits[command.call] = step.at - came[command.call]

    world = World(Everybody(model, islice(calls(model, seed), count), slower), watch)
    world.run([events.PlanLoaded(plan=plan(model.agents, idle))], 0.0, 1e15)
    assert not world.refused
    return list(waits.values())
