"""What may happen to callbacks and messages, for machines that throw everything at a center."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.states import CallState, Kind
from ccengine.core.work_items import Failure
from tests.core.builders import callback_asked, message_left

if TYPE_CHECKING:
    from random import Random

    from ccengine.core.calls import Call
    from ccengine.core.center import ContactCenter
    from ccengine.core.events import Event
    from ccengine.core.ids import QueueId

NUMBERS = ("+491", "+492", "")


def asked(call: str, to: str, queue: QueueId, center: ContactCenter, now: float) -> Event:
    """Return that a caller wants to be called back, in a slot if there are any."""
    slots = center.free_slots(queue, now) if to == NUMBERS[0] else []
    return replace(callback_asked(call, to, queue), slot=slots[0] if slots else None)


def left(call: str, queue: QueueId, now: float) -> Event:
    """Return that a caller has left a message; their call goes on to its end."""
    return replace(message_left(call, queue, now), to=NUMBERS[1])


def next_of_item(call: Call) -> Event | None:
    """Return what comes next for an item if nothing goes wrong; None: its turn has to come."""
    both: dict[str, Any] = {"call": call.id, "agent": call.agent}
    match call.state:
        case CallState.IN_FLOW:
            return events.CallEnded(call=call.id, by=Party.ENGINE, cause="given up")
        case CallState.OFFERED:
            return events.OfferAccepted(**both, offer=call.offer)  # type: ignore[arg-type]
        case CallState.POSTPONED | CallState.CONNECTING:
            return _next_of_attempt(call, both)
        case CallState.TALKING:
            return events.ConversationEnded(**both, by=Party.AGENT)
    return None


def _next_of_attempt(call: Call, both: dict[str, Any]) -> Event | None:
    item = call.item
    assert item is not None
    if item.leg and not item.answered:
        return events.CallbackAnswered(call=call.id, leg=item.leg)
    if call.state is CallState.POSTPONED:
        if item.answered:
            return events.CallbackConfirmed(call=call.id)
        return dialed(call) if item.is_asked_for else None
    if call.kind is Kind.CALLBACK and not item.is_live:
        return dialed(call)
    return events.ConversationStarted(**both, bridge="b")


def dialed(call: Call) -> Event:
    """Return that the customer is dialed, by a leg that was never used before."""
    attempts = 0 if call.item is None else call.item.attempts
    return events.CallbackDialed(call=call.id, leg=f"{call.id}.c{attempts + 1}")


def mishap(call: Call, chance: Random) -> Event:
    """Return something about an item that may be out of place."""
    leg = "" if call.item is None else call.item.leg
    how = chance.choice(list(Failure))
    return chance.choice(
        (
            events.CallbackFailed(call=call.id, leg=leg, how=how),
            events.CallbackFailed(call=call.id, leg=leg, how=how),
            events.CallbackFailed(call=call.id, leg="stale", how=how),
            events.CallbackAnswered(call=call.id, leg=leg or "stale"),
            events.CallbackConfirmed(call=call.id),
            dialed(call),
            events.CallerStrayed(call=call.id),
            events.CallerReturned(call=call.id, channel="x"),
            events.CallEnded(call=call.id, by=chance.choice(list(Party)), cause="mishap"),
        )
    )
