"""A lead: somebody to be dialed, with what was tried already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from ccengine.core.ids import AgentId, Instant

LeadKey = NewType("LeadKey", int)
"""The lead's number in the database, unique over all lists."""

AttemptId = NewType("AttemptId", str)
"""Minted before the call is placed; the channel's id begins with it."""


class LeadState(StrEnum):
    """Where a lead is."""

    FRESH = "fresh"  #: never dialed
    WAITING = "waiting"  #: to be dialed (again) when it is due
    CALLBACK = "callback"  #: is called at a time with an agent kept: promised, or the law says so
    CLAIMED = "claimed"  #: in an engine's hopper
    DIALING = "dialing"  #: an attempt is stored and has no outcome yet
    DONE = "done"  #: is not dialed any more


class AttemptOutcome(StrEnum):
    """How an attempt ended."""

    ANSWERED = "answered"  #: somebody talked with an agent, or heard the flow of an unattended call
    REFUSED = "refused"  #: likewise, and they did not want it
    CUT_OFF = "cut_off"  #: they hung up before anything was said
    ABANDONED = "abandoned"  #: somebody answered and no agent came in time
    MACHINE = "machine"  #: an answering machine
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    INVALID = "invalid"  #: nobody has this number
    FAILED = "failed"  #: the network or a trunk, not the called party
    CANCELLED = "cancelled"  #: we hung up while it rang
    LOST = "lost"  #: found without an outcome after the engine had been away


class MachineVerdict(StrEnum):
    """What a detector says of who answered."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNumber:
    """One of a lead's numbers."""

    number: str  #: E.164, with +
    is_dead: bool = False  #: nobody has it any more, or it may never be called


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What was tried, as far as the next decision needs it."""

    attempts: int = 0  #: since the lead came, or was recycled
    by_rule: Mapping[str, int] = field(default_factory=dict)  #: by outcome or disposition
    recycled: int = 0  #: how often it was begun anew
    last: str | None = None  #: the number that was dialed last


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTry:
    """How the last attempt at a lead ended, on whichever of its numbers."""

    outcome: AttemptOutcome
    ended_at: Instant
    rang_seconds: float | None = None  #: until it was answered or over; None: it never rang


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A call at a time that an agent promised a lead."""

    due_at: Instant
    number: str | None = None  #: E.164, one of the lead's; None: the one that was dialed
    agent: AgentId | None = None  #: None: anybody may call


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A rule keeps a number from being dialed."""

    rule: str  #: its id, as `ccengine why-not` prints it
    reason: str  #: for people
    until: Instant | None = None  #: None: for ever, or until somebody does something
    look_again_at: Instant | None = None  #: they may have by then; None: nobody can do anything
    needs_agent: bool = False  #: it may be called with an agent kept for it: as a promised call is


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as the hopper has it."""

    key: LeadKey
    list: str
    numbers: Sequence[LeadNumber]
    tries: Tries = field(default_factory=Tries)
    state: LeadState = LeadState.FRESH  #: before it was claimed
    due_at: Instant | None = None  #: of one that waits, or was promised a call
    agent: AgentId | None = None  #: who promised it; None: anybody may call
    number: str | None = None  #: to be dialed next; None: the first that is not dead
    fields: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""  #: IANA, of the address or else the number; empty: it may be in several
    place: str = ""  #: of the address: ISO 3166, with the state in the United States
    person: str = ""  #: the customer's own key; empty: its numbers are all that is known
    score: float | None = None  #: how likely it answers, 0 to 1; None: as the campaign learns
    last_try: LastTry | None = None  #: None: it was never dialed, or nobody knows
    utc_offset_seconds: int | None = None  #: of its clock when it was claimed; None: several

    @property
    def to_dial(self) -> str | None:
        """The number to be dialed next; None: none is left."""
        alive = [one.number for one in self.numbers if not one.is_dead]
        if self.number in alive:
            return self.number
        return alive[0] if alive else None
