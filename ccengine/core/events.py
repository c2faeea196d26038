"""Everything that can happen. Past tense; facts, never requests.

A closed union: whoever takes an event apart does so by `match`, and mypy names each place that
forgot one. `SCHEMA` goes up when a field changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    OfferId,
    PhoneId,
    QueueId,
    SkillId,
    TenantId,
)
from ccengine.core.plan import Plan
from ccengine.core.states import Kind

SCHEMA = 1


class Party(StrEnum):
    """Who ended something."""

    CALLER = "caller"
    AGENT = "agent"
    ENGINE = "engine"  #: our own rule or flow
    LOST = "lost"  #: found gone after the engine had been away


class Miss(StrEnum):
    """How an offer came to nothing, as far as it is the agent's or the phone's doing."""

    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    FAILED = "failed"  #: neither: Asterisk refused, or the network did


class Reached(StrEnum):
    """How far a caller came whom no engine took, or whom the engine sent on to the dialplan."""

    ARRIVAL = "arrival"  #: no further than the dialplan's first steps
    FALLBACK = "fallback"  #: was told to wait
    EMERGENCY = "emergency"  #: the client's emergency phones rang
    EMERGENCY_TALK = "emergency_talk"  #: one of them answered
    VOICEMAIL = "voicemail"  #: was asked for a message
    MESSAGE = "message"  #: the message was being recorded, or is
    PARTNER = "partner"  #: an outside partner was rung
    PARTNER_TALK = "partner_talk"  #: the partner answered


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller's channel came under our control."""

    call: CallId
    tenant: TenantId
    client: ClientId
    number: str  #: the number dialed
    caller: str  #: caller id, empty when withheld
    channel: str
    node: str
    arrived_at: float  #: when the dialplan answered; seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMissed:
    """A call came and ended without an engine; told afterwards, as its only event."""

    call: CallId
    tenant: TenantId
    client: ClientId
    number: str  #: the number dialed
    caller: str  #: caller id, empty when withheld
    node: str
    arrived_at: float  #: when the dialplan took the call; seconds since the epoch
    ended_at: float  #: when the call ended, seconds since the epoch
    by: Party  #: who ended it
    reached: Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStepEntered:
    """A flow went on to a step: where the call is taken up again after a restart."""

    call: CallId
    flow: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued:
    """A call entered a waiting line."""

    call: CallId
    queue: QueueId
    priority: int | None = None  #: None: the queue's own
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required beside the queue's
    preferred: Mapping[SkillId, int] = field(default_factory=dict)  #: wanted beside the queue's
    agents: tuple[AgentId, ...] = ()  #: the caller's own, best first
    kind: Kind = Kind.CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPromised:
    """A waiting caller was told how much longer it will take; scored when it is known."""

    call: CallId
    low_seconds: float  #: from now
    high_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStrayed:
    """The caller's channel left our control but lives: the dialplan's fallback has it."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReturned:
    """A strayed caller is back; the place in line was kept."""

    call: CallId
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRinging:
    """The agent's phone rings."""

    call: CallId
    agent: AgentId
    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    """The agent answered."""

    call: CallId
    agent: AgentId
    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    """The agent's phone refused, was busy or could not be reached."""

    call: CallId
    agent: AgentId
    offer: OfferId
    reason: str
    how: Miss = Miss.DECLINED


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted:
    """Caller and agent are bridged."""

    call: CallId
    agent: AgentId
    bridge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFailed:
    """The agent's leg was gone before it could be bridged; the caller is still there."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEnded:
    """Caller and agent are no longer bridged."""

    call: CallId
    agent: AgentId
    by: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """A conversation is being recorded."""

    call: CallId
    recording: str  #: path below the recordings folder


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """A conversation that should be recorded is not."""

    call: CallId
    recording: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The call is over: the one terminal event of each call."""

    call: CallId
    by: Party
    cause: str  #: a word for people and logs, such as `hung up` or `flow ended`
    reached: Reached | None = None  #: in the dialplan, where the call had been sent on to


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedIn:
    """An agent bound themself to a phone."""

    agent: AgentId
    phone: PhoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut:
    """An agent left; during a call it means after the call."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWentReady:
    """An agent wants calls; during wrap-up it ends the wrap-up."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWentNotReady:
    """An agent wants no calls; during a call it means after the call."""

    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLost:
    """A phone's registration ended, or it no longer answers: nobody can be rung there."""

    phone: PhoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFound:
    """A phone can be rung again."""

    phone: PhoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCallStarted:
    """A phone has a call that is not ours: dialed by hand, or taken from elsewhere."""

    phone: PhoneId
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCallEnded:
    """That call is over."""

    phone: PhoneId
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLoaded:
    """The tenant's configuration was read, at start or by reload."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost:
    """Asterisk cannot be reached: no offers, no deadlines until it can."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchResynced:
    """What was missed has been posted; offers may go on."""

    node: str


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
AgentEvent = AgentLoggedIn | AgentLoggedOut | AgentWentReady | AgentWentNotReady
PhoneEvent = PhoneLost | PhoneFound | OwnCallStarted | OwnCallEnded
SystemEvent = PlanLoaded | SwitchLost | SwitchResynced
Event = CallEvent | AgentEvent | PhoneEvent | SystemEvent
