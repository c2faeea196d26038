"""What the API needs of the engine, handed over by whoever puts the parts together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ccengine.config.problems import Problem
from ccengine.config.tenant import Tenant
from ccengine.core.center import ContactCenter
from ccengine.core.events import Event
from ccengine.core.ids import AgentId, CallId, Instant
from ccengine.storage.live_kpis import LiveKpis
from ccengine.storage.reader_process import Reader
from ccengine.storage.records import RecordKeeper


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can serve calls, and if not, why."""

    connected: bool
    reasons: tuple[str, ...] = ()
    lookups: Mapping[str, str] = field(default_factory=dict)
    """State of each breaker that is not closed, by `client/lookup`: calls go on without it."""
    dead_submissions: int = 0  #: what flows have submitted and could not be carried out


class TalkAct(StrEnum):
    """What an agent does with a talk, as by keys on the phone."""

    HOLD = "hold"
    RETRIEVE = "retrieve"
    TRANSFER = "transfer"  #: to a number, without asking there
    CONSULT = "consult"  #: a number; the caller hears music
    CONFERENCE = "conference"  #: all three talk
    SWAP = "swap"  #: between the caller and whom is consulted
    BACK = "back"  #: ends the consult
    HANG_UP = "hang_up"  #: during a consult it hands the caller over


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The running contact center."""

    center: ContactCenter  #: to look at one thing at a time
    now: Callable[[], Instant]
    post: Callable[[Event], str]  #: tells what happened; why it was refused, empty if it was not
    ensure_agent: Callable[[AgentId], None]  #: whom a phone may be rung for from now on
    act: Callable[[CallId, TalkAct, str], str]  #: on a talk, and where to; why not, or empty
    tenant: Callable[[], Tenant]  #: the configuration in force


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What can be read of the past, and of the configuration's files."""

    keeper: RecordKeeper  #: records, and all else that the database keeps
    reader: Reader  #: of what takes long
    quick_reader: Reader  #: of what does not
    kpis: LiveKpis  #: key figures of the last days
    show: Callable[[], None]  #: has the journal hold what has happened so far
    journal: Path
    recordings: Path
    configuration: Path  #: the tenant's folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that the API needs."""

    health: Callable[[], Health]
    floor: Floor
    library: Library
    reload: Callable[[], Awaitable[Sequence[Problem]]]  #: loads it, or says why not
    token_file: Path
    is_pin: Callable[[AgentId, str], bool]
    """Tells whether digits are an agent's PIN; SecretMissing where there is none."""
