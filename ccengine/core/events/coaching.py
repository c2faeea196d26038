"""Supervisors who listen to their agents, whisper to them, join them or take over from them."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.events.causes import CoachMode
from ccengine.core.ids import AgentId, CallId, CoachingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingStarted:
    """A supervisor begins to follow an agent from call to call."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId  #: whom they follow
    channel: str  #: the coach's
    mode: CoachMode
    by: str = ""  #: who did it for the coach; empty: the coach


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachModeChanged:
    """A coach now listens, whispers or joins in, within the same contact."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    mode: CoachMode
    call: CallId | None = None  #: in which; None: between calls
    by: str = ""  #: who did it for the coach; empty: the coach


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachRouted:
    """A coach's sound is set up, and Asterisk's own answer agrees with what was planned."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    call: CallId
    mode: CoachMode
    hears: tuple[str, ...]  #: the parties that the coach hears
    heard_by: tuple[str, ...]  #: the parties that hear the coach
    bridges: tuple[str, ...]  #: as Asterisk has them: `<bridge>=<channel>+<channel>`
    snoop: str = ""  #: the channel that listens at the agent's; empty: none does


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachParted:
    """A coach hears this call no more; they go on following the agent."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    call: CallId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachLeaked:
    """Somebody would hear a coach, or does, who must not: the coach is taken out at once."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    call: CallId | None
    mode: CoachMode
    reason: str  #: who hears whom, and what is set up
    planned: bool  #: it was refused before anything was asked of Asterisk


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingEnded:
    """A supervisor follows the agent no more."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    reason: str
    call: CallId | None = None  #: that was heard; None: none


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTakenOver:
    """The coach has the caller from here on; the agent has left. It ends the coaching."""

    call: CallId
    agent: AgentId  #: whose call it was
    to_agent: AgentId  #: the coach
    coaching: CoachingId
    channel: str  #: the coach's
    by: str = ""  #: who did it for the coach; empty: the coach
