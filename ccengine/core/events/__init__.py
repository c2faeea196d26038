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
    FlowStepEntered,
    WaitPromised,
)
from ccengine.core.events.causes import Miss, Party, Reached
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
from ccengine.core.events.system import PlanLoaded, SwitchLost, SwitchResynced

SCHEMA = 1

CallEvent = (
    CallArrived
    | CallMissed
    | FlowStepEntered
    | CallQueued
    | WaitPromised
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
)
ShiftEvent = AgentLoggedIn | AgentLoggedOut | AgentWentReady | AgentWentNotReady
DeskEvent = AgentPaused | AgentResumed | WrapUpExtended | WrongPinGiven
HelpEvent = HelpAsked | HelpAnswered | HelpUnanswered
AgentEvent = ShiftEvent | DeskEvent | HelpEvent
PhoneEvent = PhoneLost | PhoneFound | OwnCallStarted | OwnCallEnded
OutcomeEvent = OutcomeSet | FormFilled | OutcomeEntryStarted | OutcomeEntryEnded
SystemEvent = PlanLoaded | SwitchLost | SwitchResynced
Event = CallEvent | AgentEvent | PhoneEvent | OutcomeEvent | SystemEvent

__all__ = [
    "SCHEMA",
    "AgentEvent",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentPaused",
    "AgentResumed",
    "AgentWentNotReady",
    "AgentWentReady",
    "CallArrived",
    "CallEnded",
    "CallEvent",
    "CallMissed",
    "CallQueued",
    "CallerReturned",
    "CallerStrayed",
    "ConversationEnded",
    "ConversationFailed",
    "ConversationStarted",
    "DeskEvent",
    "Event",
    "FlowStepEntered",
    "FormFilled",
    "HelpAnswered",
    "HelpAsked",
    "HelpEvent",
    "HelpUnanswered",
    "Miss",
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
    "PlanLoaded",
    "Reached",
    "RecordingFailed",
    "RecordingStarted",
    "ShiftEvent",
    "SwitchLost",
    "SwitchResynced",
    "SystemEvent",
    "WaitPromised",
    "WrapUpExtended",
    "WrongPinGiven",
]
