"""A call that is about to be placed, and what is asked before it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from ccengine.core.dialer.clearance import Clearance
from ccengine.core.dialer.leads import AttemptId, HeldBack, LeadKey
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.ids import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """A call that is about to be placed."""

    id: AttemptId
    client: str
    campaign: str
    lead: LeadKey
    number: str
    person: str = ""  #: the customer's key of the lead; empty: nobody knows
    node: str
    caller_id: str
    mode: Mode
    purpose: Purpose
    rules: Mapping[str, str] = field(default_factory=dict)  #: that were asked, and what they meant
    placed_at: Instant
    seller: str = ""  #: on whose behalf: shares of abandoned calls are counted by it
    debt: str = ""  #: what is collected
    script: str = ""  #: what the agent or the flow says, as records name papers
    call: str = ""  #: the id that its record and its recording have
    agent_guaranteed: bool = False  #: one is kept for it until it is over


Check = Callable[[AsyncConnection, NewAttempt], Awaitable[HeldBack | Clearance | None]]
"""Reads do-not-call, consent and caps in the transaction it is given; a clearance: it may be
called, and this is why; None: it may, and nobody says why."""
