"""Who coached in a call, whom and how, and the fold of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine.core.events import (
    CallTakenOver,
    CoachingEnded,
    CoachLeaked,
    CoachMode,
    CoachParted,
    CoachRouted,
)
from ccengine.core.ids import AgentId, ClientId, CoachingId, Instant

if TYPE_CHECKING:
    from collections.abc import Callable

Parts = tuple["CoachingPart", ...]
OfCoaching = CoachRouted | CoachParted | CoachLeaked | CoachingEnded | CallTakenOver
"""Events of a call that say what a coach heard of it."""

TAKEN_OVER = "taken over"
LEAKED = "was taken out"
CALL_OVER = "the call is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSpan:
    """A stretch of time in one mode."""

    mode: CoachMode
    started_at: Instant
    ended_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingPart:
    """A supervisor who heard a stretch of the call."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    client: ClientId
    started_at: Instant
    ended_at: Instant | None = None
    ended_because: str = ""
    modes: tuple[ModeSpan, ...] = ()


def note_coaching(parts: Parts, what: OfCoaching, client: ClientId, at: Instant) -> Parts:
    """Return the parts with what was told of one of them."""
    match what:
        case CoachRouted():
            return _routed(parts, what, client, at)
        case CoachLeaked():
            return _of_open(parts, what.coaching, lambda part: _ended(part, at, LEAKED))
        case CoachParted() | CoachingEnded():
            return _of_open(parts, what.coaching, lambda part: _ended(part, at, what.reason))
        case CallTakenOver():
            return _of_open(parts, what.coaching, lambda part: _ended(part, at, TAKEN_OVER))


def end_coachings(parts: Parts, at: Instant) -> Parts:
    """Return the parts with all ended: the call is over."""
    return tuple(
        part if part.ended_at is not None else _ended(part, at, CALL_OVER) for part in parts
    )


def _routed(parts: Parts, what: CoachRouted, client: ClientId, at: Instant) -> Parts:
    span = ModeSpan(mode=what.mode, started_at=at)
    if all(part.coaching != what.coaching or part.ended_at is not None for part in parts):
        part = CoachingPart(
            coaching=what.coaching,
            coach=what.coach,
            agent=what.agent,
            client=client,
            started_at=at,
            modes=(span,),
        )
        return (*parts, part)
    return _of_open(parts, what.coaching, lambda part: _changed(part, span))


def _changed(part: CoachingPart, span: ModeSpan) -> CoachingPart:
    *others, last = part.modes
    if last.mode is span.mode:
        return part
    return replace(part, modes=(*others, replace(last, ended_at=span.started_at), span))


def _ended(part: CoachingPart, at: Instant, reason: str) -> CoachingPart:
    *others, last = part.modes
    spans = (*others, replace(last, ended_at=at))
    return replace(part, ended_at=at, ended_because=reason, modes=spans)


def _of_open(
    parts: Parts, coaching: CoachingId, change: Callable[[CoachingPart], CoachingPart]
) -> Parts:
    """Change the part that goes on; what is told of another changes nothing."""
    return tuple(
        change(part) if part.coaching == coaching and part.ended_at is None else part
        for part in parts
    )
