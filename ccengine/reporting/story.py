"""One call or agent, told for people: what happened, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.commands import (
    CallSupervisors,
    Command,
    Connect,
    DialCallback,
    DialingCommand,
    DivertCall,
    DropItem,
    EndCoaching,
    MoveCall,
    OfferCall,
    PreviewCommand,
    RemindAgent,
    RingStaff,
    SeatCoach,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowCoaching,
    ShowOutcome,
    TakeUpItem,
    TargetMissed,
    WithdrawOffer,
)
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWentNotReady,
    AgentWentReady,
    CallArrived,
    CallMissed,
    ClosureEvent,
    CoachingEvent,
    DialingEvent,
    DisputeAnswered,
    FormFilled,
    HelpAnswered,
    HelpAsked,
    HelpUnanswered,
    ItemEvent,
    LeadCallbackBooked,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeEvent,
    OutcomeSet,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
    ReviewDisputed,
    ReviewPublished,
    SystemEvent,
    TalkMeasured,
    WrapUpExtended,
    WrongPinGiven,
)
from ccengine.core.ids import Instant
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.agent_story import tell_agent, tell_agent_event, tell_phone
from ccengine.reporting.call_record import MISSED_CAUSES
from ccengine.reporting.call_story import tell_call_event
from ccengine.reporting.coaching_story import tell_coaching
from ccengine.reporting.dialing_story import decision_told, tell_dialing
from ccengine.reporting.house_story import tell_house
from ccengine.reporting.instants import utc_text
from ccengine.reporting.item_story import command_told, event_told
from ccengine.reporting.masking import mask_number
from ccengine.reporting.offer_outcomes import outcome_of_withdrawal, told
from ccengine.reporting.quality_story import tell_quality
from ccengine.reporting.readers import ALL_SEEING
from ccengine.reporting.rows import Advance, Rejection, Unknown, is_void, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccengine.core.events import (
        AgentEvent,
        CallEvent,
        PhoneEvent,
        QualityEvent,
    )
    from ccengine.reporting.readers import CallReader
    from ccengine.reporting.rows import JournalRow, What


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened."""

    at: Instant
    seconds: float  #: since the story began
    text: str


def tell(
    rows: Iterable[JournalRow],
    *,
    mask: Callable[[str], str] = mask_number,
    reader: CallReader = ALL_SEEING,
) -> list[StoryLine]:
    """Return what happened, a line per thing; late events are left out.

    Args:
        rows: rows of one call or of one agent, in order.
        mask: how callers' numbers are shown.
        reader: to whom; what they do not see is left out with all that it led to.
    """
    lines: list[StoryLine] = []
    for step in steps(list(rows)):
        if not reader.sees(step[0].what):
            continue
        for row in step[1:] if is_void(step) else step:
            text = _text(row.what, mask)
            if text:
                seconds = row.at - lines[0].at if lines else 0.0
                lines.append(StoryLine(row.at, seconds, text))
    return lines


def _text(what: What, mask: Callable[[str], str]) -> str:
    match what:
        case _ if isinstance(what, CallArrived | CallMissed | ItemEvent | DialingEvent):
            return _with_numbers(what, mask)
        case Rejection():
            return f"rejected: {what.reason}"
        case Unknown():
            return f"{what.type}, written by a newer version"
        case Advance() | CenterSnapshot():
            return ""
        case _ if isinstance(what, Command):
            return _decision(what)
        case _:
            return _event(what)


def _with_numbers(
    what: CallArrived | CallMissed | ItemEvent | DialingEvent, mask: Callable[[str], str]
) -> str:
    match what:
        case _ if isinstance(what, DialingEvent):
            return tell_dialing(what, mask)
        case CallArrived() | CallMissed():
            return _arrival(what, mask)
        case _:
            return event_told(what, mask)


def _arrival(what: CallArrived | CallMissed, mask: Callable[[str], str]) -> str:
    call = f"call from {mask(what.caller)} to {what.number} ({what.client})"
    match what:
        case CallArrived():
            return f"{call} arrived on {what.node}"
        case CallMissed():
            return (
                f"{call} was missed on {what.node}, no engine had it: arrived "
                f"{utc_text(what.arrived_at)}, ended {utc_text(what.ended_at)} by {what.by}: "
                f"{MISSED_CAUSES[what.reached]}"
            )


def _decision(what: Command) -> str:
    match what:
        case OfferCall():
            return f"offered to {what.agent} on phone {what.phone} for {what.ring_seconds:g} s"
        case WithdrawOffer():
            return told(what.agent, outcome_of_withdrawal(what.reason), what.reason)
        case DivertCall() | MoveCall():
            return _way(what)
        case RemindAgent() | CallSupervisors() | ShowAgent():
            return tell_agent(what)
        case TakeUpItem() | DialCallback() | DropItem():
            return command_told(what)
        case _:
            return _seldom(what)


def _seldom(
    what: ShowClosure
    | ShowCoaching
    | RingStaff
    | TargetMissed
    | Connect
    | ShowCall
    | ShowOutcome
    | SeatCoach
    | EndCoaching
    | DialingCommand
    | PreviewCommand,
) -> str:
    match what:
        case _ if isinstance(what, DialingCommand | PreviewCommand | ShowClosure):
            return tell_house(what) if isinstance(what, ShowClosure) else decision_told(what)
        case RingStaff():
            return f"the client's staff are rung: {what.number}"
        case TargetMissed():
            return f"cannot be had: {what.reason}"
        case ShowOutcome(defaulted=True):
            return f"{what.agent} gave no outcome in time: {what.disposition} is taken"
        case ShowCall(became=became) if became is not None:
            return f"goes on as {became}"
        case (
            Connect() | ShowCall() | ShowOutcome() | SeatCoach() | EndCoaching() | ShowCoaching()
        ):  # their events are told
            return ""


def _way(what: DivertCall | MoveCall) -> str:
    match what:
        case DivertCall():
            to = what.flow or what.number or ("voicemail" if what.voicemail else "")
            return f"left {what.queue} for {to}: {what.reason}"
        case MoveCall():
            return f"sent on to {what.to}, at the place it had: {what.reason}"


def _event(
    what: CallEvent
    | AgentEvent
    | PhoneEvent
    | OutcomeEvent
    | CoachingEvent
    | SystemEvent
    | ClosureEvent
    | QualityEvent,
) -> str:
    match what:
        case (
            AgentLoggedIn()
            | AgentLoggedOut()
            | AgentWentReady()
            | AgentWentNotReady()
            | AgentPaused()
            | AgentResumed()
            | WrapUpExtended()
            | WrongPinGiven()
            | HelpAsked()
            | HelpAnswered()
            | HelpUnanswered()
        ):
            return tell_agent_event(what)
        case _ if isinstance(what, CoachingEvent):
            return tell_coaching(what)
        case _ if isinstance(what, SystemEvent | ClosureEvent):
            return tell_house(what)
        case PhoneLost() | PhoneFound() | OwnCallStarted() | OwnCallEnded():
            return tell_phone(what)
        case _ if isinstance(what, OutcomeEvent):
            return _outcome_event(what)
        case _:
            return _call_event(what)


def _call_event(what: CallEvent | QualityEvent) -> str:
    match what:
        case TalkMeasured() | ReviewPublished() | ReviewDisputed() | DisputeAnswered():
            return tell_quality(what)
        case _:
            return tell_call_event(what)


def _outcome_event(what: OutcomeEvent) -> str:
    """Tell of outcomes; what was filled in is the customer's, and not told."""
    match what:
        case OutcomeSet():
            about = [f"because of {what.contact_reason}"] if what.contact_reason else []
            if what.resolved is not None:
                about.append("resolved" if what.resolved else "not resolved")
            return f"{_speaker(what)} says: {', '.join([what.disposition, *about])}"
        case FormFilled():
            return f"{_speaker(what)} filled in {what.form}: {len(what.values)} fields"
        case LeadCallbackBooked():
            return _callback_told(what)
        case OutcomeEntryStarted():
            return f"{what.agent} types the outcome"
        case OutcomeEntryEnded():
            return f"{what.agent} is done typing"


def _callback_told(what: LeadCallbackBooked) -> str:
    if what.due_at is None:
        return f"{_speaker(what)} takes back the callback"
    whose = f"by {what.agent}" if what.is_own else "by anybody"
    return f"{_speaker(what)} books a callback {whose} at {utc_text(what.due_at)}"


def _speaker(what: OutcomeSet | FormFilled | LeadCallbackBooked) -> str:
    return what.agent if what.by in ("", what.agent) else f"{what.by}, for {what.agent},"
