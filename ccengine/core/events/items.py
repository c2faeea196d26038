"""What happens to work that waits without a caller: callbacks and messages."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import CallId, ClientId, QueueId, TenantId
from ccengine.core.work_items import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """A caller wants to be called back, and keeps their place; their call ends by itself."""

    call: CallId  #: the item's own
    origin: CallId  #: the call of the caller who asked, which is alive
    tenant: TenantId
    client: ClientId
    node: str
    number: str  #: the number dialed
    caller: str  #: caller id, empty when withheld
    queue: QueueId  #: for who is in no line; else the caller's line counts
    to: str  #: the number to dial, checked, in international form
    slot: float | None = None  #: booked for this instant


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """A caller has left a message, which becomes work; their call may be over."""

    call: CallId  #: the item's own
    origin: CallId
    tenant: TenantId
    client: ClientId
    node: str
    number: str  #: the number dialed
    caller: str  #: caller id, empty when withheld
    queue: QueueId
    to: str  #: whom to call back, in international form; empty: nobody knows
    recording: str  #: path below the recordings folder, without its ending
    seconds: float
    left_at: float  #: seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialed:
    """The customer is about to be dialed: an attempt, whatever becomes of it."""

    call: CallId
    leg: str  #: channel id


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswered:
    """The customer's phone was answered, by a person or not."""

    call: CallId
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackConfirmed:
    """A key was pressed: a person is there, and waits for an agent from now on."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFailed:
    """The attempt came to nothing; or none was made, as it was not allowed any more."""

    call: CallId
    leg: str  #: empty: nothing was dialed
    how: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReclaimed:
    """A caller who had hung up is back, and has said so by a key: the old place is theirs."""

    call: CallId


ItemEvent = (
    CallbackAsked
    | MessageLeft
    | CallbackDialed
    | CallbackAnswered
    | CallbackConfirmed
    | CallbackFailed
    | PlaceReclaimed
)
