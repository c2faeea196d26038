"""One call or agent, told for people: what happened, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.commands import (
    CallSupervisors,
    Command,
    Connect,
    DialCallback,
    DivertCall,
    DropItem,
    MoveCall,
    OfferCall,
    RemindAgent,
    RingStaff,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowOutcome,
    TakeUpItem,
    TargetMissed,
    WithdrawOffer,
)
from ccengine.core.events import (
    AgentDialled,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    AgentWentNotReady,
    AgentWentReady,
    CallArrived,
    CallDirected,
    CallEnded,
    CallerReturned,
    CallerStrayed,
    CallHandedOut,
    CallHandedOver,
    CallMissed,
    CallMovedByHand,
    CallQueued,
    CallReprioritised,
    CallTransferred,
    ConferenceStarted,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    ExitChosen,
    FlowEvent,
    FormFilled,
    HelpAnswered,
    HelpAsked,
    HelpUnanswered,
    HoldEnded,
    HoldStarted,
    ItemEvent,
    NumbersClosed,
    NumbersOpened,
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeSet,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
    PlanLoaded,
    RecordingFailed,
    RecordingStarted,
    StaffAnswered,
    StaffMissed,
    SwitchLost,
    SwitchResynced,
    WaitPromised,
    WrapUpExtended,
    WrongPinGiven,
)
from ccengine.core.ids import Instant
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.agent_story import tell_agent, tell_desk, tell_phone, tell_shift
from ccengine.reporting.call_record import MISSED_CAUSES
from ccengine.reporting.flow_story import tell_flow
from ccengine.reporting.house_story import tell_house
from ccengine.reporting.instants import utc_text
from ccengine.reporting.item_story import command_told, event_told
from ccengine.reporting.masking import mask_number
from ccengine.reporting.offer_outcomes import outcome_of_refusal, outcome_of_withdrawal, told
from ccengine.reporting.rows import Advance, Rejection, Unknown, is_void, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccengine.core.events import (
        AgentEvent,
        CallEvent,
        ClosureEvent,
        ControlEvent,
        OutcomeEvent,
        PhoneEvent,
        SupervisionEvent,
        SystemEvent,
    )
    from ccengine.reporting.rows import JournalRow, What

    LineEvent = CallQueued | WaitPromised | ExitChosen | CallerStrayed | CallerReturned | CallEnded


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened."""

    at: Instant
    seconds: float  #: since the story began
    text: str


def tell(
    rows: Iterable[JournalRow], *, mask: Callable[[str], str] = mask_number
) -> list[StoryLine]:
    """Return what happened, a line per thing; late events are left out.

    Args:
        rows: rows of one call or of one agent, in order.
        mask: how callers' numbers are shown.
    """
    lines: list[StoryLine] = []
    for step in steps(list(rows)):
        for row in step[1:] if is_void(step) else step:
            text = _text(row.what, mask)
            if text:
                seconds = row.at - lines[0].at if lines else 0.0
                lines.append(StoryLine(row.at, seconds, text))
    return lines


def _text(what: What, mask: Callable[[str], str]) -> str:
    match what:
        case _ if isinstance(what, CallArrived | CallMissed | ItemEvent):
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


def _with_numbers(what: CallArrived | CallMissed | ItemEvent, mask: Callable[[str], str]) -> str:
    match what:
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
        case ShowClosure() | RingStaff() | TargetMissed() | Connect() | ShowCall() | ShowOutcome():
            return _seldom(what)


def _seldom(
    what: ShowClosure | RingStaff | TargetMissed | Connect | ShowCall | ShowOutcome,
) -> str:
    match what:
        case ShowClosure():
            return tell_house(what)
        case RingStaff():
            return f"the client's staff are rung: {what.number}"
        case TargetMissed():
            return f"cannot be had: {what.reason}"
        case ShowOutcome(defaulted=True):
            return f"{what.agent} gave no outcome in time: {what.disposition} is taken"
        case ShowCall(became=became) if became is not None:
            return f"goes on as {became}"
        case Connect() | ShowCall() | ShowOutcome():  # their events are told
            return ""


def _way(what: DivertCall | MoveCall) -> str:
    match what:
        case DivertCall():
            to = what.flow or what.number or ("voicemail" if what.voicemail else "")
            return f"left {what.queue} for {to}: {what.reason}"
        case MoveCall():
            return f"sent on to {what.to}, at the place it had: {what.reason}"


def _event(
    what: CallEvent | AgentEvent | PhoneEvent | OutcomeEvent | SystemEvent | ClosureEvent,
) -> str:
    match what:
        case AgentLoggedIn() | AgentLoggedOut() | AgentWentReady() | AgentWentNotReady():
            return tell_shift(what)
        case (
            AgentPaused()
            | AgentResumed()
            | WrapUpExtended()
            | WrongPinGiven()
            | HelpAsked()
            | HelpAnswered()
            | HelpUnanswered()
        ):
            return tell_desk(what)
        case PlanLoaded() | SwitchLost() | SwitchResynced() | NumbersClosed() | NumbersOpened():
            return tell_house(what)
        case PhoneLost() | PhoneFound() | OwnCallStarted() | OwnCallEnded():
            return tell_phone(what)
        case OutcomeSet() | FormFilled() | OutcomeEntryStarted() | OutcomeEntryEnded():
            return _outcome_event(what)
        case _:
            return _call_event(what)


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
        case OutcomeEntryStarted():
            return f"{what.agent} types the outcome"
        case OutcomeEntryEnded():
            return f"{what.agent} is done typing"


def _speaker(what: OutcomeSet | FormFilled) -> str:
    return what.agent if what.by in ("", what.agent) else f"{what.by}, for {what.agent},"


def _call_event(what: CallEvent) -> str:
    if isinstance(what, FlowEvent):
        return tell_flow(what)
    match what:
        case CallArrived() | CallMissed() | RecordingStarted() | RecordingFailed():
            return _recorded(what)
        case (
            CallQueued()
            | WaitPromised()
            | ExitChosen()
            | CallerStrayed()
            | CallerReturned()
            | CallEnded()
        ):
            return _line_event(what)
        case (
            OfferRinging()
            | OfferAccepted()
            | OfferDeclined()
            | ConversationStarted()
            | ConversationFailed()
            | ConversationEnded()
        ):
            return _talk_event(what)
        case _:
            return _control_event(what)


def _recorded(what: CallArrived | CallMissed | RecordingStarted | RecordingFailed) -> str:
    match what:
        case RecordingStarted():
            return f"recorded to {what.recording}"
        case RecordingFailed():
            return f"NOT recorded: {what.reason}"
        case CallArrived() | CallMissed():
            return "arrived"


def _control_event(what: ControlEvent | SupervisionEvent) -> str:
    match what:
        case AgentDialled():
            return f"{what.agent} dialled {mask_number(what.number)}: {what.kind}"
        case CallDirected():
            return f"for {what.agent} alone"
        case HoldStarted():
            return f"{what.agent} put the caller on hold"
        case HoldEnded():
            return f"{what.agent} is back with the caller"
        case ConferenceStarted():
            return f"{what.agent} joined caller and agent"
        case _:
            return _move_event(what)


def _supervised(what: SupervisionEvent) -> str:
    match what:
        case CallMovedByHand():
            return f"{what.by} has the caller wait in {what.queue}"
        case CallReprioritised():
            return f"{what.by} gave the caller priority {what.priority}"


def _move_event(
    what: CallTransferred
    | CallHandedOver
    | CallHandedOut
    | StaffAnswered
    | StaffMissed
    | SupervisionEvent,
) -> str:
    match what:
        case StaffAnswered():
            return "the client's staff answered"
        case StaffMissed():
            return f"the client's staff cannot be had: {what.reason}"
        case CallTransferred():
            to = what.to_agent or what.queue or what.number
            return f"{what.agent} sent the caller on to {to}"
        case CallHandedOver():
            return f"{what.agent} handed the caller over to {what.to_agent}"
        case CallHandedOut():
            return f"{what.agent} handed the caller over to the client's staff"
        case CallMovedByHand() | CallReprioritised():
            return _supervised(what)


def _line_event(what: LineEvent) -> str:
    match what:
        case CallQueued():
            return f"queued in {what.queue}"
        case WaitPromised():
            return f"promised an answer in {what.low_seconds:.0f} to {what.high_seconds:.0f} s"
        case CallEnded():
            return f"call ended by {what.by}: {what.cause}"
        case ExitChosen() | CallerStrayed() | CallerReturned():
            return _way_out(what)


def _way_out(what: ExitChosen | CallerStrayed | CallerReturned) -> str:
    match what:
        case ExitChosen():
            return f"pressed {what.key} for {what.to.place}"
        case CallerStrayed():
            return "the engine was away: the dialplan's fallback has the caller"
        case CallerReturned():
            return "the caller is back"


def _talk_event(
    what: OfferRinging
    | OfferAccepted
    | OfferDeclined
    | ConversationStarted
    | ConversationFailed
    | ConversationEnded,
) -> str:
    match what:
        case OfferRinging():
            return f"{what.agent}'s phone rings"
        case OfferAccepted():
            return f"{what.agent} answered"
        case OfferDeclined():
            return told(what.agent, outcome_of_refusal(what), what.reason)
        case ConversationStarted():
            return f"bridged with {what.agent}"
        case ConversationFailed():
            return f"{what.agent} was gone before the bridge"
        case ConversationEnded():
            return f"conversation with {what.agent} ended by {what.by}"
