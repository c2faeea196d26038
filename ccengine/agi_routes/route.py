"""A route, declared once, and what its handler is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ccengine.api.ports import Floor, Health
from ccengine.asterisk.agi.answers import Status
from ccengine.core.ids import ClientId, QueueId, queue_id

if TYPE_CHECKING:
    from ccengine.config.clients import Client
    from ccengine.core.queues import QueueSettings

YES, NO = "1", "0"
"""Truth, as a dialplan's expressions have it."""


class Unanswered(Exception):
    """A request that is not answered with facts.

    Args:
        status: what the dialplan is told.
        reason: why, in a word or two.
    """

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Regard:
    """What a client's tables say of a caller."""

    vip: bool = False
    blocked: bool = False


class CallerTables(Protocol):
    """Knows important callers and those who are not served."""

    async def regard(self, client: ClientId, caller: str) -> Regard:
        """Return what is known of a caller id; within a second, or nothing."""


class NoTables:
    """Knows nobody."""

    async def regard(self, _client: ClientId, _caller: str) -> Regard:
        """Return nothing."""
        return Regard()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiPorts:
    """What routes need of the engine."""

    floor: Floor
    health: Callable[[], Health]
    node: str
    tables: CallerTables = field(default_factory=NoTables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, taken apart and checked for what the route declares."""

    ports: AgiPorts
    path: Mapping[str, str]  #: by the names in the route's address
    query: Mapping[str, str]
    call_id: str  #: as the dialplan mints it of the channel; empty: of none
    caller: str  #: as the channel has it: a stranger's text
    dialled: str  #: likewise

    def client(self) -> Client:
        """Return the client in the address.

        Raises:
            Unanswered: there is none.
        """
        found = self.ports.floor.tenant().clients.get(ClientId(self.path["CLIENT"]))
        if found is None:
            raise Unanswered(Status.UNKNOWN, "client")
        return found

    def queue(self) -> tuple[QueueId, QueueSettings]:
        """Return the queue in the address, and its rules.

        Raises:
            Unanswered: there is none.
        """
        name = queue_id(self.client().id, self.path["QUEUE"])
        settings = self.ports.floor.center.plan.queues.get(name)
        if settings is None:
            raise Unanswered(Status.UNKNOWN, "queue")
        return name, settings


Variables = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRoute:
    """What can be asked for."""

    address: str  #: `name/PART/PART`
    summary: str
    sets: Mapping[str, str]  #: variables by their whole names, each with its meaning
    query: Mapping[str, str] = field(default_factory=dict)  #: keys, each with its meaning
    handler: Callable[[Asked], Awaitable[Variables]]

    @property
    def name(self) -> str:
        """The address's first part."""
        return self.address.partition("/")[0]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the others."""
        return tuple(self.address.split("/")[1:])
