"""House rules that keep a free agent from a waiting caller, each by its name.

A client's floor and ceiling of agents, and agents lent by a queue only while it is healthy. All are
counted as agents and calls move, so that asking costs no search.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ccengine.core.acd.requirement import holds
from ccengine.core.ids import ClientId
from ccengine.core.plan import RETIRED
from ccengine.core.ranking import Ranking
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, CallId, Instant, QueueId
    from ccengine.core.plan import Plan

BUSY = frozenset({AgentState.OFFERED, AgentState.ON_CALL, AgentState.WRAP_UP})
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})
FREE = ClientId("")


class Shares:
    """How many agents each client has, and how each queue fares."""

    def __init__(self, plan: Plan, now: Instant) -> None:
        self._plan = plan
        self._now = now  #: approvals are judged at this instant
        self._serves: dict[AgentId, tuple[ClientId, ...]] = {}
        self._floors = {client: one.floor for client, one in plan.shares.items() if one.floor}
        self._free: Counter[ClientId] = Counter()  #: who could take a call of the client at once
        self._busy: Counter[ClientId] = Counter()
        self._counted: dict[AgentId, tuple[ClientId, ...]] = {}
        self._lines: dict[QueueId, Ranking[CallId, tuple[Instant, int]]] = {}
        self.changes = 0  #: counts up whenever a rule may give another answer

    def note_agent(self, agent: Agent) -> None:
        """Take note of an agent's state."""
        if not self._plan.shares:  # then nothing depends on how many are free
            return
        counted: tuple[ClientId, ...] = ()
        if agent.state in BUSY and agent.client is not None:
            counted = (agent.client,)
        elif agent.may_be_offered:
            counted = (FREE, *self.clients_of(agent.id))
        before = self._counted.get(agent.id, ())
        if counted != before:
            self._count(before, -1)
            self._count(counted, 1)
            self._counted[agent.id] = counted
            self.changes += 1

    def note_call(self, call: Call) -> None:
        """Take note of a call's state: whether it stands in its queue's line."""
        if call.queue is None:
            return
        line = self._lines.get(call.queue)
        if line is None:
            line = self._lines[call.queue] = Ranking()
        if call.state in IN_LINE:
            line.put(call.id, (call.queued_at, call.serial))  # forbids more, allows nothing
        elif call.id in line:
            line.discard(call.id)
            self.changes += 1

    def leave_line(self, call: Call) -> None:
        """Take the call out of its queue's line: it goes to another."""
        if call.queue is not None and call.queue in self._lines:
            self._lines[call.queue].discard(call.id)
            self.changes += 1

    def waiting(self, queue: QueueId) -> int:
        """Count who waits in the queue, those whose agent rings among them."""
        return len(self._lines.get(queue, ()))

    def line(self, queue: QueueId) -> Collection[CallId]:
        """Return who waits in the queue, in an order that means nothing."""
        line = self._lines.get(queue)
        return () if line is None else line.keys()

    def oldest(self, queue: QueueId) -> Instant | None:
        """Return since when the first of the queue waits, None if nobody does."""
        line = self._lines.get(queue)
        first = None if line is None else line.first()
        return None if first is None else first[0][0]

    def is_healthy(self, queue: QueueId, now: Instant) -> bool:
        """Tell whether the queue can spare its agents."""
        health = self._plan.queues.get(queue, RETIRED).health
        oldest = self.oldest(queue)
        patient = oldest is None or now - oldest <= health.wait_seconds
        return patient and self.waiting(queue) <= health.waiting

    def forbids(self, agent: AgentId, requirement: Requirement, now: Instant) -> str:
        """Return the rule that keeps the agent from such a call now; empty if none does."""
        client, settings = requirement.client, self._plan.agents[agent]
        full = self.ceiling_of(client)
        if full:
            return full
        for other, floor in self._floors.items():
            spare = self._free[other] + self._busy[other] - 1
            if other != client and spare < floor and other in self.clients_of(agent):
                return f"floor of {other}"
        lenders = requirement.lenders_of(settings)
        if lenders and not any(self.is_healthy(lender, now) for lender in lenders):
            return f"{lenders[0]} is not healthy"
        return ""

    def ceiling_of(self, client: ClientId) -> str:
        """Return the rule that keeps all agents from the client's calls now; empty if none."""
        share = self._plan.shares.get(client)
        ceiling = None if share is None else share.ceiling
        return f"ceiling of {client}" if self._fills(client, ceiling) else ""

    def _fills(self, client: ClientId, ceiling: int | None) -> bool:
        return ceiling is not None and self._busy[client] >= ceiling

    def clients_of(self, agent: AgentId) -> tuple[ClientId, ...]:
        """Return whom the agent may serve today."""
        found = self._serves.get(agent)
        if found is None:
            settings = self._plan.agents.get(agent)
            named = () if settings is None else settings.clients
            found = tuple(
                one for one in named if holds(self._plan, agent, f"client:{one}", self._now)
            )
            self._serves[agent] = found
        return found

    def _count(self, clients: tuple[ClientId, ...], change: int) -> None:
        # A free agent counts for all their clients, marked by an empty name before them.
        if clients[:1] == (FREE,):
            for client in clients[1:]:
                self._free[client] += change
        elif clients:
            self._busy[clients[0]] += change
