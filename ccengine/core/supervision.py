"""What supervisors do with calls that wait: another queue, another priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, offers
from ccengine.core.errors import TooLate, UnknownQueue
from ccengine.core.ids import client_of
from ccengine.core.queues import Overflow
from ccengine.core.states import CallState, CallStep, next_call_state

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import CallMovedByHand, CallReprioritised
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

BY_HAND = "moved by hand"
"""Why a caller was sent elsewhere, and why a phone that rang for them stopped."""

MAY_BE_MOVED = frozenset({CallState.WAITING, CallState.OFFERED})
"""Once an agent has answered it is too late."""


def move(floor: Floor, event: CallMovedByHand, now: Instant) -> None:
    """Have the caller wait in another queue; a phone that rings for them stops.

    Raises:
        TooLate: the call is in no line, or in that one already.
        UnknownQueue: the call's client has no such queue.
    """
    call = _in_line(floor, event)
    if event.queue not in floor.plan.queues or client_of(event.queue) != call.client:
        message = f"client '{call.client}' has no queue '{event.queue}'"
        raise UnknownQueue(message)
    if event.queue == call.queue:
        message = f"call '{call.id}' waits in '{call.queue}' already"
        raise TooLate(message)
    if call.state is CallState.OFFERED:
        offers.withdraw_from_call(floor, call, now, BY_HAND)
        floor.move_call(call, next_call_state(call.state, CallStep.UNOFFER))
    diversion.send(floor, call, Overflow(queue=event.queue), BY_HAND, now)


def reprioritise(floor: Floor, event: CallReprioritised) -> None:
    """Give the caller a priority of their own; a phone that rings for them rings on.

    Raises:
        TooLate: the call is in no line.
    """
    call = _in_line(floor, event)
    call.own_priority = event.priority
    if call.queue is not None:
        diversion.rank(call, floor.queue_settings(call.queue))
    floor.place_call(call)
    floor.ask(call.shown())


def _in_line(floor: Floor, event: CallMovedByHand | CallReprioritised) -> Call:
    call = floor.calls[event.call]
    is_lead = call.patience_until is not None  # an agent is looked for, for seconds only
    if call.state not in MAY_BE_MOVED or call.queue is None or is_lead:
        message = f"call '{call.id}' waits in no line: it is {call.state}"
        raise TooLate(message)
    return call
