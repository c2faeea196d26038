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
from ccengine.core.events.cards import (
    CardEntryEnded,
    CardEntryStarted,
    CardField,
    CardFieldTyped,
    CardOutcome,
    CardPaymentSent,
    CardTalkResumed,
)
from ccengine.core.events.causes import CoachMode, HoldBy, Miss, Party, Reached
from ccengine.core.events.closures import NumbersClosed, NumbersOpened
from ccengine.core.events.coaching import (
    CallTakenOver,
    CoachingEnded,
    CoachingStarted,
    CoachLeaked,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
)
from ccengine.core.events.consents import (
    ConsentAnswer,
    ConsentAsked,
    ConsentGiven,
    ConsentKind,
    ConsentRefused,
)
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
from ccengine.core.events.dialing import (
    AbandonWindowOpened,
    CampaignFinished,
    CampaignPaused,
    CampaignStarted,
    HeardBy,
    LeadAbandoned,
    LeadAccepted,
    LeadAnswered,
    LeadDialed,
    LeadHeldBack,
    LeadMachineHeard,
    LeadsClaimed,
    LeadSkipped,
    LeadUnanswered,
    PreviewHeldBack,
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
    ItemEvent,
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
)
from ccengine.core.events.outcomes import (
    FormFilled,
    LeadCallbackBooked,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeEvent,
    OutcomeSet,
)
from ccengine.core.events.quality import (
    DisputeAnswered,
    ReviewDisputed,
    ReviewPublished,
    TalkMeasured,
)
from ccengine.core.events.recording_health import (
    GapKind,
    PartyHeard,
    PartyUnheard,
    RecordingGapFound,
)
from ccengine.core.events.recordings import (
    OWN_PAUSES,
    PauseReason,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from ccengine.core.events.supervision import CallMovedByHand, CallReprioritised
from ccengine.core.events.system import (
    DiskLevel,
    DiskLevelChanged,
    PlanLoaded,
    SwitchLost,
    SwitchResynced,
)

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
CardEvent = CardEntryStarted | CardFieldTyped | CardPaymentSent | CardEntryEnded | CardTalkResumed
ConsentEvent = ConsentAsked | ConsentGiven | ConsentRefused
RecordingHealthEvent = RecordingGapFound | PartyUnheard | PartyHeard
RecordingTurn = (
    RecordingStarted | RecordingStopped | RecordingFailed | RecordingPaused | RecordingResumed
)
RecordingEvent = RecordingTurn | RecordingHealthEvent
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
    | CallTakenOver
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
    | RecordingEvent
    | CallEnded
    | ControlEvent
    | CardEvent
    | ConsentEvent
    | SupervisionEvent
)
ShiftEvent = AgentLoggedIn | AgentLoggedOut | AgentWentReady | AgentWentNotReady
DeskEvent = AgentPaused | AgentResumed | WrapUpExtended | WrongPinGiven
HelpEvent = HelpAsked | HelpAnswered | HelpUnanswered
AgentEvent = ShiftEvent | DeskEvent | HelpEvent
PhoneEvent = PhoneLost | PhoneFound | OwnCallStarted | OwnCallEnded
ClosureEvent = NumbersClosed | NumbersOpened
QualityEvent = TalkMeasured | ReviewPublished | ReviewDisputed | DisputeAnswered
CoachingEvent = (
    CoachingStarted | CoachModeChanged | CoachRouted | CoachParted | CoachLeaked | CoachingEnded
)
CampaignEvent = (
    CampaignStarted | CampaignPaused | CampaignFinished | AbandonWindowOpened | LeadsClaimed
)
InAirEvent = LeadDialed | LeadHeldBack | LeadAnswered | LeadUnanswered
LeadEvent = InAirEvent | LeadAbandoned | LeadMachineHeard
PreviewEvent = LeadAccepted | LeadSkipped | PreviewHeldBack
DialingEvent = CampaignEvent | LeadEvent | PreviewEvent
SystemEvent = PlanLoaded | SwitchLost | SwitchResynced | DiskLevelChanged
Event = (
    CallEvent
    | ItemEvent
    | AgentEvent
    | PhoneEvent
    | OutcomeEvent
    | CoachingEvent
    | ClosureEvent
    | QualityEvent
    | DialingEvent
    | SystemEvent
)

__all__ = [
    "OWN_PAUSES",
    "SCHEMA",
    "AbandonWindowOpened",
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
    "CallTakenOver",
    "CallTransferred",
    "CallbackAnswered",
    "CallbackAsked",
    "CallbackConfirmed",
    "CallbackDialed",
    "CallbackFailed",
    "CallerReturned",
    "CallerStrayed",
    "CampaignEvent",
    "CampaignFinished",
    "CampaignPaused",
    "CampaignStarted",
    "CardEntryEnded",
    "CardEntryStarted",
    "CardEvent",
    "CardField",
    "CardFieldTyped",
    "CardOutcome",
    "CardPaymentSent",
    "CardTalkResumed",
    "ClosureEvent",
    "CoachLeaked",
    "CoachMode",
    "CoachModeChanged",
    "CoachParted",
    "CoachRouted",
    "CoachingEnded",
    "CoachingEvent",
    "CoachingStarted",
    "ConferenceStarted",
    "ConsentAnswer",
    "ConsentAsked",
    "ConsentEvent",
    "ConsentGiven",
    "ConsentKind",
    "ConsentRefused",
    "ControlEvent",
    "ConversationEnded",
    "ConversationFailed",
    "ConversationStarted",
    "DeskEvent",
    "DialingEvent",
    "DiskLevel",
    "DiskLevelChanged",
    "DisputeAnswered",
    "Event",
    "ExitChosen",
    "FlowDataSet",
    "FlowEvent",
    "FlowStepEntered",
    "FormFilled",
    "GapKind",
    "HeardBy",
    "HelpAnswered",
    "HelpAsked",
    "HelpEvent",
    "HelpUnanswered",
    "HoldBy",
    "HoldEnded",
    "HoldStarted",
    "InAirEvent",
    "ItemEvent",
    "LanguageChosen",
    "LeadAbandoned",
    "LeadAccepted",
    "LeadAnswered",
    "LeadCallbackBooked",
    "LeadDialed",
    "LeadEvent",
    "LeadHeldBack",
    "LeadMachineHeard",
    "LeadSkipped",
    "LeadUnanswered",
    "LeadsClaimed",
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
    "PartyHeard",
    "PartyUnheard",
    "PauseReason",
    "PhoneEvent",
    "PhoneFound",
    "PhoneLost",
    "PlaceReclaimed",
    "PlanLoaded",
    "PreviewEvent",
    "PreviewHeldBack",
    "QualityEvent",
    "Reached",
    "RecordingEvent",
    "RecordingFailed",
    "RecordingGapFound",
    "RecordingHealthEvent",
    "RecordingPaused",
    "RecordingResumed",
    "RecordingStarted",
    "RecordingStopped",
    "RecordingTurn",
    "ReviewDisputed",
    "ReviewPublished",
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
    "TalkMeasured",
    "WaitPromised",
    "WrapUpExtended",
    "WrongPinGiven",
]
