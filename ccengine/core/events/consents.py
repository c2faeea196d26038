"""Whether a caller knows that the call is recorded, and agrees: by which rule, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.ids import AgentId, CallId


class ConsentKind(StrEnum):
    """What is needed before a call may be recorded."""

    ONE_PARTY = "one_party"  #: nothing: one of those who talk knows
    ANNOUNCE = "announce"  #: the caller is told
    CONSENT = "consent"  #: the caller agrees by a key


class ConsentAnswer(StrEnum):
    """What came of it."""

    NOT_NEEDED = "not needed"
    HEARD = "heard"  #: the announcement, to its end
    PRESSED = "pressed"  #: a key said so
    DENIED = "denied"  #: likewise
    NO_KEY = "no key"
    ENGINE_LOST = "engine lost"  #: in the middle of it: they may be asked again
    TAKEN_OVER = "taken over"  #: by another agent, likewise
    NOT_PLAYED = "not played"  #: the announcement could not be: then nothing is recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked:
    """The caller is told, or asked, from here on."""

    call: CallId
    agent: AgentId | None  #: whose place counts
    rule: ConsentKind
    caller_place: str  #: as in US-CA or DE; empty: nobody knows
    agent_place: str
    prompt: str  #: its name
    version: str  #: the file that was played: another text or voice is another one
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """The call may be recorded."""

    call: CallId
    rule: ConsentKind
    answer: ConsentAnswer
    caller_place: str
    agent_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused:
    """The call is not to be recorded."""

    call: CallId
    rule: ConsentKind
    answer: ConsentAnswer
    caller_place: str
    agent_place: str
