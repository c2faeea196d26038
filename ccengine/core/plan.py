"""The part of a tenant's configuration that routing needs.

These dataclasses are also the schema of the YAML that admins write: `ccengine.config` validates
straight into them, so a fact has one definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.ids import (
    AgentId,
    ClientId,
    PhoneId,
    QueueId,
    SkillId,
    TenantId,
)

PROFICIENCY_LOWEST = 1
PROFICIENCY_HIGHEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """A person who answers."""

    name: str
    number: str  #: digits typed to log in on another's phone
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: proficiency, 1 to 10
    clients: tuple[ClientId, ...] = ()  #: approved for these, and for no other
    team: str | None = None
    phone: PhoneId | None = None  #: the phone they usually sit at


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Rules of one waiting line."""

    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required, minimum proficiency
    priority: int = 0  #: higher goes first, over all queues
    ring_seconds: float = 20.0  #: how long one agent's phone rings
    wrap_up_seconds: float = 15.0  #: after-call work before the agent is available again
    music: str = "default"  #: class of musiconhold.conf
    recorded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who may answer what. Loaded whole, swapped whole."""

    tenant: TenantId
    version: str  #: hash of the files it was read from
    agents: Mapping[AgentId, AgentSettings]
    queues: Mapping[QueueId, QueueSettings]
    ready_at_login: bool = True  #: False: an agent who logs in is not ready until they say so


def client_of(queue: QueueId) -> ClientId:
    """Return the client whose queue this is."""
    return ClientId(queue.partition("/")[0])
