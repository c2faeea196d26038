"""A call as routing sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.commands import ShowCall
from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    OfferId,
    QueueId,
    SkillId,
    TenantId,
)
from ccengine.core.states import CallState

WaitingRank = tuple[int, int]
"""Minus the priority, then the number of arrival in the line."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One call's present state. In this release a call has at most one offer at a time."""

    id: CallId
    tenant: TenantId
    client: ClientId
    number: str
    channel: str
    caller: str = ""  #: caller id, empty when withheld
    state: CallState = CallState.IN_FLOW
    flow: str = ""  #: the step to take up again after a restart
    step: str = ""
    queue: QueueId | None = None
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required of the agent
    rank: WaitingRank = (0, 0)  #: kept until the call has talked, so a place is never lost
    offers_made: int = 0
    offer: OfferId | None = None
    agent: AgentId | None = None  #: offered to, or talking with
    bridge: str = ""
    recording: str = ""

    def shown(self) -> ShowCall:
        """Return what others are told of the call."""
        return ShowCall(call=self.id, state=self.state, queue=self.queue, agent=self.agent)
