"""What the API needs of the engine, handed over by whoever puts the parts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ccengine.config.tenant import Tenant
from ccengine.core.center import ContactCenter
from ccengine.core.events import Event
from ccengine.core.ids import AgentId, Instant
from ccengine.storage.records import RecordKeeper


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can serve calls, and if not, why."""

    connected: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The running contact center."""

    center: ContactCenter  #: to look at one thing at a time
    now: Callable[[], Instant]
    post: Callable[[Event], str]  #: tells what happened; why it was refused, empty if it was not
    ensure_agent: Callable[[AgentId], None]  #: whom a phone may be rung for from now on
    tenant: Callable[[], Tenant]  #: the configuration in force


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that the API needs."""

    health: Callable[[], Health]
    floor: Floor
    keeper: RecordKeeper  #: records, and all else that the database keeps
    token_file: Path
