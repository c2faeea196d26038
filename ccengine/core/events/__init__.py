"""Everything that can happen. Past tense; facts, never requests.

A closed union: whoever takes an event apart does so by `match`, and mypy names each place that
forgot one. `SCHEMA` goes up when a field changes its meaning.
"""

from __future__ import annotations

from ccengine.core.events.agents import (
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
from ccengine.core.events.calls import (
    CallArrived,
    CallEnded,
    CallerReturned,
    CallerStrayed,
    CallMissed,
    CallQueued,
    ExitChosen,
    WaitPromised,
)
from ccengine.core.events.causes import HoldBy, Miss, Party, Reached
from ccengine.core.events.closures import NumbersClosed, NumbersOpened
from ccengine.core.events.control import (
    AgentDialled,
    CallDirected,
    CallHandedOut,
    CallHandedOver,
    CallTransferred,
    ConferenceStarted,
    HoldEnded,
    HoldStarted,
    StaffAnswered,
    StaffMissed,
)
from ccengine.core.events.flows import (
    FlowDataSet,
    FlowStepEntered,
    LanguageChosen,
    MessageAsked,
    SubmissionMade,
    SurveyAnswered,
    SurveyAsked,
    SurveyLow,
)
from ccengine.core.events.items import (
    CallbackAnswered,
    CallbackAsked,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
    MessageLeft,
    PlaceReclaimed,
)
from ccengine.core.events.offers import (
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    RecordingFailed,
    RecordingStarted,
)
from ccengine.core.events.outcomes import (
    FormFilled,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeSet,
)
from ccengine.core.events.supervision import CallMovedByHand, CallReprioritised
from ccengine.core.events.system import PlanLoaded, SwitchLost, SwitchResynced

SCHEMA = 1

FlowEvent = (
    FlowStepEntered
    | FlowDataSet
    | LanguageChosen
    | MessageAsked
    | SubmissionMade
    | SurveyAsked
    | SurveyAnswered
    | SurveyLow
)
SupervisionEvent = CallMovedByHand | CallReprioritised
ControlEvent = (
    AgentDialled
    | CallDirected
    | CallTransferred
    | CallHandedOver
    | CallHandedOut
    | StaffAnswered
    | StaffMissed
    | HoldStarted
    | HoldEnded
    | ConferenceStarted
)
CallEvent = (
    CallArrived
    | CallMissed
    | FlowEvent
    | CallQueued
    | WaitPromised
    | ExitChosen
    | CallerStrayed
    | CallerReturned
    | OfferRinging
    | OfferAccepted
    | OfferDeclined
    | ConversationStarted
    | ConversationFailed
    | ConversationEnded
    | RecordingStarted
    | RecordingFailed
    | CallEnded
    | ControlEvent
    | SupervisionEvent
)
ItemEvent = (
    CallbackAsked
    | MessageLeft
    | CallbackDialed
    | CallbackAnswered
    | CallbackConfirmed
    | CallbackFailed
    | PlaceReclaimed
)
ShiftEvent = AgentLoggedIn | AgentLoggedOut | AgentWentReady | AgentWentNotReady
DeskEvent = AgentPaused | AgentResumed | WrapUpExtended | WrongPinGiven
HelpEvent = HelpAsked | HelpAnswered | HelpUnanswered
AgentEvent = ShiftEvent | DeskEvent | HelpEvent
PhoneEvent = PhoneLost | PhoneFound | OwnCallStarted | OwnCallEnded
OutcomeEvent = OutcomeSet | FormFilled | OutcomeEntryStarted | OutcomeEntryEnded
ClosureEvent = NumbersClosed | NumbersOpened
SystemEvent = PlanLoaded | SwitchLost | SwitchResynced
Event = CallEvent | ItemEvent | AgentEvent | PhoneEvent | OutcomeEvent | ClosureEvent | SystemEvent

__all__ = [
    "SCHEMA",
    "AgentDialled",
    "AgentEvent",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentPaused",
    "AgentResumed",
    "AgentWentNotReady",
    "AgentWentReady",
    "CallArrived",
    "CallDirected",
    "CallEnded",
    "CallEvent",
    "CallHandedOut",
    "CallHandedOver",
    "CallMissed",
    "CallMovedByHand",
    "CallQueued",
    "CallReprioritised",
    "CallTransferred",
    "CallbackAnswered",
    "CallbackAsked",
    "CallbackConfirmed",
    "CallbackDialed",
    "CallbackFailed",
    "CallerReturned",
    "CallerStrayed",
    "ClosureEvent",
    "ConferenceStarted",
    "ControlEvent",
    "ConversationEnded",
    "ConversationFailed",
    "ConversationStarted",
    "DeskEvent",
    "Event",
    "ExitChosen",
    "FlowDataSet",
    "FlowEvent",
    "FlowStepEntered",
    "FormFilled",
    "HelpAnswered",
    "HelpAsked",
    "HelpEvent",
    "HelpUnanswered",
    "HoldBy",
    "HoldEnded",
    "HoldStarted",
    "ItemEvent",
    "LanguageChosen",
    "MessageAsked",
    "MessageLeft",
    "Miss",
    "NumbersClosed",
    "NumbersOpened",
    "OfferAccepted",
    "OfferDeclined",
    "OfferRinging",
    "OutcomeEntryEnded",
    "OutcomeEntryStarted",
    "OutcomeEvent",
    "OutcomeSet",
    "OwnCallEnded",
    "OwnCallStarted",
    "Party",
    "PhoneEvent",
    "PhoneFound",
    "PhoneLost",
    "PlaceReclaimed",
    "PlanLoaded",
    "Reached",
    "RecordingFailed",
    "RecordingStarted",
    "ShiftEvent",
    "StaffAnswered",
    "StaffMissed",
    "SubmissionMade",
    "SupervisionEvent",
    "SurveyAnswered",
    "SurveyAsked",
    "SurveyLow",
    "SwitchLost",
    "SwitchResynced",
    "SystemEvent",
    "WaitPromised",
    "WrapUpExtended",
    "WrongPinGiven",
]
