"""How long one matching decision takes: 100, 1,000 and 10,000 agents, 5,000 callers waiting.

    python -m tests.benchmarks.matching_bench [DECISIONS]

200 skills, ten of them for each agent; 200 queues that need one or two. Two kinds of decision, each
timed with its bookkeeping: an agent gets free and takes the first caller over all queues; a caller
comes and takes the longest idle of those who qualify. All of it is done several times over, the
same each time: `p99` is of all times taken, `p99 least` of the least that each decision took, which
leaves out what else the machine did meanwhile. Beside them the same answer by a full scan. Nothing
is asserted but that both give the same answer.
"""

from __future__ import annotations

import random
import sys
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from ccengine.core.acd.lines import rank_as_head
from ccengine.core.acd.matching import Matching
from ccengine.core.acd.requirement import Requirements
from ccengine.core.agents import Agent
from ccengine.core.calls import Call
from ccengine.core.ids import AgentId, CallId, ClientId, SkillId, TenantId, queue_id
from ccengine.core.plan import AgentSettings, Plan, Precedence
from ccengine.core.queues import QueueSettings
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccengine.core.ids import QueueId

SIZES = (100, 1_000, 10_000)
SKILLS = 200
SKILLS_EACH = 10
QUEUES = 200
WAITING = 5_000
DECISIONS = 3_000
SCANS = 30
RUNS = 5
CLIENT = ClientId("nova")


def plan_of_size(agents: int, chance: random.Random) -> Plan:
    """Return a plan whose queues all have somebody who qualifies."""
    skills = [SkillId(f"skill{number}") for number in range(SKILLS)]
    people = {
        AgentId(f"agent{number}"): AgentSettings(
            name=f"Agent {number}",
            number=str(number),
            skills={skill: chance.randint(1, 10) for skill in chance.sample(skills, SKILLS_EACH)},
            clients=(CLIENT,),
        )
        for number in range(agents)
    }
    return Plan(
        tenant=TenantId("bench"),
        version="1",
        agents=people,
        queues=dict(_queues(list(people.values()), chance)),
    )


def _queues(
    people: list[AgentSettings], chance: random.Random
) -> Iterator[tuple[QueueId, QueueSettings]]:
    for number in range(QUEUES):
        somebody = chance.choice(people).skills
        needed = chance.sample(sorted(somebody), 1 + number % 2)
        yield (
            queue_id(CLIENT, f"queue{number}"),
            QueueSettings(
                skills={skill: chance.randint(1, somebody[skill]) for skill in needed},
                priority=chance.choice((0, 0, 0, 5)),
            ),
        )


class House:
    """A matching with everybody in it."""

    def __init__(self, agents: int) -> None:
        self.chance = random.Random(agents)
        self.plan = plan_of_size(agents, self.chance)
        self.matching = Matching(self.plan, 0.0)
        self.requirements = Requirements(self.plan)
        self.agents = [
            Agent(id=name, state=AgentState.AVAILABLE, idle_rank=(0.0, number))
            for number, name in enumerate(self.plan.agents)
        ]
        self.calls: dict[CallId, Call] = {}
        self.queues = list(self.plan.queues)

    def call(self) -> Call:
        """Make a call for some queue."""
        number = len(self.calls)
        queue = self.chance.choice(self.queues)
        call = Call(
            id=CallId(f"c{number}"),
            tenant=self.plan.tenant,
            client=CLIENT,
            number="1",
            channel="",
            queue=queue,
            priority=self.plan.queues[queue].priority,
            serial=number,
        )
        self.calls[call.id] = call
        return call

    def wait(self, call: Call) -> None:
        """Put the call into its line."""
        self.matching.add_call(call, self.requirements.of(call, 0))

    def fill(self) -> None:
        """Have everybody wait; all pools are there already, as after a plan was loaded."""
        while len(self.calls) < WAITING:
            self.wait(self.call())

    def empty(self) -> None:
        """Have nobody wait and everybody free."""
        for call in list(self.matching.waiting(0.0)):
            self.matching.remove_call(call)
        for agent in self.agents:
            self.matching.add_agent(agent)

    # --- an agent gets free --------------------------------------------------------------------

    def agent_gets_free(self, agent: Agent) -> CallId | None:
        """Take the first caller."""
        self.matching.add_agent(agent)
        place = self.matching.call_for(agent.id, 0.0, _allowed)
        self.matching.remove_agent(agent.id)
        if place is None:
            return None
        self.matching.remove_call(place.call.id)
        return place.call.id

    def come_back(self, call: CallId | None) -> None:
        """Have the caller who was taken wait again: the line keeps its length."""
        if call is not None:
            self.wait(self.calls[call])

    def scan_calls(self, agent: Agent) -> CallId | None:
        """Find the same caller by looking at all of them."""
        best: tuple[tuple[float, ...], CallId] | None = None
        for call_id in self.matching.waiting(0.0):
            call = self.calls[call_id]
            settings = self.plan.queues[call.queue]  # type: ignore[index]
            if self.requirements.of(call, 0).lack_of(agent.id, self.plan, 0.0) is None:
                rank = rank_as_head(call, settings, Precedence.SCORE, 0.0)
                best = min(best, (rank, call_id)) if best is not None else (rank, call_id)
        return None if best is None else best[1]

    # --- a caller comes ------------------------------------------------------------------------

    def caller_comes(self, call: Call) -> AgentId | None:
        """Take the longest idle who qualifies; everybody stays."""
        self.wait(call)
        agent = next(self.matching.agents_for(call.id, None, 0), None)
        self.matching.remove_call(call.id)
        return agent

    def scan_agents(self, call: Call) -> AgentId | None:
        """Find the same agent by looking at all of them."""
        needed = self.requirements.of(call, 0)
        fit = (one for one in self.agents if needed.lack_of(one.id, self.plan, 0.0) is None)
        best = min(fit, key=lambda agent: agent.idle_rank, default=None)
        return None if best is None else best.id


def _allowed(_agent: AgentId, _requirement: object) -> bool:
    return True


def timed(act: Callable[[Any], Any], about: object) -> tuple[float, Any]:
    """Return how many microseconds it takes, and what comes of it."""
    begin = time.perf_counter()
    found = act(about)
    return (time.perf_counter() - begin) * 1e6, found


def measure(agents: int, decisions: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """Measure both kinds of decision, and both scans."""
    house = House(agents)
    house.fill()
    yield "an agent gets free, 5,000 wait", *_agents_get_free(house, decisions)
    house.empty()
    yield "a caller comes, all are idle", *_callers_come(house, decisions)


def _agents_get_free(house: House, decisions: int) -> tuple[list[float], list[float]]:
    took, scans = [], []
    for agent in house.chance.choices(house.agents, k=SCANS):  # apart: a scan leaves caches cold
        microseconds, wanted = timed(house.scan_calls, agent)
        scans.append(microseconds)
        call = house.agent_gets_free(agent)
        assert wanted == call
        house.come_back(call)
    for agent in house.chance.choices(house.agents, k=decisions):
        microseconds, call = timed(house.agent_gets_free, agent)
        took.append(microseconds)
        house.come_back(call)
    return took, scans


def _callers_come(house: House, decisions: int) -> tuple[list[float], list[float]]:
    took, scans = [], []
    for _ in range(SCANS):
        call = house.call()
        microseconds, wanted = timed(house.scan_agents, call)
        scans.append(microseconds)
        assert wanted == house.caller_comes(call)
    for _ in range(decisions):
        microseconds, _ = timed(house.caller_comes, house.call())
        took.append(microseconds)
    return took, scans


def main() -> None:
    """Measure all sizes and show a table, with the growth from the smallest to the largest."""
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else DECISIONS
    table = Table(
        "decision", "agents", "p50 µs", "p99 µs", "p99 least", "to smallest", "scan p50 µs"
    )
    smallest: dict[str, float] = {}
    for agents in SIZES:
        for runs in zip(*(measure(agents, decisions) for _ in range(RUNS)), strict=True):
            what = runs[0][0]
            took = [microseconds for _, run, _ in runs for microseconds in run]
            least = [min(each) for each in zip(*(run for _, run, _ in runs), strict=True)]
            p99 = _p99(least)
            smallest.setdefault(what, p99)
            table.add_row(
                what, f"{agents:,}", f"{median(took):.1f}", f"{_p99(took):.1f}", f"{p99:.1f}",
                f"{p99 / smallest[what]:.1f}", f"{median(runs[0][2]):,.0f}",
            )  # fmt: skip
    Console(width=110).print(table)


def _p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98]


if __name__ == "__main__":
    main()
