"""What each event changes: one place that knows which rule an event belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import (
    call_reducer,
    campaign_reducer,
    closures,
    coaching,
    contacts,
    deadlines,
    desk,
    dialing,
    handover,
    items,
    outcomes,
    replanning,
    shifts,
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
    CallbackAsked,
    CallMissed,
    ClosureEvent,
    CoachingEnded,
    CoachingStarted,
    CoachLeaked,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
    DialingEvent,
    DiskLevelChanged,
    DisputeAnswered,
    Event,
    FormFilled,
    HelpAnswered,
    HelpAsked,
    HelpUnanswered,
    LeadCallbackBooked,
    MessageLeft,
    NumbersClosed,
    NumbersOpened,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeEvent,
    OutcomeSet,
    OwnCallEnded,
    OwnCallStarted,
    PhoneFound,
    PhoneLost,
    PlanLoaded,
    ReviewDisputed,
    ReviewPublished,
    SwitchLost,
    SwitchResynced,
    SystemEvent,
    TalkMeasured,
    WrapUpExtended,
    WrongPinGiven,
)

if TYPE_CHECKING:
    from ccengine.core.call_reducer import KnownCallEvent
    from ccengine.core.events import (
        AgentEvent,
        CoachingEvent,
        DeskEvent,
        HelpEvent,
        PhoneEvent,
        ShiftEvent,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant


def apply(floor: Floor, event: Event, now: Instant) -> None:
    """Change what the event changes; a late one changes nothing and is counted.

    Raises:
        CoreError: the event is impossible in the present state, which is left as it was.
    """
    match event:
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
            _handle_agent(floor, event, now)
        case _ if isinstance(event, SystemEvent | ClosureEvent):
            _handle_house(floor, event, now)
        case PhoneLost() | PhoneFound() | OwnCallStarted() | OwnCallEnded():
            _handle_phone(floor, event, now)
        case _ if isinstance(event, OutcomeEvent):
            _handle_outcome(floor, event, now)
        case (
            CoachingStarted()
            | CoachModeChanged()
            | CoachRouted()
            | CoachParted()
            | CoachLeaked()
            | CoachingEnded()
        ):
            _handle_coaching(floor, event, now)
        case CallArrived() | CallMissed() | AgentDialled() | CallbackAsked() | MessageLeft():
            _handle_newcomer(floor, event, now)
        case TalkMeasured() | ReviewPublished() | ReviewDisputed() | DisputeAnswered():
            pass  # of calls that are over; for records and figures
        case _:
            _handle_known(floor, event, now)


def _handle_known(floor: Floor, event: KnownCallEvent | DialingEvent, now: Instant) -> None:
    match event:
        case _ if isinstance(event, DialingEvent):
            campaign_reducer.handle(floor, event, now)
        case _ if event.call not in floor.calls:
            floor.ignored += 1
        case _:
            call_reducer.handle(floor, event, now)


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


def _handle_agent(floor: Floor, event: AgentEvent, now: Instant) -> None:
    match event:
        case AgentLoggedIn() | AgentLoggedOut() | AgentWentReady() | AgentWentNotReady():
            _handle_shift(floor, event, now)
        case _:
            _handle_desk(floor, event, now)


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
        case LeadCallbackBooked():
            outcomes.book_callback(floor, event, now)
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


def _handle_coaching(floor: Floor, event: CoachingEvent, now: Instant) -> None:
    match event:
        case CoachingStarted():
            coaching.start(floor, event, now)
        case _ if event.coaching not in floor.coachings:
            floor.ignored += 1
        case CoachModeChanged():
            coaching.change_mode(floor, event)
        case CoachingEnded():
            coaching.end(floor, event)
        case CoachRouted() | CoachParted() | CoachLeaked():
            pass  # told to those who read of it


def _handle_house(floor: Floor, event: SystemEvent | ClosureEvent, now: Instant) -> None:
    match event:
        case NumbersClosed() | NumbersOpened():
            closures.switch(floor, event, now)
        case PlanLoaded():
            replanning.take_over(floor, event.plan, now)
        case SwitchLost():
            floor.held = True
        case SwitchResynced():
            floor.held, floor.runs.stirred = False, True
            dialing.hear_again(floor, now)
            deadlines.meet_due(floor, now)
            floor.open_all()
        case DiskLevelChanged():
            pass  # told to those who read of it; sessions look at the disk themselves
