"""What each event changes: one place that knows which rule an event belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import (
    closures,
    contacts,
    deadlines,
    desk,
    exits,
    flows,
    handover,
    items,
    offers,
    outcomes,
    promises,
    reclaims,
    replanning,
    shifts,
    staff,
    supervision,
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
    CallbackAnswered,
    CallbackAsked,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
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
    Event,
    ExitChosen,
    FlowDataSet,
    FlowEvent,
    FlowStepEntered,
    FormFilled,
    HelpAnswered,
    HelpAsked,
    HelpUnanswered,
    HoldEnded,
    HoldStarted,
    LanguageChosen,
    MessageAsked,
    MessageLeft,
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
    PlaceReclaimed,
    PlanLoaded,
    RecordingFailed,
    RecordingStarted,
    StaffAnswered,
    StaffMissed,
    SubmissionMade,
    SurveyAnswered,
    SurveyAsked,
    SurveyLow,
    SwitchLost,
    SwitchResynced,
    WaitPromised,
    WrapUpExtended,
    WrongPinGiven,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.events import (
        ClosureEvent,
        DeskEvent,
        HelpEvent,
        OutcomeEvent,
        PhoneEvent,
        ShiftEvent,
        SystemEvent,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

OfferEvent = OfferRinging | OfferAccepted | OfferDeclined
ConversationEvent = ConversationStarted | ConversationFailed | ConversationEnded
RecordingEvent = RecordingStarted | RecordingFailed
LineEvent = (
    FlowEvent | CallQueued | WaitPromised | ExitChosen | CallerStrayed | CallerReturned | CallEnded
)
AttemptEvent = CallbackDialed | CallbackAnswered | CallbackConfirmed | CallbackFailed
HoldEvent = HoldStarted | HoldEnded
MoveEvent = CallTransferred | CallHandedOver | CallHandedOut
StaffEvent = StaffAnswered | StaffMissed
KnownControlEvent = HoldEvent | MoveEvent | StaffEvent | CallDirected | ConferenceStarted
KnownItemEvent = AttemptEvent | PlaceReclaimed | CallMovedByHand | CallReprioritised
KnownCallEvent = (
    KnownControlEvent | KnownItemEvent | OfferEvent | ConversationEvent | RecordingEvent | LineEvent
)


def apply(floor: Floor, event: Event, now: Instant) -> None:
    """Change what the event changes; a late one changes nothing and is counted.

    Raises:
        CoreError: the event is impossible in the present state, which is left as it was.
    """
    match event:
        case AgentLoggedIn() | AgentLoggedOut() | AgentWentReady() | AgentWentNotReady():
            _handle_shift(floor, event, now)
        case (
            AgentPaused()
            | AgentResumed()
            | WrapUpExtended()
            | WrongPinGiven()
            | HelpAsked()
            | HelpAnswered()
            | HelpUnanswered()
        ):
            _handle_desk(floor, event, now)
        case PlanLoaded() | SwitchLost() | SwitchResynced() | NumbersClosed() | NumbersOpened():
            _handle_house(floor, event, now)
        case PhoneLost() | PhoneFound() | OwnCallStarted() | OwnCallEnded():
            _handle_phone(floor, event, now)
        case OutcomeSet() | FormFilled() | OutcomeEntryStarted() | OutcomeEntryEnded():
            _handle_outcome(floor, event, now)
        case CallArrived() | CallMissed() | AgentDialled() | CallbackAsked() | MessageLeft():
            _handle_newcomer(floor, event, now)
        case _ if event.call not in floor.calls:
            floor.ignored += 1
        case _:
            _handle_call(floor, event, now)


def _handle_call(floor: Floor, event: KnownCallEvent, now: Instant) -> None:
    match event:
        case OfferRinging() | OfferAccepted() | OfferDeclined():
            _handle_offer(floor, event, now)
        case ConversationStarted() | ConversationFailed() | ConversationEnded():
            _handle_conversation(floor, event, now)
        case RecordingStarted() | RecordingFailed():
            contacts.note_recording(floor, event)
        case CallDirected():
            handover.direct(floor, event, now)
        case ConferenceStarted() | HoldStarted() | HoldEnded():
            _handle_talk(floor, event)
        case CallTransferred() | CallHandedOver() | CallHandedOut():
            _handle_move(floor, event, now)
        case StaffAnswered() | StaffMissed():
            _handle_staff(floor, event, now)
        case _:
            _handle_item_or_line(floor, event, now)


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


def _handle_newcomer(
    floor: Floor,
    event: CallArrived | CallMissed | AgentDialled | CallbackAsked | MessageLeft,
    now: Instant,
) -> None:
    match event:
        case CallArrived():
            contacts.arrive(floor, event)
        case CallMissed():
            contacts.miss(floor, event)
        case AgentDialled():
            handover.dial(floor, event, now)
        case CallbackAsked() if event.origin not in floor.calls:
            floor.ignored += 1  # the caller hung up first
        case CallbackAsked():
            items.ask(floor, event, now)
        case MessageLeft():
            items.leave_message(floor, event, now)


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


def _handle_shift(floor: Floor, event: ShiftEvent, now: Instant) -> None:
    match event:
        case AgentLoggedIn():
            shifts.log_in(floor, event, now)
        case AgentLoggedOut():
            shifts.log_out(floor, event, now)
        case AgentWentReady():
            shifts.go_ready(floor, event, now)
        case AgentWentNotReady():
            shifts.go_not_ready(floor, event, now)


def _handle_desk(floor: Floor, event: DeskEvent | HelpEvent, now: Instant) -> None:
    match event:
        case AgentPaused():
            desk.pause(floor, event)
        case AgentResumed():
            desk.resume(floor, event)
        case WrapUpExtended():
            shifts.extend_wrap_up(floor, event)
        case WrongPinGiven():
            desk.note_wrong_pin(floor, event, now)
        case HelpAsked():
            desk.ask_for_help(floor, event, now)
        case HelpAnswered() | HelpUnanswered():
            desk.end_asking(floor, event)


def _handle_outcome(floor: Floor, event: OutcomeEvent, now: Instant) -> None:
    match event:
        case OutcomeSet():
            outcomes.set_outcome(floor, event, now)
        case FormFilled():
            outcomes.fill_form(floor, event, now)
        case OutcomeEntryStarted():
            outcomes.start_entry(floor, event, now)
        case OutcomeEntryEnded():
            outcomes.end_entry(floor, event, now)


def _handle_phone(floor: Floor, event: PhoneEvent, now: Instant) -> None:
    match event:
        case PhoneLost():
            shifts.lose_phone(floor, event, now)
        case PhoneFound():
            shifts.find_phone(floor, event)
        case OwnCallStarted():
            shifts.start_own_call(floor, event)
        case OwnCallEnded():
            shifts.end_own_call(floor, event)


def _handle_house(floor: Floor, event: SystemEvent | ClosureEvent, now: Instant) -> None:
    match event:
        case NumbersClosed() | NumbersOpened():
            closures.switch(floor, event, now)
        case PlanLoaded():
            replanning.take_over(floor, event.plan, now)
        case SwitchLost():
            floor.held = True
        case SwitchResynced():
            floor.held = False
            deadlines.meet_due(floor, now)
            floor.open_all()


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
    match event:
        case CallTransferred():
            handover.transfer(floor, event, now)
        case CallHandedOver():
            handover.hand_over(floor, event, now)
        case CallHandedOut():
            handover.hand_out(floor, event, now)


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
