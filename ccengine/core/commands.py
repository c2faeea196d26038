"""Everything the core can ask for. Imperative; a closed union like the events.

`ShowAgent`, `ShowCall`, `ShowOutcome`, `ShowClosure` and `ShowCoaching` ask nobody to act: they say
what state a decision has led to, for logs, wallboards and ledgers, which so never have to guess it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, Lead, LeadKey, Promise
from ccengine.core.events.causes import CoachMode
from ccengine.core.ids import (
    AgentId,
    CallId,
    CampaignId,
    ClientId,
    ClosureId,
    CoachingId,
    Instant,
    OfferId,
    PhoneId,
    QueueId,
)
from ccengine.core.reasons import NO_REASON, AfterLimit, Why
from ccengine.core.states import AgentState, CallState


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCall:
    """Ring the agent's phone for this call."""

    offer: OfferId
    call: CallId
    agent: AgentId
    phone: PhoneId
    queue: QueueId
    ring_seconds: float
    why: Why = NO_REASON
    auto_answer: bool = False  #: a lead has answered, who waits for seconds only


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """Stop ringing: nobody answered in time, or the caller left, or the agent did."""

    offer: OfferId
    call: CallId
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Bridge the caller with the agent's answered leg, whose channel id is the offer's."""

    offer: OfferId
    call: CallId
    agent: AgentId
    queue: QueueId
    script: str = ""  #: the version that the agent is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class DivertCall:
    """The line does not take or keep the caller: go on elsewhere. One of the three is set."""

    call: CallId
    queue: QueueId
    reason: str
    flow: str | None = None
    number: str | None = None
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RingStaff:
    """Ring the client's own staff, to whom an agent has sent the caller."""

    call: CallId
    leg: str  #: of the staff, to be dialed
    number: str  #: empty: they have been dialed, by an engine that is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpItem:
    """There is a new item: it needs a session."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class DialCallback:
    """The customer's turn is near: dial them, and let them press a key."""

    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropItem:
    """Nothing more is to be done for this item: end it."""

    call: CallId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillHopper:
    """Claim leads of a campaign in the database, and tell which."""

    campaign: CampaignId
    wanted: Wanted
    agents: tuple[AgentId, ...] = ()  #: at work: what they have promised may be dialed now
    only_promised: bool = False  #: whom somebody has promised a call, and nobody else


class CampaignChange(StrEnum):
    """What a campaign's schedule may ask for."""

    START = "start"
    PAUSE = "pause"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSchedule:
    """The campaign's time begins, rests or is over: say so in the schedule's name."""

    campaign: CampaignId
    change: CampaignChange
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLeads:
    """These are not dialed now: give their claims back."""

    campaign: CampaignId
    leads: tuple[LeadKey, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall:
    """Ask the law once more, store an attempt, and dial."""

    call: CallId
    campaign: CampaignId
    client: ClientId
    lead: Lead
    number: str
    ring_seconds: float
    agent: AgentId | None = None  #: who saw the lead before, and is kept for it


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLead:
    """Show the agent this lead: they say whether it is dialed."""

    campaign: CampaignId
    lead: Lead
    agent: AgentId
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawLead:
    """The agent has this lead no more, who has neither had it dialed nor skipped it."""

    campaign: CampaignId
    lead: LeadKey
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLead:
    """Put a lead off that an agent has skipped, or has not cared for in time."""

    campaign: CampaignId
    lead: LeadKey
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCalls:
    """Hang up what still rings: nobody is left who could talk with them."""

    campaign: CampaignId
    calls: tuple[CallId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLead:
    """A call that was answered is over, and its agent's wrap-up, too: the attempt ended so."""

    call: CallId
    campaign: CampaignId
    lead: LeadKey
    attempt: AttemptId
    number: str
    outcome: AttemptOutcome
    ended_at: Instant | None = None  #: the call, not its wrap-up; None: before this was kept
    agent: AgentId | None = None  #: who talked with them last
    disposition: str = ""  #: given by that agent
    form: str = ""  #: the version that was filled in; empty: none
    values: Mapping[str, str] = field(default_factory=dict)  #: the customer's; never logged
    promise: Promise | None = None  #: of another call
    is_late: bool = False  #: abandoned by the law, and they have talked with the agent all the same
    corrects: bool = False  #: it was closed before, and not all of it was right


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCall:
    """The caller goes on waiting, at the place they had, in another queue."""

    call: CallId
    queue: QueueId  #: that they leave
    to: QueueId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindAgent:
    """The agent is not ready for longer than the reason may last: tell them, unless `then` did."""

    agent: AgentId
    reason: str
    then: AfterLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSupervisors:
    """Ring those who are free of these, and tell the first to answer who asks for help."""

    agent: AgentId
    supervisors: tuple[AgentId, ...]
    call: CallId | None = None  #: the call the agent is in
    queue: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCoach:
    """This is what a coach is to hear from now on, and how."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    mode: CoachMode
    call: CallId | None  #: None: nothing
    leg: str = ""  #: the channel by which the agent talks
    held: bool = False  #: the customer hears music
    reason: str = ""  #: why nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCoaching:
    """The coach is to follow the agent no more: one of them has left."""

    coaching: CoachingId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMissed:
    """Whom the call was for cannot be had, and there is no line for it: say so and end it."""

    call: CallId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgent:
    """The agent's state is now this."""

    agent: AgentId
    state: AgentState
    reason: str = ""  #: why not ready
    call: CallId | None = None
    phone: PhoneId | None = None
    until: Instant | None = None  #: when the state ends by itself, or its limit passes
    barred: str = ""  #: why an available agent is offered nothing
    paused: tuple[QueueId, ...] = ()  #: queues whose calls the agent does not want
    overdue: bool = False  #: the limit of the reason has passed
    locked_until: Instant | None = None  #: after wrong PINs: no log-in before


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCall:
    """The call's state is now this."""

    call: CallId
    state: CallState
    queue: QueueId | None = None
    agent: AgentId | None = None
    became: CallId | None = None  #: the item that has the caller's place now


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOutcome:
    """This is now known of an agent's part in a call. Values of a form are not repeated here."""

    call: CallId
    agent: AgentId
    offer: OfferId  #: which part of theirs
    disposition: str = ""  #: empty: only a form was filled in
    contact_reason: str = ""
    resolved: bool | None = None
    by: str = ""  #: who said so; empty: the agent
    form: str = ""  #: the version last filled in
    defaulted: bool = False  #: taken at the wrap-up's deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowClosure:
    """Numbers are now closed by one switch, or open again."""

    closure: ClosureId
    closed: bool
    by: str  #: who said so
    reason: str = ""
    since: Instant | None = None  #: closed
    until: Instant | None = None  #: they open by themselves then


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCoaching:
    """A supervisor now follows an agent this way, or does so no more."""

    coaching: CoachingId
    coach: AgentId
    agent: AgentId
    mode: CoachMode | None  #: None: it is over
    call: CallId | None = None  #: that the coach hears; None: nothing
    reason: str = ""  #: why nothing


DialingCommand = (
    FollowSchedule | RefillHopper | ReturnLeads | PlaceCall | WithdrawCalls | CloseLead | SkipLead
)
PreviewCommand = OfferLead | WithdrawLead
Command = (
    OfferCall
    | WithdrawOffer
    | Connect
    | DivertCall
    | RingStaff
    | TakeUpItem
    | DialCallback
    | DropItem
    | DialingCommand
    | PreviewCommand
    | MoveCall
    | RemindAgent
    | CallSupervisors
    | TargetMissed
    | SeatCoach
    | EndCoaching
    | ShowAgent
    | ShowCall
    | ShowClosure
    | ShowCoaching
    | ShowOutcome
)
