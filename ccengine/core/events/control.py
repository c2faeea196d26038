"""What agents do with calls: dial, hold, transfer, hand over, bring together."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.events.causes import HoldBy
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId, TenantId
from ccengine.core.states import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDialled:
    """An agent makes a call by hand: to the outside, to a colleague, or to consult one."""

    call: CallId
    agent: AgentId
    tenant: TenantId
    client: ClientId  #: for whom; empty: a call between colleagues
    number: str  #: what was dialled
    channel: str  #: the far end's; between colleagues that of the agent who calls
    leg: str  #: the agent's own channel
    kind: Kind
    node: str
    origin: CallId | None = None  #: the customer's call that is consulted about
    outside: str = ""  #: the channel of the client's staff, who are no agents


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDirected:
    """A call is for this agent and nobody else."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred:
    """An agent sends the caller on without waiting for an answer. One of the three is set."""

    call: CallId
    agent: AgentId  #: whose call it was
    to_agent: AgentId | None = None
    queue: QueueId | None = None
    number: str | None = None  #: of the client's staff


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHandedOver:
    """The caller is with the colleague who was consulted; the first agent has left."""

    call: CallId
    agent: AgentId  #: whose call it was
    to_agent: AgentId
    consult: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHandedOut:
    """The caller is with the client's own staff; the agent has left."""

    call: CallId
    agent: AgentId
    consult: CallId
    channel: str  #: of the staff
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAnswered:
    """The client's own staff have answered whom an agent has sent to them, and the two talk."""

    call: CallId
    leg: str  #: of the staff
    bridge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMissed:
    """The client's own staff cannot be had, or did not answer."""

    call: CallId
    leg: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted:
    """The agent has put the caller on hold."""

    call: CallId
    agent: AgentId
    how: HoldBy


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded:
    """The agent talks with the caller again."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceStarted:
    """The consulted colleague has joined agent and caller."""

    call: CallId  #: the consult
    agent: AgentId  #: who was consulted
    bridge: str  #: the customer's
    channel: str  #: of the agent who consulted
