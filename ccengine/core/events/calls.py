"""What happens to a call: it comes, waits, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.events.causes import Party, Reached
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId, SkillId, TenantId
from ccengine.core.queues import Overflow
from ccengine.core.states import Kind


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
class CallQueued:
    """A call entered a waiting line."""

    call: CallId
    queue: QueueId
    priority: int | None = None  #: None: the queue's own
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required beside the queue's
    preferred: Mapping[SkillId, int] = field(default_factory=dict)  #: wanted beside the queue's
    agents: tuple[AgentId, ...] = ()  #: the caller's own, best first
    scores: Mapping[AgentId, int] = field(default_factory=dict)  #: of those; empty: by their order
    kind: Kind = Kind.CALL
    identity: str = ""  #: who calls, as a number in international form; empty: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPromised:
    """A waiting caller was told how much longer it will take; scored when it is known."""

    call: CallId
    low_seconds: float  #: from now
    high_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitChosen:
    """A waiting caller pressed a key that leads out of the line."""

    call: CallId
    key: str
    to: Overflow  #: where the queue's rules say it leads


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
class CallEnded:
    """The call is over: the one terminal event of each call."""

    call: CallId
    by: Party
    cause: str  #: a word for people and logs, such as `hung up` or `flow ended`
    reached: Reached | None = None  #: in the dialplan, where the call had been sent on to
    ended_at: float | None = None  #: seconds since the epoch, where it is told later; None: now
