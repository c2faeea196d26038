"""Waiting calls and idle agents, kept so that the best pair is found without a search.

Calls with the same requirement form a pool: their line, and the idle agents who qualify in the
order of the queue's strategy. A free agent takes the first caller over the heads of all lines they
qualify for; a new caller takes the first idle agent of their pool. Both cost O(pools of the agent),
however many agents there are and callers wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.acd.choosers import Chooser, Members, chooser_of
from ccengine.core.acd.holders import Holders
from ccengine.core.acd.lines import (
    FIRST,
    Age,
    HeadRank,
    LineRank,
    is_overdue,
    rank_as_head,
    rank_in_line,
    rank_in_queue,
)
from ccengine.core.acd.requirement import Requirement
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.plan import RETIRED, order_in
from ccengine.core.queues import Order, QueueSettings
from ccengine.core.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan

Permit = Callable[["AgentId", "Requirement"], bool]
"""Tells whether the house rules let the agent serve such a call now."""


@dataclass(slots=True)
class Pool:
    """Calls that need the same, and who can give it."""

    requirement: Requirement
    settings: QueueSettings
    members: tuple[AgentId, ...]  #: all who qualify, in the plan's order
    idle: Chooser
    present: int  #: members who are logged in
    there: AgentId | None = None  #: who was last found not to leave the queue empty
    line: Ranking[CallId, LineRank] = field(default_factory=Ranking)
    by_age: Ranking[CallId, Age] = field(default_factory=Ranking)  #: with a starvation guard
    shared: Ranking[CallId, LineRank] = field(default_factory=Ranking)  #: ring at several already


class Place(NamedTuple):
    """Where a call stands."""

    call: Call
    pool: Pool
    is_shared: bool  #: rings at several already, and waits for those who get free meanwhile


class Matching:
    """Who waits and who is free."""

    def __init__(self, plan: Plan, now: Instant) -> None:
        self._plan = plan
        self._holders = Holders(plan)
        self.now = now  #: qualifications are judged at this instant, until the next one is made
        self._pools: dict[Requirement, Pool] = {}
        self._pools_in: dict[QueueId, dict[Requirement, Pool]] = {}
        self._pools_of: dict[AgentId, dict[Requirement, Pool]] = {a: {} for a in plan.agents}
        self._idle: dict[AgentId, Agent] = {}
        self._present: set[AgentId] = set()
        self.staffing_changed = True  #: some line may have lost or found its first agent
        self._places: dict[CallId, Place] = {}
        self._newest_first = frozenset(
            queue for queue, one in plan.queues.items() if one.order is Order.NEWEST
        )

    # --- the line ------------------------------------------------------------------------------

    def add_call(self, call: Call, requirement: Requirement) -> None:
        """Put the call into the line of its requirement, at its rank."""
        self.remove_call(call.id)
        pool = self.pool(requirement)
        pool.line.put(call.id, rank_in_line(call, pool.settings))
        if pool.settings.longest_wait_seconds is not None:
            pool.by_age.put(call.id, (call.queued_at, call.serial))
        self._places[call.id] = Place(call, pool, is_shared=False)

    def share_call(self, call: Call, requirement: Requirement) -> None:
        """Keep a call that rings at all who were free for those who get free meanwhile."""
        self.remove_call(call.id)
        pool = self.pool(requirement)
        pool.shared.put(call.id, rank_in_line(call, pool.settings))
        self._places[call.id] = Place(call, pool, is_shared=True)

    def remove_call(self, call: CallId) -> None:
        """Take the call out of the line, if it is there."""
        place = self._places.pop(call, None)
        if place is None:
            return
        pool = place.pool
        if place.is_shared:
            pool.shared.discard(call)
        else:
            pool.line.discard(call)
            pool.by_age.discard(call)
        if pool.requirement.only and not pool.line and not pool.shared:
            self._forget(pool)

    def is_waiting(self, call: CallId) -> bool:
        """Tell whether the call stands in a line."""
        place = self._places.get(call)
        return place is not None and not place.is_shared

    def waiting(self, now: Instant) -> Iterator[CallId]:
        """Iterate over all waiting calls in the order in which a free agent of all would serve."""
        queues: dict[QueueId, list[tuple[LineRank, CallId]]] = {}
        for call, place in self._places.items():
            if not place.is_shared:
                rank = _queue_rank(place, now)
                queues.setdefault(place.pool.requirement.queue, []).append((rank, call))
        lines = [sorted(line, reverse=True) for line in queues.values()]
        places = self._places
        heads = [
            (self._head_rank(places[line[-1][1]], now), number) for number, line in enumerate(lines)
        ]
        heapify(heads)
        while heads:
            line = lines[heads[0][1]]
            yield line.pop()[1]
            if line:
                heapreplace(heads, (self._head_rank(places[line[-1][1]], now), heads[0][1]))
            else:
                heappop(heads)

    # --- the agents ----------------------------------------------------------------------------

    def add_agent(self, agent: Agent) -> None:
        """Count the agent among the idle, at their rank."""
        self._idle[agent.id] = agent
        for pool in self._pools_of.get(agent.id, {}).values():
            pool.idle.put(agent)

    def remove_agent(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer, if they were."""
        if self._idle.pop(agent, None) is not None:
            for pool in self._pools_of.get(agent, {}).values():
                pool.idle.discard(agent)

    def note_presence(self, agent: AgentId, *, present: bool) -> None:
        """Take note that the agent logged in or out."""
        if present == (agent in self._present):
            return
        (self._present.add if present else self._present.discard)(agent)
        for pool in self._pools_of.get(agent, {}).values():
            pool.present += 1 if present else -1
            self.staffing_changed |= pool.present == (1 if present else 0)

    def take_unstaffed(self) -> list[CallId]:
        """Return who waits for nobody who is logged in, if that may be news."""
        if not self.staffing_changed:
            return []
        self.staffing_changed = False
        return [call for pool in self._pools.values() if not pool.present for call in pool.line]

    def lines(self) -> list[Requirement]:
        """Return the requirements for which somebody waits, or rings at several."""
        return [need for need, pool in self._pools.items() if pool.line or pool.shared]

    def is_staffed(self, requirement: Requirement) -> bool:
        """Tell whether anybody who qualifies is logged in, whatever they are doing."""
        if requirement.only:  # too many of these to keep a pool for each
            named = (agent for agent in requirement.only if agent in self._present)
            return any(self._qualifies(agent, requirement) for agent in named)
        return self.pool(requirement).present > 0

    def is_idle(self, agent: AgentId) -> bool:
        """Tell whether the agent counts among the idle."""
        return agent in self._idle

    # --- the best pair -------------------------------------------------------------------------

    def agents_for(self, call: CallId, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate over the idle who qualify for the call, in the order of the queue's strategy."""
        return self._places[call].pool.idle.candidates(last, dice)

    def call_for(
        self, agent: AgentId, now: Instant, permit: Permit, passed: Collection[CallId] = ()
    ) -> Place | None:
        """Return where the call stands that the agent should serve first, over all queues.

        Args:
            agent: idle.
            now: the time.
            permit: asked for the best call first.
            passed: calls not to return.

        Returns:
            None if there is none.
        """
        pools = self._pools_of.get(agent, {}).values()
        heads = self._heads_of(pools, passed, now)
        while (best := self.first_of(heads, now)) is not None:
            if permit(agent, best.pool.requirement):
                return best
            heads = [one for one in heads if one is not best]
        return None

    def calls_for(
        self, agent: AgentId, now: Instant, permit: Permit, passed: Collection[CallId] = ()
    ) -> list[Place]:
        """Return what the agent may have to do with next: their best call, as `call_for` does.

        And the first of each queue that serves its newest first: such a one may not be the agent's
        best call, and stands before what a colleague would take from that queue all the same.
        """
        best = self.call_for(agent, now, permit, passed)
        if best is None or not self._newest_first:
            return [] if best is None else [best]
        pools = [
            pool
            for requirement, pool in self._pools_of[agent].items()
            if requirement.queue in self._newest_first
        ]
        heads = self._heads_of(pools, passed, now)
        return [best, *(one for one in heads if permit(agent, one.pool.requirement))]

    def heads(
        self, requirements: Iterable[Requirement], passed: Collection[CallId], now: Instant
    ) -> list[Place]:
        """Return who is first in each of these lines, in no order, but none of those passed.

        Lines for which nobody is idle are left out.
        """
        pools = (self._pools[one] for one in requirements if one in self._pools)
        return self._heads_of((pool for pool in pools if pool.idle), passed, now)

    def first_of(self, places: Iterable[Place], now: Instant) -> Place | None:
        """Return whom a free agent serves first: of each queue its first, of these the best.

        Whoever rings at several already comes after all who have nobody.
        """
        leaders: dict[tuple[bool, QueueId], Place] = {}
        for place in places:
            leads = (place.is_shared, place.pool.requirement.queue)
            known = leaders.get(leads)
            if known is None or _queue_rank(place, now) < _queue_rank(known, now):
                leaders[leads] = place
        if len(leaders) <= 1:
            return next(iter(leaders.values()), None)
        return min(
            leaders.values(), key=lambda place: (place.is_shared, self._head_rank(place, now))
        )

    def pool(self, requirement: Requirement) -> Pool:
        """Return the pool of a requirement, made when it is first asked for."""
        pool = self._pools.get(requirement)
        if pool is None:
            pool = self._pools[requirement] = self._made(requirement)
            self._pools_in.setdefault(requirement.queue, {})[requirement] = pool
            for agent in pool.members:
                self._pools_of[agent][requirement] = pool
                idle = self._idle.get(agent)
                if idle is not None:
                    pool.idle.put(idle)
        return pool

    def lines_of(self, queue: QueueId) -> list[Pool]:
        """Return the queue's lines in which somebody waits, in no order."""
        return [pool for pool in self._pools_in.get(queue, {}).values() if pool.line]

    def _made(self, requirement: Requirement) -> Pool:
        settings = self._plan.queues.get(requirement.queue, RETIRED)
        members = tuple(self._qualified(requirement))
        penalties = {one.agent: one.penalty for one in settings.members}
        order = order_in(self._plan, requirement.queue)
        idle = chooser_of(
            settings.strategy, requirement, Members(members, order, penalties), self._plan.agents
        )
        present = sum(agent in self._present for agent in members)
        return Pool(requirement, settings, members, idle, present)

    def _qualified(self, requirement: Requirement) -> Iterator[AgentId]:
        judged = requirement
        if requirement.only:
            named: Iterable[AgentId] = dict.fromkeys(requirement.only)
        elif requirement.members is not None:
            named = requirement.members
            judged = requirement._replace(members=None)  # not to look each of them up there
        else:
            named = self._holders.candidates(requirement)
        return (agent for agent in named if self._qualifies(agent, judged))

    def _qualifies(self, agent: AgentId, requirement: Requirement) -> bool:
        known = agent in self._plan.agents
        return known and requirement.lack_of(agent, self._plan, self.now) is None

    def _forget(self, pool: Pool) -> None:
        del self._pools[pool.requirement]
        del self._pools_in[pool.requirement.queue][pool.requirement]
        for agent in pool.members:
            del self._pools_of[agent][pool.requirement]

    def _heads_of(
        self, pools: Iterable[Pool], passed: Collection[CallId], now: Instant
    ) -> list[Place]:
        heads = [self._head(pool, passed, now) for pool in pools if pool.line or pool.shared]
        return [self._places[head] for head in heads if head is not None]

    def _head(self, pool: Pool, passed: Collection[CallId], now: Instant) -> CallId | None:
        oldest, first = pool.by_age.first(), pool.line.first()
        head = None if first is None else first[1]
        is_led = first is not None and first[0][0] == FIRST
        if oldest is not None and not is_led:
            overdue = is_overdue(self._places[oldest[1]].call, pool.settings, now)
            head = oldest[1] if overdue else head
        if head is not None and head not in passed:
            return head
        return next((call for call in pool.shared if call not in passed), None)

    def _head_rank(self, place: Place, now: Instant) -> HeadRank:
        return rank_as_head(place.call, place.pool.settings, self._plan.precedence, now)


def _queue_rank(place: Place, now: Instant) -> LineRank:
    return rank_in_queue(place.call, place.pool.settings, now)
