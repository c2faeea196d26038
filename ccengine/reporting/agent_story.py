"""What agents do and what happens at their phones, told for people: a part of `story`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import CallSupervisors, RemindAgent, ShowAgent
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWentNotReady,
    AgentWentReady,
    HelpAnswered,
    HelpAsked,
    HelpUnanswered,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
    WrapUpExtended,
    WrongPinGiven,
)
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.events import AgentEvent, DeskEvent, HelpEvent, PhoneEvent, ShiftEvent


def tell_agent(what: RemindAgent | CallSupervisors | ShowAgent) -> str:
    """Tell what became of an agent; empty: it is told of the call."""
    match what:
        case RemindAgent():
            return f"{what.agent} is not ready for too long: {what.reason}"
        case CallSupervisors():
            return f"{', '.join(what.supervisors)} called to help {what.agent}"
        case ShowAgent():
            return _shown(what)


def tell_agent_event(what: AgentEvent) -> str:
    """Tell what an agent did, or what was done for them."""
    match what:
        case AgentLoggedIn() | AgentLoggedOut() | AgentWentReady() | AgentWentNotReady():
            return tell_shift(what)
        case _:
            return tell_desk(what)


def tell_shift(what: ShiftEvent) -> str:
    """Tell how an agent came, went or rested."""
    return f"{_shift(what)}{_by(what.by)}"


def _shift(what: ShiftEvent) -> str:
    match what:
        case AgentLoggedIn():
            return f"{what.agent} logged in on phone {what.phone}"
        case AgentLoggedOut():
            return f"{what.agent} logged out"
        case AgentWentReady():
            return f"{what.agent} asked for calls"
        case AgentWentNotReady():
            return f"{what.agent} asked for no calls: {what.reason}"


def tell_desk(what: DeskEvent | HelpEvent) -> str:
    """Tell what an agent did at the desk beside that."""
    match what:
        case HelpAsked() | HelpAnswered() | HelpUnanswered():
            return _help_event(what)
        case AgentPaused():
            return f"{what.agent} wants no calls of {what.queue}{_by(what.by)}"
        case AgentResumed():
            return f"{what.agent} wants calls of {what.queue} again{_by(what.by)}"
        case WrapUpExtended():
            return f"{what.agent} needs longer to wrap up{_by(what.by)}"
        case WrongPinGiven():
            where = "by the API" if what.phone is None else f"on phone {what.phone}"
            return f"wrong PIN for {what.agent} {where}"


def tell_phone(what: PhoneEvent) -> str:
    """Tell what happened at a phone."""
    match what:
        case PhoneLost():
            return f"phone {what.phone} cannot be reached"
        case PhoneFound():
            return f"phone {what.phone} can be reached again"
        case OwnCallStarted():
            return f"phone {what.phone} has a call of its own"
        case OwnCallEnded():
            return f"phone {what.phone}'s own call is over"


def _by(name: str) -> str:
    """Tell who did it for the agent."""
    return f" (by {name})" if name else ""


def _shown(shown: ShowAgent) -> str:
    match shown.state:
        case AgentState.WRAP_UP:
            return f"{shown.agent} wraps up"
        case AgentState.NOT_READY:
            return f"{shown.agent} is not ready: {shown.reason}"
        case AgentState.AVAILABLE:
            return f"{shown.agent} is available{f', but {shown.barred}' if shown.barred else ''}"
        case AgentState.OFFLINE:
            return f"{shown.agent} is offline"
        case AgentState.OFFERED | AgentState.ON_CALL:  # told of the call
            return ""


def _help_event(what: HelpEvent) -> str:
    match what:
        case HelpAsked():
            return f"{what.agent} asked for help"
        case HelpAnswered():
            return f"{what.supervisor} knows that {what.agent} needs help"
        case HelpUnanswered():
            return f"nobody answered {what.agent}'s call for help"
