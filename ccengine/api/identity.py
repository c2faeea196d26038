"""Who asks: a token's name, role and sets of clients, teams and sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.api.roles import Role
from ccengine.core.ids import AgentId, Instant

if TYPE_CHECKING:
    from ccengine.storage.tokens import StoredToken

Names = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a token sees. None: all of them."""

    clients: Names | None = None
    teams: Names | None = None
    sites: Names | None = None
    agent: AgentId | None = None  #: of an agent's token: nobody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks."""

    name: str  #: the token's: the actor in audit and journal
    role: Role
    scope: Scope = Scope()
    expires_at: Instant | None = None  #: None: never

    @classmethod
    def of(cls, stored: StoredToken) -> Identity:
        """Return who has this token."""
        return cls(
            name=stored.name,
            role=Role(stored.role),
            scope=Scope(
                clients=_names(stored.clients),
                teams=_names(stored.teams),
                sites=_names(stored.sites),
                agent=None if stored.agent is None else AgentId(stored.agent),
            ),
            expires_at=stored.expires_at,
        )

    def on_behalf_of(self, agent: AgentId) -> str:
        """Return who acts for the agent, as events have it: empty if it is the agent."""
        return "" if self.scope.agent == agent else self.name


def _names(named: tuple[str, ...] | None) -> Names | None:
    return None if named is None else frozenset(named)
