"""Coaching, told for people: a part of `story`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    CoachingEnded,
    CoachingStarted,
    CoachLeaked,
    CoachMode,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
)

if TYPE_CHECKING:
    from ccengine.core.events import CoachingEvent

DOES = {
    CoachMode.MONITOR: "listens to",
    CoachMode.WHISPER: "whispers to",
    CoachMode.BARGE: "talks with",
}


def tell_coaching(what: CoachingEvent) -> str:
    """Tell what a coach does."""
    match what:
        case CoachingStarted():
            return f"{what.coach} begins to coach {what.agent}{_by(what.by)}"
        case CoachModeChanged():
            return f"{what.coach} asks for {what.mode} with {what.agent}{_by(what.by)}"
        case CoachRouted():
            hears = ", ".join(what.hears) or "nobody"
            heard_by = ", ".join(what.heard_by) or "nobody"
            does = f"{what.coach} {DOES[what.mode]} {what.agent}"
            return f"{does}: hears {hears}; heard by {heard_by}"
        case CoachParted():
            return f"{what.coach} no longer hears {what.agent}: {what.reason}"
        case CoachLeaked() | CoachingEnded():
            return _over(what)


def _by(name: str) -> str:
    return f" (by {name})" if name else ""


def _over(what: CoachLeaked | CoachingEnded) -> str:
    match what:
        case CoachLeaked(planned=True):
            return f"REFUSED to set {what.coach} up, who would be heard: {what.reason}"
        case CoachLeaked():
            return f"{what.coach} was TAKEN OUT, who was heard: {what.reason}"
        case CoachingEnded():
            return f"{what.coach} coaches {what.agent} no more: {what.reason}"
