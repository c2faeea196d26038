"""The hopper: leads of one campaign that are about to be dialed, never more than it holds.

Leads come from the database in batches (`wanted`, `fill`) and leave one by one (`take`): callbacks
that are due first, then those whose time has come again, then new ones by the mix of the lists. A
lead in the hopper is claimed, so nobody else has it or any of its numbers.

What an agent has promised to dial takes no place from others: each agent has one for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.due_leads import DueLeads
from ccengine.core.dialer.leads import LeadState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ccengine.core.dialer.campaigns import ListShare
    from ccengine.core.dialer.leads import Lead, LeadKey
    from ccengine.core.ids import AgentId, Instant

LOW: Final = 0.5
"""Of what it holds: with less, more is fetched."""

FEW: Final = 50
"""Of so many that come next the likeliest, or the least likely, may be taken: order counts, too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fetched: due leads of any list first, then new ones."""

    due: int  #: at most so many whose time has come
    fresh: Mapping[str, int]  #: of each list so many


class Hopper:
    """One campaign's.

    Args:
        lists: how each list is gone through; a list of weight 0 gives no new leads.
        capacity: leads at most, at least 1, beside one of each agent who has promised any.
        own_seconds: a call that an agent promised is anybody's when it is overdue for so long.
    """

    def __init__(
        self, lists: Mapping[str, ListShare], capacity: int, own_seconds: float = math.inf
    ) -> None:
        self._shares = dict(lists)
        self.capacity = capacity
        self.own_seconds = own_seconds
        self._promised = DueLeads()
        self._again = DueLeads()
        self._fresh: dict[str, dict[LeadKey, Lead]] = {name: {} for name in lists}
        self._numbers: dict[str, LeadKey] = {}
        self._credit: dict[str, float] = dict.fromkeys(lists, 0.0)

    def __len__(self) -> int:
        """How many leads are in it."""
        again = len(self._promised) + len(self._again)
        return again + sum(map(len, self._fresh.values()))

    @property
    def leads(self) -> tuple[Lead, ...]:
        """All, those that are dialed again first."""
        fresh = (lead for leads in self._fresh.values() for lead in leads.values())
        return (*self._promised, *self._again, *fresh)

    @property
    def keepers(self) -> Collection[AgentId]:
        """Agents with a promised call in it: what else they have promised is not wanted yet."""
        return self._promised.keepers

    @property
    def room(self) -> int:
        """How many more leads it takes, beside what agents have a place of their own for."""
        return max(0, self.capacity - len(self) + len(self.keepers))

    @property
    def is_low(self) -> bool:
        """Whether it is time to fetch more."""
        return self.capacity - self.room < max(1, self.capacity * LOW)

    def is_for(self, agent: AgentId, now: Instant) -> bool:
        """Tell whether it has a lead that this agent may dial, now or when it is due."""
        if agent in self.keepers or len(self) > len(self.keepers):
            return True
        return self._promised.first(now, (agent,), self.own_seconds) is not None

    def has_promised(self, now: Instant) -> bool:
        """Tell whether a promised call is due, whoever may make it."""
        return self._promised.is_due(now)

    def wanted(self) -> Wanted:
        """Return what to fetch: never more than there is room for."""
        return Wanted(due=self.room, fresh=self._parts(self.room))

    def fill(self, leads: Iterable[Lead], now: Instant) -> tuple[Lead, ...]:
        """Put leads in; return those that it cannot take, whose claims are to be given back.

        A lead that has no number left, is there already, shares a number with one that is, is new
        and of a list that rests, or for which there is no room, is not taken; nor is one that an
        agent has promised to dial who has another in it, as long as nobody else may dial it.
        """
        refused = []
        for lead in leads:
            numbers = [one.number for one in lead.numbers]
            known = any(number in self._numbers for number in numbers)
            rests = lead.state is LeadState.FRESH and not self._weight(lead.list)
            if known or rests or lead.to_dial is None or not self._has_place(lead, now):
                refused.append(lead)
            else:
                self._put(lead)
        return tuple(refused)

    def _has_place(self, lead: Lead, now: Instant) -> bool:
        if lead.state is not LeadState.CALLBACK or lead.agent is None:
            return self.room > 0
        if lead.agent not in self.keepers:
            return True
        is_anybodys = now - (lead.due_at or 0.0) >= self.own_seconds
        return is_anybodys and self.room > 0

    def _put(self, lead: Lead) -> None:
        self._numbers |= {one.number: lead.key for one in lead.numbers}
        match lead.state:
            case LeadState.FRESH:
                self._fresh.setdefault(lead.list, {})[lead.key] = lead
            case LeadState.CALLBACK:
                self._promised.add(lead)
            case _:
                self._again.add(lead)

    def take(
        self,
        now: Instant,
        *,
        agents: Sequence[AgentId] = (),
        rank: Callable[[Lead], float] | None = None,
        promised: bool = True,
    ) -> Lead | None:
        """Take out the lead to be dialed next; None: there is none now.

        Args:
            now: leads that are due later stay.
            agents: who is free; callbacks that others promised stay.
            rank: of the few whose time has come again, or of the next new ones of the list whose
                turn it is, the one with the most is taken; None: the first. Promised calls keep
                their order.
            promised: False: all who were promised a call stay.
        """
        lead = self._next_due(now, agents, promised=promised)
        if lead is None:
            lead = self._next_fresh(rank)
        elif rank is not None and lead.state is not LeadState.CALLBACK:
            lead = max(self.next_few(now, agents), key=rank)
        return None if lead is None else self.remove(lead.key)

    def next_few(self, now: Instant, agents: Sequence[AgentId] = ()) -> tuple[Lead, ...]:
        """Return among whom the next lead may be chosen, in order; of those promised a call nobody.

        Those whose time has come again; if there are none, the next new ones of each list.
        """
        first = self._again.next_few(now, agents, self.own_seconds, FEW)
        stocked = self._stocked()
        return first or tuple(one for name in stocked for one in self._next_of(name))

    def take_promised(self, now: Instant, agent: AgentId, *, own: bool) -> Lead | None:
        """Take out who was promised a call that is due and that an agent may make; None: nobody.

        Args:
            now: leads that are due later stay.
            agent: who is free.
            own: only what this agent has promised.
        """
        found = self._promised.first(now, (agent,), self.own_seconds, own=own)
        return None if found is None else self.remove(found.key)

    def remove(self, key: LeadKey) -> Lead | None:
        """Take a lead out, whichever it is: a number was forbidden, an agent chose it."""
        lead = self._promised.pop(key) or self._again.pop(key)
        for leads in self._fresh.values():
            lead = lead or leads.pop(key, None)
        if lead is not None:
            for one in lead.numbers:
                self._numbers.pop(one.number, None)
        return lead

    def find(self, number: str) -> LeadKey | None:
        """Return which lead has a number."""
        return self._numbers.get(number)

    def empty(self) -> tuple[Lead, ...]:
        """Take all out: the campaign pauses, its claims are to be given back."""
        leads = self.leads
        self._promised.clear()
        self._again.clear()
        self._numbers.clear()
        for fresh in self._fresh.values():
            fresh.clear()
        return leads

    def reshare(self, lists: Mapping[str, ListShare]) -> tuple[Lead, ...]:
        """Go by another mix from now on; return new leads of lists that rest or are left out."""
        self._shares = dict(lists)
        self._credit = {name: self._credit.get(name, 0.0) for name in lists}
        resting = [name for name in self._fresh if not self._weight(name)]
        keys = [key for name in resting for key in self._fresh[name]]
        left = tuple(lead for key in keys if (lead := self.remove(key)) is not None)
        self._fresh = {name: self._fresh.get(name, {}) for name in lists}
        return left

    @property
    def credit(self) -> Mapping[str, float]:
        """What each list is owed of the next calls."""
        return dict(self._credit)

    def recall(self, leads: Iterable[Lead], credit: Mapping[str, float]) -> None:
        """Take leads and credits as they were in another's life."""
        for lead in leads:
            self._put(lead)
        self._credit = dict(credit)

    def _next_due(self, now: Instant, agents: Sequence[AgentId], *, promised: bool) -> Lead | None:
        first = self._promised.first(now, agents, self.own_seconds) if promised else None
        return first or self._again.first(now, agents, self.own_seconds)

    def _next_fresh(self, rank: Callable[[Lead], float] | None) -> Lead | None:
        """Return the next of the list that is owed most; one that is empty is owed nothing."""
        stocked = self._stocked()
        if not stocked:
            return None
        total = sum(self._weight(name) for name in stocked)
        for name in stocked:
            self._credit[name] = self._credit.get(name, 0.0) + self._weight(name) / total
        chosen = max(stocked, key=lambda name: (self._credit[name], self._weight(name)))
        self._credit[chosen] -= 1.0
        leads = self._next_of(chosen)
        return max(leads, key=rank) if rank is not None else next(iter(leads))

    def _stocked(self) -> list[str]:
        """Return the lists that have new leads and do not rest."""
        return [name for name, leads in self._fresh.items() if leads and self._weight(name)]

    def _next_of(self, name: str) -> Iterable[Lead]:
        """Return the first of a list's new leads, as many as are its part of the few."""
        total = sum(self._weight(one) for one in self._stocked())
        return islice(self._fresh[name].values(), max(1, FEW * self._weight(name) // total))

    def _weight(self, name: str) -> int:
        share = self._shares.get(name)
        return 0 if share is None else share.weight

    def _parts(self, room: int) -> dict[str, int]:
        """Share the room out, by what each list should have of the whole and has not."""
        weights = {name: share.weight for name, share in self._shares.items() if share.weight}
        total = sum(weights.values())
        parts: dict[str, int] = {}
        for name, weight in weights.items():
            whole = -(-self.capacity * weight // total)  # at least one of each
            parts[name] = max(0, min(room, whole - len(self._fresh.get(name, ()))))
        return parts
