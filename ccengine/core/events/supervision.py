"""What supervisors do with calls that wait."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import CallId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMovedByHand:
    """Somebody has a waiting caller wait in another queue of the client, at the place they had."""

    call: CallId
    queue: QueueId  #: where to
    by: str  #: who


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReprioritised:
    """Somebody gave a waiting caller another priority, which they keep in every queue."""

    call: CallId
    priority: int
    by: str  #: who
