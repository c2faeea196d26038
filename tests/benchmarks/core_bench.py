"""How many events a second the core alone takes: 1,000 agents and 5,000 waiting callers.

    python -m tests.benchmarks.core_bench [EVENTS [AGENTS]]

A closed world on a virtual clock, so nothing waits: calls arrive as fast as agents can take them,
the line stays at 5,000 of both high and low priority, 20 queues need one or two of 50 skills.
Timed is each call of `handle` and `advance`, and nothing around them; the collector leaves alone
what was there at the beginning, as in the engine. Then for how long a plan that is loaded again and
a snapshot hold up everything else, with a quarter of the agents, half and all. Nothing is asserted:
a number is for people to compare.
"""

from __future__ import annotations

import gc
import heapq
import random
import sys
import time
from collections import defaultdict
from functools import partial
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import Connect, OfferCall, ShowAgent, WithdrawOffer
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId, SkillId, TenantId, queue_id
from ccengine.core.plan import AgentSettings, Plan
from ccengine.core.queues import QueueSettings
from ccengine.core.states import AgentState
from ccengine.storage.codec import encode_by_slices

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ccengine.core.commands import Command
    from ccengine.core.events import Event

AGENTS = 1_000
WAITING = 5_000
QUEUES = 20
SKILLS = 50
Result = TypeVar("Result")
CLIENTS = ("nova", "sirin")
TALK_SECONDS = 120.0  # mean; exponential
RING_SECONDS = 5.0  # mean until an agent answers; over 20 s is no answer
AWAY_SECONDS = 60.0  # an agent who missed a call is back after this
GIVES_UP = 0.05  # of callers hang up while waiting
EVENTS = 200_000


def make_plan(chance: random.Random, count: int) -> Plan:
    """Return a plan of the size above in which every queue has agents who qualify."""
    skills = [SkillId(f"skill{number}") for number in range(SKILLS)]
    queues = {
        queue_id(ClientId(CLIENTS[number % 2]), f"queue{number}"): QueueSettings(
            skills={skill: chance.randint(1, 4) for skill in chance.sample(skills, 1 + number % 2)},
            priority=chance.choice((0, 0, 0, 5)),
        )
        for number in range(QUEUES)
    }
    needed = [settings.skills for settings in queues.values()]
    agents = {}
    for number in range(count):
        has = {skill: chance.randint(1, 10) for skill in chance.sample(skills, 6)}
        has |= {skill: least + 1 for skill, least in needed[number % QUEUES].items()}
        agents[AgentId(f"agent{number}")] = AgentSettings(
            name=f"Agent {number}",
            number=str(number),
            skills=has,
            clients=tuple(ClientId(client) for client in CLIENTS),
        )
    return Plan(tenant=TenantId("bench"), version="1", agents=agents, queues=queues)


class World:
    """Callers, phones and a clock around one core."""

    def __init__(self, chance: random.Random, agents: int) -> None:
        self.chance = chance
        self.agents = agents
        self.plan = make_plan(chance, agents)
        self.queues = list(self.plan.queues)
        self.center = ContactCenter()
        self.now = 0.0
        self.calls = 0
        self.timing = False
        self.taken: dict[str, list[int]] = defaultdict(list)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._entries = 0

    def open(self) -> None:
        """Have everybody at work and the line full."""
        self.post(events.SwitchResynced(node="bench"))
        self.post(events.PlanLoaded(plan=self.plan))
        for number, agent in enumerate(self.plan.agents):
            self.post(events.AgentLoggedIn(agent=agent, phone=PhoneId(str(number))))
        while len(self.center.waiting()) < WAITING:
            for _ in range(100):
                self.call_arrives()

    def run(self, count: int) -> None:
        """Take this many events and time them."""
        gc.freeze()
        self.timing = True
        while sum(map(len, self.taken.values())) < count:
            for _ in range(1000):
                self.step()

    def step(self) -> None:
        """Do what comes next: a deadline of the core, or something on the agenda."""
        due = self.center.next_deadline()
        at, _, happens = self._agenda[0]
        if due is not None and due <= at:
            self.now = due
            self._take("deadline", partial(self.center.advance, due))
        else:
            heapq.heappop(self._agenda)
            self.now = at
            happens()

    def post(self, event: Event) -> None:
        self._take(type(event).__name__, partial(self.center.handle, event, self.now))

    def call_arrives(self) -> None:
        """Have a caller go through a menu into a line."""
        self.calls += 1
        call, queue = CallId(f"call{self.calls}"), self.chance.choice(self.queues)
        self.post(
            events.CallArrived(
                call=call,
                tenant=self.plan.tenant,
                client=ClientId(queue.partition("/")[0]),
                number="600100",
                caller="",
                channel=call,
                node="bench",
                arrived_at=self.now,
            )
        )
        self.post(events.FlowStepEntered(call=call, flow="main", step="menu"))
        self.post(events.CallQueued(call=call, queue=queue))
        if self.chance.random() < GIVES_UP:
            self._later(self.chance.expovariate(1 / 300.0), partial(self._hang_up, call))

    def _take(self, name: str, doing: Callable[[], list[Command]]) -> None:
        started = time.thread_time_ns()
        commands = doing()
        took = time.thread_time_ns() - started
        if self.timing:
            self.taken[name].append(took)
        for command in commands:
            self._obey(command)

    def _obey(self, command: Command) -> None:
        match command:
            case OfferCall():
                self._later(0.1, partial(self.post, _ringing(command)))
                rings = self.chance.expovariate(1 / RING_SECONDS)
                self._later(rings, partial(self.post, _accepted(command)))
            case Connect():
                self._later(0.05, partial(self._talk, command))
            case ShowAgent(state=AgentState.NOT_READY):
                ready = events.AgentWentReady(agent=command.agent)
                self._later(AWAY_SECONDS, partial(self.post, ready))
            case WithdrawOffer() | ShowAgent() | _:
                pass

    def _talk(self, pair: Connect) -> None:
        if pair.call not in self.center.calls:
            return
        started = events.ConversationStarted(call=pair.call, agent=pair.agent, bridge=pair.call)
        self.post(started)
        self.post(events.RecordingStarted(call=pair.call, recording=pair.call))
        self._later(
            self.chance.expovariate(1 / TALK_SECONDS), partial(self._part, pair.call, pair.agent)
        )

    def _part(self, call: CallId, agent: AgentId) -> None:
        self.post(events.ConversationEnded(call=call, agent=agent, by=events.Party.CALLER))
        self._hang_up(call)
        while len(self.center.calls) < WAITING + self.agents:
            self.call_arrives()

    def _hang_up(self, call: CallId) -> None:
        self.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))

    def _later(self, seconds: float, happens: Callable[[], None]) -> None:
        self._entries += 1
        heapq.heappush(self._agenda, (self.now + seconds, self._entries, happens))


def _ringing(offer: OfferCall) -> events.OfferRinging:
    return events.OfferRinging(call=offer.call, agent=offer.agent, offer=offer.offer)


def _accepted(offer: OfferCall) -> events.OfferAccepted:
    return events.OfferAccepted(call=offer.call, agent=offer.agent, offer=offer.offer)


def report(world: World) -> str:
    """Return the table: how often each event came and how long it took."""
    lines = [f"{'event':22}{'count':>9}{'p50 us':>9}{'p99 us':>9}{'max us':>9}"]
    everything = sorted(took for times in world.taken.values() for took in times)
    rows = {name: sorted(times) for name, times in sorted(world.taken.items())}
    for name, times in {**rows, "all": everything}.items():
        cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
        cells = "".join(f"{value / 1000:9.1f}" for value in (cuts[49], cuts[98], times[-1]))
        lines.append(f"{name:22}{len(times):9,}{cells}")
    seconds = sum(everything) / 1e9
    waiting = len(world.center.waiting())
    lines.append(f"{world.agents:,} agents, {waiting:,} waiting, {world.now:.0f} virtual seconds")
    lines.append(
        f"{len(everything) / seconds:,.0f} events per second ({seconds:.1f} s in the core)"
    )
    return "\n".join(lines)


class Stall(NamedTuple):
    """For how many milliseconds of the processor's nothing else is done."""

    reload: float  #: the same plan is loaded again
    imprint: float  #: the state is taken
    slice_: float  #: the longest of the snapshot's slices
    snapshot: float  #: all of its slices
    restore: float
    megabytes: float


def stall(agents: int) -> Stall:
    """Measure a world that has run for a little; the least of three times."""
    world = World(random.Random(1), agents)
    world.open()
    world.run(1_000)
    measured = []
    for _ in range(3):
        loaded = events.PlanLoaded(plan=world.plan)
        reload, _ = _timed(partial(world.center.handle, loaded, world.now))
        imprint, taken = _timed(world.center.imprint)
        slices, encoded = _sliced(encode_by_slices(taken))
        restore, _ = _timed(partial(ContactCenter.from_snapshot, taken.snapshot()))
        size = len(encoded) / 1e6
        measured.append(Stall(reload, imprint, max(slices), sum(slices), restore, size))
    return Stall(*map(min, zip(*measured, strict=True)))


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    begun = time.thread_time()
    result = act()
    return (time.thread_time() - begun) * 1e3, result


def _sliced(work: Generator[None, None, bytes]) -> tuple[list[float], bytes]:
    took: list[float] = []
    while True:
        begun = time.thread_time()
        try:
            next(work)
        except StopIteration as end:
            return [*took, (time.thread_time() - begun) * 1e3], end.value
        took.append((time.thread_time() - begun) * 1e3)


def report_stalls(agents: int) -> Iterator[str]:
    """Yield the lines of a table: what a reload and a snapshot cost, and how that grows."""
    names = ("reload", "imprint", "slice", "snapshot", "restore", "MB")
    yield f"{'agents, ms':>12}" + "".join(f"{name:>15}" for name in names)
    before: Stall | None = None
    for size in (agents // 4, agents // 2, agents):
        now = stall(size)
        growth = [f"x{new / old:.1f}" for new, old in zip(now, before or now, strict=True)]
        cells = (f"{value:9.1f} {grown:>5}" for value, grown in zip(now, growth, strict=True))
        yield f"{size:>12,}" + "".join(cells)
        before = now


def main() -> None:
    count, agents = [int(word) for word in sys.argv[1:3]] + [EVENTS, AGENTS][len(sys.argv) - 1 :]
    world = World(random.Random(1), agents)
    world.open()
    world.run(count)
    sys.stdout.write(report(world) + "\n")
    world.center.check_invariants()
    for line in report_stalls(agents):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
