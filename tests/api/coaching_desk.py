"""Coaching without Asterisk: what a session would post, posted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    CallTakenOver,
    CoachingEnded,
    CoachingStarted,
    CoachMode,
    CoachModeChanged,
)
from ccengine.core.ids import AgentId, CoachingId

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.center import ContactCenter
    from ccengine.core.events import Event


class DeskWithoutPhones:
    """Begins, changes and ends coaching."""

    def __init__(self, center: ContactCenter, post: Callable[[Event], str]) -> None:
        self._center = center
        self._post = post

    def begin(self, coach: AgentId, agent: AgentId, mode: CoachMode, by: str) -> str:
        event = CoachingStarted(
            coaching=CoachingId(f"coaching-{coach}"),
            coach=coach,
            agent=agent,
            channel=f"coaching-{coach}.coach",
            mode=mode,
            by=by,
        )
        return self._post(event)

    def set_mode(self, coach: AgentId, mode: CoachMode, by: str) -> str:
        known = self._center.coachings[self._center.agent(coach).coaching or CoachingId("")]
        event = CoachModeChanged(
            coaching=known.id, coach=coach, agent=known.agent, mode=mode, by=by
        )
        return self._post(event)

    def take_over(self, coach: AgentId, by: str) -> str:
        name = self._center.agent(coach).coaching
        known = None if name is None else self._center.coachings[name]
        if known is None or known.seat.call is None:
            return "the coach hears no call"
        event = CallTakenOver(
            call=known.seat.call,
            agent=known.agent,
            to_agent=coach,
            coaching=known.id,
            channel=known.channel,
            by=by,
        )
        return self._post(event)

    def end(self, coach: AgentId, by: str) -> str:
        name = self._center.agent(coach).coaching
        if name is None:
            return "there is no coaching"
        known = self._center.coachings[name]
        event = CoachingEnded(
            coaching=name, coach=coach, agent=known.agent, reason=f"ended by {by}"
        )
        return self._post(event)
