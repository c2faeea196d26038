"""What a call record begins with: the first row of a call, or of an item that a call has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    AgentDialled,
    CallArrived,
    CallbackAsked,
    CallMissed,
    CallQueued,
    CallTransferred,
    LeadAnswered,
    LeadDialed,
    MessageLeft,
    StaffMissed,
)
from ccengine.core.states import Kind
from ccengine.reporting.call_record import CallRecord

if TYPE_CHECKING:
    from ccengine.core.ids import Instant

FIRST = (CallArrived, CallMissed, AgentDialled, CallbackAsked, MessageLeft, LeadDialed)
"""Events that a record begins with."""

INTO_LINE = (CallQueued, CallTransferred, StaffMissed, CallbackAsked, MessageLeft, LeadAnswered)
"""Events by which somebody, or something, comes to wait."""


def new_record(
    first: CallArrived | CallMissed | AgentDialled | CallbackAsked | MessageLeft | LeadDialed,
    at: Instant,
) -> CallRecord:
    """Return the record as the first row makes it."""
    record = CallRecord(
        call=first.call,
        tenant=first.tenant,
        client=first.client,
        number=first.number,
        caller="" if isinstance(first, AgentDialled) else first.caller,
        node=first.node,
        arrived_at=at,
    )
    match first:
        case CallArrived() | CallMissed():
            record.arrived_at = first.arrived_at
        case AgentDialled():
            record.agent, record.kind, record.origin = first.agent, first.kind, first.origin
        case CallbackAsked():
            record.kind, record.origin, record.to = Kind.CALLBACK, first.origin, first.to
        case LeadDialed():
            record.kind = Kind.LEAD
        case MessageLeft():
            record.kind, record.origin, record.to = Kind.VOICEMAIL, first.origin, first.to
            record.recording, record.recording_started_at = f"{first.recording}.wav", first.left_at
    return record
