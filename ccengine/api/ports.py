"""What the API needs of the engine, handed over by whoever puts the parts together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ccengine.config.problems import Problem
from ccengine.config.tenant import Tenant
from ccengine.core.center import ContactCenter
from ccengine.core.events import CoachMode, DiskLevel, Event, PauseReason
from ccengine.core.ids import AgentId, CallId, Instant
from ccengine.keeping.keeping import Keeping
from ccengine.leads.jobs import ImportJobs
from ccengine.storage.lead_counts import LeadCounts
from ccengine.storage.live_kpis import LiveKpis
from ccengine.storage.reader_process import Reader
from ccengine.storage.records import RecordKeeper

if TYPE_CHECKING:
    from ccengine.core.calls import Call


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can serve calls, and if not, why."""

    connected: bool
    reasons: tuple[str, ...] = ()
    lookups: Mapping[str, str] = field(default_factory=dict)
    """State of each breaker that is not closed, by `client/lookup`: calls go on without it."""
    recordings_failing: int = 0  #: could not be kept yet
    erasures_failing: int = 0  #: recordings that could not be removed yet
    moves_failing: int = 0  #: recordings that could not be moved to their store yet
    stores_away: int = 0  #: that take no recordings
    disk_level: DiskLevel = DiskLevel.FINE  #: of recordings
    disk_used_percent: float = 0.0
    dead_submissions: int = 0  #: what flows have submitted and could not be carried out
    coaching_leaks: int = 0  #: coaches whom others would have heard, or did; since the start


class TalkAct(StrEnum):
    """What an agent does with a talk, as by keys on the phone."""

    HOLD = "hold"
    RETRIEVE = "retrieve"
    TRANSFER = "transfer"  #: to a number, without asking there
    CONSULT = "consult"  #: a number; the caller hears music
    CONFERENCE = "conference"  #: all three talk
    SWAP = "swap"  #: between the caller and whom is consulted
    BACK = "back"  #: ends the consult
    VOICEMAIL = "voicemail"  #: a machine has answered a campaign's call: leaves its message there
    HANG_UP = "hang_up"  #: during a consult it hands the caller over


def no_card(*_: str) -> str:
    """Take no card, where there are no talks."""
    return "there is no talk"


class CoachingDesk(Protocol):
    """Begins, changes and ends coaching; each says why not, empty if it is done."""

    def begin(self, coach: AgentId, agent: AgentId, mode: CoachMode, by: str) -> str:
        """Ring the coach's phone, and have them coach."""

    def set_mode(self, coach: AgentId, mode: CoachMode, by: str) -> str:
        """Have the coach listen, whisper or join in."""

    def take_over(self, coach: AgentId, by: str) -> str:
        """Have the coach be the agent of the call a moment later."""

    def end(self, coach: AgentId, by: str) -> str:
        """End it a moment later."""


class RecordingActs(Protocol):
    """Changes the recording of a call that goes on; each says why not, empty if it is done."""

    async def pause(self, call: Call, by: str, reason: PauseReason) -> str:
        """Let it get silence."""

    async def resume(self, call: Call, by: str) -> str:
        """Let it get the call again."""

    async def begin(self, call: Call, by: str) -> str:
        """Record a call that is not recorded by the rules."""

    async def end(self, call: Call, by: str) -> str:
        """End a recording that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The running contact center."""

    center: ContactCenter  #: to look at one thing at a time
    now: Callable[[], Instant]
    post: Callable[[Event], str]  #: tells what happened; why it was refused, empty if it was not
    ensure_agent: Callable[[AgentId], None]  #: whom a phone may be rung for from now on
    act: Callable[[CallId, TalkAct, str], str]  #: on a talk, and where to; why not, or empty
    tenant: Callable[[], Tenant]  #: the configuration in force
    take_card: Callable[[CallId, str, str, str], str] = no_card
    """Has a caller type a card: asked for by whom, an amount, of what; why not, or empty."""
    stop_card: Callable[[CallId], str] = no_card
    coaching: CoachingDesk
    recordings: RecordingActs


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What can be read of the past, and of the configuration's files."""

    keeper: RecordKeeper  #: records, and all else that the database keeps
    reader: Reader  #: of what takes long
    quick_reader: Reader  #: of what does not
    kpis: LiveKpis  #: key figures of the last days
    show: Callable[[], bool]  #: has the journal hold what has happened so far; False: it cannot
    journal: Path
    recordings: Path
    keeping: Keeping  #: of recordings, after their calls
    lead_counts: LeadCounts
    imports: ImportJobs  #: of leads
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
    metrics: Callable[[], bytes]  #: figures for Prometheus
