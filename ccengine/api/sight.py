"""What a token sees. Whatever it does not see does not exist for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ccengine.api.roles import LISTENERS, Role
from ccengine.core.ids import AgentId, ClientId, client_of
from ccengine.reporting.call_record import OfferOutcome
from ccengine.reporting.readers import CallReader

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.api.identity import Identity
    from ccengine.config.tenant import Tenant
    from ccengine.core.calls import Call
    from ccengine.core.ids import QueueId
    from ccengine.reporting.call_record import CallRecord

HAS_IT: Final = frozenset({OfferOutcome.OPEN, OfferOutcome.ACCEPTED})
"""Of an offer: the agent is about to talk, or did."""


@dataclass(frozen=True, slots=True)
class Veil:
    """Whose callers' numbers are masked. Plain: answers are written in other processes, too."""

    clients: frozenset[str] | None  #: None: everybody's

    def hides(self, client: str) -> bool:
        """Tell whether numbers of the client's callers are masked."""
        return self.clients is None or client in self.clients


class Sight:
    """One request's view of the tenant.

    Clients bound queues, calls, recordings and forms. Teams and sites bound agents, and the calls
    that somebody else had. An agent's token sees the agent and the calls they had part in.
    """

    def __init__(self, identity: Identity, tenant: Tenant) -> None:
        self._identity = identity
        self._scope = identity.scope
        self._tenant = tenant

    def client(self, client: str) -> bool:
        """Tell whether the client, or what belongs to it, is seen."""
        if self._scope.agent is not None and not self._serves(self._scope.agent, ClientId(client)):
            return False
        return self._scope.clients is None or client in self._scope.clients

    def client_names(self) -> set[str] | None:
        """Return whose calls are seen, those of clients that are gone among them; None: all."""
        if self._scope.agent is not None:
            return {client for client in self._tenant.clients if self.client(client)}
        return None if self._scope.clients is None else set(self._scope.clients)

    def known_agents(self) -> frozenset[str] | None:
        """Return the agents that are seen; None: all, also those who are no more."""
        if self.sees_everything:
            return None
        return frozenset(agent for agent in self._tenant.settings.agents if self.agent(agent))

    def agent_names(self) -> set[str]:
        """Return the agents of the teams and sites that are seen."""
        return {agent for agent in self._tenant.settings.agents if self._of_team(agent)}

    def team_names(self) -> set[str]:
        """Return the teams that are seen."""
        return {team for team in self._tenant.settings.teams if self._in_team(team)}

    def queue(self, queue: QueueId) -> bool:
        """Tell whether the queue is seen."""
        return self.client(client_of(queue))

    def closure(self, closure: str, *, whole: bool = False) -> bool:
        """Tell whether any of the numbers of a closure is of a client that is seen, or each is."""
        known = self._tenant.settings.closures.get(closure)
        clients = [] if known is None else self._tenant.clients_of(known)
        seen = [self.client(client) for client in clients]
        return bool(seen) and (all(seen) if whole else any(seen))

    def agent(self, agent: AgentId) -> bool:
        """Tell whether the agent is seen."""
        scope = self._scope
        if scope.agent is not None:
            return agent == scope.agent
        settings = self._tenant.settings.agents.get(agent)
        if settings is None:
            return scope.clients is None and scope.teams is None and scope.sites is None
        serves_one = scope.clients is None or not scope.clients.isdisjoint(settings.clients)
        return serves_one and self._in_team(settings.team)

    def call(self, call: Call) -> bool:
        """Tell whether a call that is alive is seen."""
        return self.part(call.client, {call.agent} if call.agent is not None else ())

    def record(self, record: CallRecord) -> bool:
        """Tell whether a call's record is seen."""
        had = {one.agent for one in record.conversations}
        had |= {one.agent for one in record.dispositions}
        had |= {one.agent for one in record.offers if one.outcome in HAS_IT}
        return self.part(record.client, had)

    def part(self, client: str, agents: Collection[AgentId]) -> bool:
        """Tell whether work for a client, empty if it is no client's, is seen that agents have."""
        if client and not self.client(client):
            return False
        if not client and not (self._scope.clients is None and self._scope.agent is None):
            return False  # a talk between colleagues is no client's
        if self._scope.agent is not None:
            return self._scope.agent in agents
        return not agents or any(self._of_team(agent) for agent in agents)

    @property
    def sees_everything(self) -> bool:
        """Whether nothing is left out."""
        return self._scope.clients is None and self.sees_all_agents

    @property
    def sees_all_agents(self) -> bool:
        """Whether no team, site or agent is left out, so that calls are bounded by client only."""
        scope = self._scope
        return scope.agent is None and scope.teams is None and scope.sites is None

    def sees_numbers_of(self, client: str) -> bool:
        """Tell whether numbers of a client's callers are shown whole."""
        return not self.veil.hides(client)

    @cached_property
    def veil(self) -> Veil:
        """Whose callers' numbers are masked: some clients hide them from agents."""
        if self._identity.role is Role.BILLING:
            return Veil(None)
        if self._identity.role is not Role.AGENT:
            return Veil(frozenset())
        clients = self._tenant.clients.items()
        return Veil(frozenset(name for name, one in clients if one.settings.mask_numbers))

    @property
    def parts_of(self) -> frozenset[str] | None:
        """Agents whose parts in calls are seen, with what was scored of them; None: all."""
        if self.sees_all_agents:
            return None
        agent = self._scope.agent
        return frozenset(self.agent_names() if agent is None else (agent,))

    @property
    def reader(self) -> CallReader:
        """What the token is told of a call that it sees."""
        return CallReader(sees_coaching=self.sees_coaching, judged=self.parts_of)

    @property
    def sees_coaching(self) -> bool:
        """Whether it is shown who coached: to those who lead or judge, not to who was coached."""
        return self._identity.role in LISTENERS

    @property
    def sees_values(self) -> bool:
        """Whether what was filled into forms is shown."""
        return self._identity.role is not Role.BILLING

    def _of_team(self, agent: AgentId) -> bool:
        settings = self._tenant.settings.agents.get(agent)
        return self._in_team(None if settings is None else settings.team)

    def _in_team(self, name: str | None) -> bool:
        scope = self._scope
        if scope.teams is not None and (name is None or name not in scope.teams):
            return False
        team = None if name is None else self._tenant.settings.teams.get(name)
        return scope.sites is None or (team is not None and team.site in scope.sites)

    def _serves(self, agent: AgentId, client: ClientId) -> bool:
        settings = self._tenant.settings.agents.get(agent)
        return settings is not None and client in settings.clients
