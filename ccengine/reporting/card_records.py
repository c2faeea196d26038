"""What a call's record keeps of cards that were taken, and of what the caller has agreed to."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.events import CardField, CardOutcome, ConsentAnswer, ConsentKind
from ccengine.core.ids import AgentId, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEntryRecord:
    """One time that a caller typed a card: never a digit of it but the last four, if kept."""

    entry: str
    by: str  #: who asked for it; empty: the flow
    agent: AgentId | None
    started_at: Instant
    typed: tuple[CardField, ...] = ()
    ended_at: Instant | None = None
    outcome: CardOutcome | None = None  #: None: it goes on, or the call ended in it
    token: str = ""
    last4: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One time that it was settled whether the call may be recorded: the proof of it."""

    rule: ConsentKind
    caller_place: str
    agent_place: str
    agent: AgentId | None = None
    asked_at: Instant | None = None  #: None: nothing had to be said
    prompt: str = ""
    version: str = ""  #: the file that was played
    language: str = ""
    answered_at: Instant | None = None
    answer: ConsentAnswer | None = None  #: None: the caller left before it
    given: bool = False  #: the call may be recorded
