"""Coaching that goes on, as the core sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.events.causes import CoachMode
from ccengine.core.ids import AgentId, CallId, ClientId, CoachingId, Instant


class Unheard(StrEnum):
    """Why a coach hears nothing of the agent."""

    NO_CALL = "no call"
    OTHER_CLIENT = "another client's call"  #: the coach is not approved for it
    PRIVATE = "a talk between colleagues"  #: no client's


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What a coach is to hear."""

    call: CallId | None = None  #: None: nothing
    client: ClientId | None = None  #: whose call it is
    leg: str = ""  #: the channel by which the agent talks
    customer: str = ""  #: the channel of whom the agent talks with
    held: bool = False  #: the customer hears music
    joined: bool = False  #: a colleague talks with both
    unheard: Unheard | None = Unheard.NO_CALL


NOWHERE = Seat()


@dataclass(slots=True, kw_only=True)
class Coaching:
    """One supervisor who follows one agent."""

    id: CoachingId
    coach: AgentId
    agent: AgentId
    channel: str  #: the coach's
    mode: CoachMode
    started_at: Instant
    seat: Seat = NOWHERE
    ending: str = ""  #: why its end was asked for: it never goes on from there; empty: it was not
