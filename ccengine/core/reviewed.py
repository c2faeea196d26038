"""What a review is about: one agent's part in a call that is over."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.states import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """Said by each event of a review, which comes days after the call's own rows."""

    call: CallId
    agent: AgentId
    review: str
    queue: QueueId | None = None  #: whose call it was
    number: str = ""  #: that was dialed
    kind: Kind = Kind.CALL
    team: str = ""  #: the agent's
