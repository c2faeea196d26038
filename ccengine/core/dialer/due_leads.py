"""Leads that were dialed already or promised a call: each of them is dialed at a time.

Kept in the order of their times, so that the next one is found at once however many there are:
this is asked after every event, for every free agent.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ccengine.core.dialer.leads import Lead, LeadKey
    from ccengine.core.ids import AgentId, Instant

Turn: TypeAlias = "tuple[Instant, LeadKey]"


class DueLeads:
    """Some of a hopper's, all of one kind."""

    def __init__(self) -> None:
        self._leads: dict[LeadKey, Lead] = {}
        self._anybodys: list[Turn] = []
        self._own: list[Turn] = []  #: of all agents
        self._of_agent: dict[AgentId, list[Turn]] = {}

    def __len__(self) -> int:
        """How many they are."""
        return len(self._leads)

    def __iter__(self) -> Iterator[Lead]:
        """Yield each, in the order in which they came."""
        return iter(self._leads.values())

    @property
    def keepers(self) -> Collection[AgentId]:
        """Who has promised any of them."""
        return self._of_agent.keys()

    def add(self, lead: Lead) -> None:
        """Take one in."""
        self._leads[lead.key] = lead
        for turns in self._turns_of(lead):
            insort(turns, _turn(lead))

    def pop(self, key: LeadKey) -> Lead | None:
        """Take one out; None: it is not there."""
        lead = self._leads.pop(key, None)
        if lead is None:
            return None
        for turns in self._turns_of(lead):
            del turns[bisect_left(turns, _turn(lead))]
        if lead.agent is not None and not self._of_agent[lead.agent]:
            del self._of_agent[lead.agent]
        return lead

    def clear(self) -> None:
        """Take all out."""
        self._leads.clear()
        self._anybodys.clear()
        self._own.clear()
        self._of_agent.clear()

    def is_due(self, now: Instant) -> bool:
        """Tell whether the time of any has come, whoever may dial it."""
        return any(turn[0] <= now for turn in (*self._anybodys[:1], *self._own[:1]))

    def first(
        self, now: Instant, agents: Iterable[AgentId], own_seconds: float, *, own: bool = False
    ) -> Lead | None:
        """Return whose time came first of those that agents may dial now; None: nobody's.

        Args:
            now: those of a later time are left.
            agents: who is free; what others have promised is left, unless it is overdue.
            own_seconds: overdue for so long it is anybody's.
            own: only what these agents have promised.
        """
        heads: list[Turn] = []
        if self._of_agent:
            mine = (self._of_agent.get(agent) for agent in agents)
            heads += [turns[0] for turns in mine if turns and turns[0][0] <= now]
        if not own:
            heads += [turn for turn in self._anybodys[:1] if turn[0] <= now]
            heads += [turn for turn in self._own[:1] if now - turn[0] >= own_seconds]
        return self._leads[min(heads)[1]] if heads else None

    def next_few(
        self, now: Instant, agents: Iterable[AgentId], own_seconds: float, most: int
    ) -> tuple[Lead, ...]:
        """Return the first of those that agents may dial now, in order; arguments as of `first`."""
        turns = [*self._anybodys[:most]]
        turns += [turn for agent in agents for turn in self._of_agent.get(agent, ())[:most]]
        overdue = [turn for turn in self._own[:most] if now - turn[0] >= own_seconds]
        due = {turn for turn in (*turns, *overdue) if turn[0] <= now}
        return tuple(self._leads[key] for _, key in sorted(due)[:most])

    def _turns_of(self, lead: Lead) -> tuple[list[Turn], ...]:
        if lead.agent is None:
            return (self._anybodys,)
        return (self._own, self._of_agent.setdefault(lead.agent, []))


def _turn(lead: Lead) -> Turn:
    """Return what they are ordered by; one without a time has been due for ever."""
    return (0.0 if lead.due_at is None else lead.due_at, lead.key)
