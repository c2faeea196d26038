"""What is said of a call when it is over, or nearly.

An outcome belongs to one agent's part in a call. A later one replaces it; both stay in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.ids import AgentId, CallId, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSet:
    """It was said how a call went, for the first time or as a correction."""

    call: CallId
    agent: AgentId  #: whose part in the call
    disposition: str
    contact_reason: str = ""  #: why the customer called
    resolved: bool | None = None  #: None: not said
    by: str = ""  #: who says so; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFilled:
    """A form was filled in for a call; it replaces what was filled in before."""

    call: CallId
    agent: AgentId
    form: str  #: the version that was filled in: `nova/order@3#…`
    values: Mapping[str, str] = field(default_factory=dict)  #: the customer's; never logged
    by: str = ""  #: who filled it in; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEntryStarted:
    """An agent began to type an outcome: a wrap-up does not end while they do."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEntryEnded:
    """The agent is done with it, or gave it up."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCallbackBooked:
    """An agent has promised a lead another call, in the place of what was promised before.

    Whether the law allows a call at that time was asked before this.
    """

    call: CallId  #: to the lead; it may be over
    agent: AgentId  #: whose part in the call
    due_at: Instant | None  #: None: no call is promised any more
    is_own: bool = False  #: that agent calls, unless they do not come to it in time
    number: str = ""  #: E.164, one of the lead's; empty: the one that was dialed
    by: str = ""  #: who booked it; empty: the agent


OutcomeEvent = (
    OutcomeSet | FormFilled | LeadCallbackBooked | OutcomeEntryStarted | OutcomeEntryEnded
)
