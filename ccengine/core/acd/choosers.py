"""Idle agents of a pool, in the order in which a strategy asks them.

Each strategy is a way to rank agents, a turn that goes round, or chance. Chance is reproducible:
it depends on nothing but a number that counts up, so a replay throws the same dice.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ccengine.core.queues import Strategy
from ccengine.core.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.agents import Agent
    from ccengine.core.ids import AgentId
    from ccengine.core.plan import AgentSettings

Rank = tuple[Any, ...]

_BY_IDLENESS = frozenset({Strategy.LONGEST_IDLE, Strategy.RING_ALL})
_THROWS = 64  # at places of members, before the idle among them are listed


class Chooser(Protocol):
    """Keeps the idle agents of a pool."""

    def put(self, agent: Agent) -> None:
        """Count the agent among the idle; again: their rank may have changed."""

    def discard(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer."""

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate over the idle, best first.

        Args:
            last: after whom a turn goes on.
            dice: a number that is another each time; decides what chance decides.
        """

    def __len__(self) -> int:
        """Count the idle."""


class Ranked:
    """Strategies that compare agents: lowest rank first, ties by who is idle for longer."""

    def __init__(
        self,
        strategy: Strategy,
        requirement: Requirement,
        settings: Mapping[AgentId, AgentSettings],
        places: Mapping[AgentId, int],
    ) -> None:
        self._strategy = strategy
        self._requirement = requirement
        self._settings = settings
        self._places = places
        self._idle: Ranking[AgentId, Rank] = Ranking()

    def __len__(self) -> int:
        return len(self._idle)

    def put(self, agent: Agent) -> None:
        """Count the agent among the idle; again: their rank may have changed."""
        is_plain = self._strategy in _BY_IDLENESS  # nearly always
        self._idle.put(agent.id, agent.idle_rank if is_plain else self.rank_of(agent))

    def discard(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer."""
        self._idle.discard(agent)

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate over the idle, lowest rank first; the first costs nothing to find."""
        del last, dice
        first = self._idle.first()
        if first is None:
            return
        yield first[1]
        yield from (agent for agent in self._idle if agent != first[1])

    def rank_of(self, agent: Agent) -> Rank:
        """Return the agent's rank by the strategy."""
        served = agent.served.get(self._requirement.queue)
        match self._strategy:
            case Strategy.BEST_MATCH:
                return (-self._points(agent.id), *agent.idle_rank)
            case Strategy.LEAST_SKILLED:
                return (sum(self._settings[agent.id].skills.values()), *agent.idle_rank)
            case Strategy.LEAST_RECENT:
                return (0.0 if served is None else served.last_ended_at, self._places[agent.id])
            case Strategy.FEWEST_CALLS:
                return (0 if served is None else served.calls, self._places[agent.id])
            case _:
                return agent.idle_rank

    def _points(self, agent: AgentId) -> int:
        has, need = self._settings[agent].skills, self._requirement
        wanted = {skill for skill, _ in (*need.skills, *need.preferred)}
        return sum(has.get(skill, 0) for skill in wanted)


class _Placed:
    """The idle as bits of a number, each at its agent's place in the plan's order."""

    def __init__(self, members: Sequence[AgentId]) -> None:
        self._members = members
        self._place = {agent: place for place, agent in enumerate(members)}
        self._idle = 0

    def __len__(self) -> int:
        return self._idle.bit_count()

    def put(self, agent: Agent) -> None:
        """Count the agent among the idle."""
        self._idle |= 1 << self._place[agent.id]

    def discard(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer."""
        place = self._place.get(agent)
        if place is not None:
            self._idle &= ~(1 << place)

    def _in_order(self, bits: int) -> Iterator[AgentId]:
        while bits:
            lowest = bits & -bits
            yield self._members[lowest.bit_length() - 1]
            bits ^= lowest


class InTurn(_Placed):
    """Who comes, in the queue's order, after whom it rang last: for anybody, or for this caller."""

    def __init__(self, members: Sequence[AgentId], order: Sequence[AgentId]) -> None:
        super().__init__(members)
        places = {agent: place for place, agent in enumerate(order)}
        self._places = places  # of everybody: who was rung last need not qualify here
        self._places_of_members = [places[agent] for agent in members]

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate once round, beginning after `last`."""
        del dice
        place = -1 if last is None else self._places.get(last, -1)
        after = bisect_right(self._places_of_members, place)
        yield from self._in_order(self._idle >> after << after)
        yield from self._in_order(self._idle & ((1 << after) - 1))


class ByChance(_Placed):
    """Everybody alike."""

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate in an order that the dice decide; the first costs little to find."""
        del last
        first = self._thrown(dice)
        if first is None:
            return
        yield first
        rest = [agent for agent in self._in_order(self._idle) if agent != first]
        while rest:
            dice = scattered(dice)
            yield rest.pop(dice % len(rest))

    def _thrown(self, dice: int) -> AgentId | None:
        if not self._idle:
            return None
        for _ in range(_THROWS):
            dice = scattered(dice)
            place = dice % len(self._members)
            if self._idle >> place & 1:
                return self._members[place]
        idle = list(self._in_order(self._idle))
        return idle[dice % len(idle)]


class ByWeight(_Placed):
    """app_queue's wrandom: each draws from 0 to 1000 x (penalty + 1), the lowest is asked first."""

    def __init__(self, members: Sequence[AgentId], penalties: Mapping[AgentId, int]) -> None:
        super().__init__(members)
        self._penalties = penalties

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate in the order of the draws."""
        del last
        draws = []
        for agent in self._in_order(self._idle):
            dice = scattered(dice)
            draws.append((dice % (1000 * (1 + self._penalties.get(agent, 0))), agent))
        yield from (agent for _, agent in sorted(draws))


class ByPenalty:
    """Asks those of the lowest penalty first, among them as the strategy says."""

    def __init__(self, tiers: Mapping[int, Chooser], penalties: Mapping[AgentId, int]) -> None:
        self._tiers = dict(sorted(tiers.items()))
        self._penalties = penalties

    def __len__(self) -> int:
        return sum(map(len, self._tiers.values()))

    def put(self, agent: Agent) -> None:
        """Count the agent among the idle; again: their rank may have changed."""
        self._tiers[self._penalties.get(agent.id, 0)].put(agent)

    def discard(self, agent: AgentId) -> None:
        """Count the agent among the idle no longer."""
        tier = self._tiers.get(self._penalties.get(agent, 0))
        if tier is not None:
            tier.discard(agent)

    def candidates(self, last: AgentId | None, dice: int) -> Iterator[AgentId]:
        """Iterate over the idle, lowest penalty first."""
        for tier in self._tiers.values():
            yield from tier.candidates(last, dice)


class Members(NamedTuple):
    """Who is asked."""

    qualified: Sequence[AgentId]  #: in the plan's order
    order: Sequence[AgentId]  #: all of the queue, qualified or not
    penalties: Mapping[AgentId, int]  #: of those named to the queue; lower is asked first


def chooser_of(
    strategy: Strategy,
    requirement: Requirement,
    members: Members,
    settings: Mapping[AgentId, AgentSettings],
) -> Chooser:
    """Make the chooser for a requirement.

    The caller's own agents are asked in their order, or by their scores and then by the strategy.
    """
    if requirement.only and not requirement.scores:
        return InTurn(members.qualified, members.qualified)
    if requirement.only:
        members = _by_scores(requirement, members)
    elif strategy is Strategy.WEIGHTED_RANDOM:  # there the penalty means nothing else
        return ByWeight(members.qualified, members.penalties)
    return _tiered(strategy, requirement, members, settings)


def _by_scores(requirement: Requirement, members: Members) -> Members:
    """Return the caller's own agents as members of the queue, in its order, by their scores."""
    scores = zip(requirement.only, requirement.scores, strict=True)
    own = frozenset(members.qualified)
    return members._replace(
        qualified=[agent for agent in members.order if agent in own],
        penalties={agent: -score for agent, score in scores},
    )


def _tiered(
    strategy: Strategy,
    requirement: Requirement,
    members: Members,
    settings: Mapping[AgentId, AgentSettings],
) -> Chooser:
    penalties = members.penalties
    tiers: dict[int, list[AgentId]] = {}
    for agent in members.qualified:
        tiers.setdefault(penalties.get(agent, 0), []).append(agent)
    if len(tiers) <= 1:
        return _plain(strategy, requirement, members, settings)
    return ByPenalty(
        {
            penalty: _plain(strategy, requirement, members._replace(qualified=tier), settings)
            for penalty, tier in tiers.items()
        },
        penalties,
    )


def _plain(
    strategy: Strategy,
    requirement: Requirement,
    members: Members,
    settings: Mapping[AgentId, AgentSettings],
) -> Chooser:
    match strategy:
        case Strategy.ROUND_ROBIN | Strategy.LINEAR:
            return InTurn(members.qualified, members.order)
        case Strategy.RANDOM:
            return ByChance(members.qualified)
        case _:
            places = {agent: place for place, agent in enumerate(members.qualified)}
            return Ranked(strategy, requirement, settings, places)


def scattered(number: int) -> int:
    """Return a number that looks like chance: splitmix64 (Steele, Lea, Flood 2014)."""
    mixed = (number * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return mixed ^ (mixed >> 31)
