"""What each event of a call that is alive changes: which rule it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import (
    cards,
    coaching,
    consents,
    contacts,
    exits,
    flows,
    handover,
    items,
    offers,
    promises,
    reclaims,
    recordings,
    staff,
    supervision,
)
from ccengine.core.events import (
    CallbackAnswered,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
    CallDirected,
    CallEnded,
    CallerReturned,
    CallerStrayed,
    CallHandedOut,
    CallHandedOver,
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
    FlowDataSet,
    FlowEvent,
    FlowStepEntered,
    HoldEnded,
    HoldStarted,
    LanguageChosen,
    MessageAsked,
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    PlaceReclaimed,
    RecordingEvent,
    StaffAnswered,
    StaffMissed,
    SubmissionMade,
    SurveyAnswered,
    SurveyAsked,
    SurveyLow,
    WaitPromised,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

OfferEvent = OfferRinging | OfferAccepted | OfferDeclined
ConversationEvent = ConversationStarted | ConversationFailed | ConversationEnded
LineEvent = (
    FlowEvent | CallQueued | WaitPromised | ExitChosen | CallerStrayed | CallerReturned | CallEnded
)
AttemptEvent = CallbackDialed | CallbackAnswered | CallbackConfirmed | CallbackFailed
HoldEvent = HoldStarted | HoldEnded
MoveEvent = CallTransferred | CallHandedOver | CallHandedOut | CallTakenOver
StaffEvent = StaffAnswered | StaffMissed
KnownControlEvent = HoldEvent | MoveEvent | StaffEvent | CallDirected | ConferenceStarted
KnownItemEvent = AttemptEvent | PlaceReclaimed | CallMovedByHand | CallReprioritised
KnownCallEvent = (
    KnownControlEvent
    | KnownItemEvent
    | OfferEvent
    | ConversationEvent
    | RecordingEvent
    | CardEvent
    | ConsentEvent
    | LineEvent
)


def handle(floor: Floor, event: KnownCallEvent, now: Instant) -> None:
    """Change what an event of a call changes that is alive.

    Raises:
        CoreError: the event is impossible in the present state, which is left as it was.
    """
    if isinstance(event, RecordingEvent | CardEvent | ConsentEvent):
        _handle_beside(floor, event, now)
        return
    match event:
        case OfferRinging() | OfferAccepted() | OfferDeclined():
            _handle_offer(floor, event, now)
        case ConversationStarted() | ConversationFailed() | ConversationEnded():
            _handle_conversation(floor, event, now)
        case CallDirected():
            handover.direct(floor, event, now)
        case ConferenceStarted() | HoldStarted() | HoldEnded():
            _handle_talk(floor, event)
        case CallTransferred() | CallHandedOver() | CallHandedOut() | CallTakenOver():
            _handle_move(floor, event, now)
        case StaffAnswered() | StaffMissed():
            _handle_staff(floor, event, now)
        case _:
            _handle_item_or_line(floor, event, now)


def _handle_beside(
    floor: Floor, event: RecordingEvent | CardEvent | ConsentEvent, now: Instant
) -> None:
    """Take note of what goes on beside a call, and moves it nowhere."""
    if isinstance(event, RecordingEvent):
        recordings.note(floor, event, now)
    elif isinstance(event, CardEvent):
        cards.note(floor, event, now)
    else:
        consents.note(floor, event, now)


def _handle_item_or_line(floor: Floor, event: KnownItemEvent | LineEvent, now: Instant) -> None:
    match event:
        case CallbackDialed() | CallbackAnswered() | CallbackConfirmed() | CallbackFailed():
            _handle_attempt(floor, event, now)
        case PlaceReclaimed():
            reclaims.reclaim(floor, event)
        case CallMovedByHand():
            supervision.move(floor, event, now)
        case CallReprioritised():
            supervision.reprioritise(floor, event)
        case _:
            _handle_line(floor, event, now)


def _handle_attempt(floor: Floor, event: AttemptEvent, now: Instant) -> None:
    match event:
        case CallbackDialed():
            items.dial(floor, event, now)
        case CallbackConfirmed():
            items.confirm(floor, event, now)
        case _ if not items.concerns(floor.calls[event.call], event):
            floor.ignored += 1
        case CallbackAnswered():
            items.answer(floor, event, now)
        case CallbackFailed():
            items.fail(floor, event, now)


def _handle_offer(floor: Floor, event: OfferEvent, now: Instant) -> None:
    if not offers.is_open(floor, event):
        floor.ignored += 1
        return
    match event:
        case OfferRinging():
            pass
        case OfferAccepted():
            offers.accept(floor, event, now)
        case OfferDeclined():
            offers.decline(floor, event, now)


def _handle_conversation(floor: Floor, event: ConversationEvent, now: Instant) -> None:
    if floor.calls[event.call].agent != event.agent:
        floor.ignored += 1
        return
    match event:
        case ConversationStarted():
            contacts.start_conversation(floor, event, now)
        case ConversationFailed():
            contacts.fail_conversation(floor, event, now)
        case ConversationEnded():
            contacts.end_conversation(floor, event, now)


def _handle_talk(floor: Floor, event: HoldEvent | ConferenceStarted) -> None:
    call = floor.calls[event.call]
    if call.agent != event.agent or call.state is not CallState.TALKING:
        floor.ignored += 1
        return
    match event:
        case HoldStarted():
            cards.expect_none(call)
            handover.hold(floor, event)
        case HoldEnded():
            handover.retrieve(floor, event)
        case ConferenceStarted():
            handover.join(floor, event)


def _handle_move(floor: Floor, event: MoveEvent, now: Instant) -> None:
    call = floor.calls[event.call]
    if call.agent != event.agent or call.state is not CallState.TALKING:
        floor.ignored += 1
        return
    if not isinstance(event, CallTakenOver):  # which checks by itself what may be stopped for it
        cards.expect_none(call)
    match event:
        case CallTransferred():
            handover.transfer(floor, event, now)
        case CallHandedOver():
            handover.hand_over(floor, event, now)
        case CallHandedOut():
            handover.hand_out(floor, event, now)
        case CallTakenOver():
            coaching.take_over(floor, event, now)


def _handle_staff(floor: Floor, event: StaffEvent, now: Instant) -> None:
    call = floor.calls[event.call]
    if call.state is not CallState.SENT_OUT or call.outside != event.leg:
        floor.ignored += 1
        return
    match event:
        case StaffAnswered():
            staff.hand_out(floor, event)
        case StaffMissed():
            staff.miss(floor, event, now)


def _handle_line(floor: Floor, event: LineEvent, now: Instant) -> None:
    match event:
        case (
            FlowStepEntered()
            | FlowDataSet()
            | LanguageChosen()
            | MessageAsked()
            | SubmissionMade()
            | SurveyAsked()
            | SurveyAnswered()
            | SurveyLow()
        ):
            flows.note(floor, event)
        case CallQueued():
            contacts.queue(floor, event, now)
        case WaitPromised():
            promises.promise(floor, event, now)
        case ExitChosen():
            exits.leave_by_key(floor, event, now)
        case CallerStrayed() | CallerReturned():
            _handle_caller_alone(floor, event, now)
        case CallEnded():
            contacts.end(floor, event, now)


def _handle_caller_alone(floor: Floor, event: CallerStrayed | CallerReturned, now: Instant) -> None:
    item = floor.calls[event.call].item
    match event:
        case _ if item is not None and not item.is_live:
            floor.ignored += 1
        case CallerStrayed():
            contacts.stray(floor, event, now)
        case CallerReturned():
            contacts.come_back(floor, event, now)
