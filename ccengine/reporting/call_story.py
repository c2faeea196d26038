"""The story of what happens to a call, an event a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    AgentDialled,
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
    CallTakenOver,
    CallTransferred,
    CardEvent,
    ConferenceStarted,
    ConsentEvent,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    ExitChosen,
    FlowEvent,
    HoldEnded,
    HoldStarted,
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    RecordingEvent,
    StaffAnswered,
    StaffMissed,
    WaitPromised,
)
from ccengine.reporting.card_story import tell_beside
from ccengine.reporting.flow_story import tell_flow
from ccengine.reporting.masking import mask_number
from ccengine.reporting.offer_outcomes import outcome_of_refusal, told
from ccengine.reporting.recording_story import tell_recording

if TYPE_CHECKING:
    from ccengine.core.events import CallEvent, ControlEvent, SupervisionEvent

    LineEvent = CallQueued | WaitPromised | ExitChosen | CallerStrayed | CallerReturned | CallEnded


def tell_call_event(what: CallEvent) -> str:
    """Return what one of a call's events says."""
    if isinstance(what, FlowEvent):
        return tell_flow(what)
    if isinstance(what, RecordingEvent | CardEvent | ConsentEvent):
        return tell_recording(what) if isinstance(what, RecordingEvent) else tell_beside(what)
    match what:
        case CallArrived() | CallMissed():
            return "arrived"
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


def _supervised(what: SupervisionEvent | CallTakenOver) -> str:
    match what:
        case CallTakenOver():
            return f"{what.to_agent} took the caller over from {what.agent}"
        case CallMovedByHand():
            return f"{what.by} has the caller wait in {what.queue}"
        case CallReprioritised():
            return f"{what.by} gave the caller priority {what.priority}"


def _move_event(
    what: CallTransferred
    | CallHandedOver
    | CallHandedOut
    | CallTakenOver
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
        case CallMovedByHand() | CallReprioritised() | CallTakenOver():
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
