"""Sending callers elsewhere: to another queue, where they keep their place, or out of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import limits, relaxation
from ccengine.core.commands import DivertCall
from ccengine.core.states import CallState, CallStep, next_call_state

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant, QueueId
    from ccengine.core.queues import QueueSettings

IN_QUEUE = frozenset({CallState.WAITING, CallState.OFFERED, CallState.STRAYED})


def enter(floor: Floor, call: Call, queue: QueueId, now: Instant) -> bool:
    """Have the call enter a queue, or go where the queue sends it.

    Returns:
        False if it was sent out of all queues: it goes on in its session.
    """
    if call.queue is not None:
        floor.waits.note_leaving(call, now)
        floor.shares.leave_line(call)
    call.queue, call.queued_at = queue, now
    call.visited = (*call.visited, queue)
    settings = floor.queue_settings(queue)
    relaxation.begin(floor, call, call.own_agents, now)
    _limit(floor, call, settings)
    refused = limits.refusal(floor, call, settings)
    stays = not refused or _send_on(floor, call, refused, now)
    if stays and call.queue == queue:
        floor.waits.note_entry(call, floor.shares.oldest(queue), floor.ahead_of(call), now)
    return stays


def divert(floor: Floor, call: Call, reason: str, now: Instant) -> bool:
    """Send a waiting call where its queue's overflow says; True if it left the line."""
    before = call.queue
    if _send_on(floor, call, reason, now):
        if call.queue != before:
            floor.place_call(call)
        return False
    return True


def divert_if_late(floor: Floor, call: Call, now: Instant) -> bool:
    """Send a waiting call elsewhere if it has waited too long; True if it left all lines."""
    if call.state is not CallState.WAITING or call.queue is None:
        return False
    rules = floor.queue_settings(call.queue).limits
    is_late = rules.wait_seconds is not None and now - call.queued_at >= rules.wait_seconds
    return is_late and divert(floor, call, limits.WAITED_TOO_LONG, now)


def _send_on(floor: Floor, call: Call, reason: str, now: Instant) -> bool:
    """Send the call on; True if it is in a queue afterwards, the same or another."""
    if call.queue is None:
        return False
    to = floor.queue_settings(call.queue).limits.overflow
    if to is None or (to.queue is not None and to.queue in call.visited):
        return True  # nowhere to go, or round in a circle: the caller stays where they are
    if to.queue is not None:
        return enter(floor, call, to.queue, now)
    state = CallState.IN_FLOW
    if call.state is not CallState.IN_FLOW:
        state = next_call_state(call.state, CallStep.DIVERT)
    floor.ask(
        DivertCall(
            call=call.id,
            queue=call.queue,
            reason=reason,
            flow=to.flow,
            number=to.number,
            voicemail=to.voicemail,
        )
    )
    floor.waits.note_leaving(call, now)
    call.promised_until = None
    leave(floor, call)
    floor.move_call(call, state)
    call.queue = None
    return False


def leave(floor: Floor, call: Call) -> None:
    """Stop all that goes on while a call waits."""
    relaxation.forget(floor, call.id)
    floor.deadlines.discard(limits.WAIT_PREFIX + call.id)


def replan(floor: Floor, now: Instant) -> None:
    """Bring callers who wait under the rules of a new plan."""
    for call in list(floor.calls.values()):
        if call.state in IN_QUEUE and call.queue is not None:
            settings = floor.queue_settings(call.queue)
            call.relaxed = 0
            relaxation.relax(floor, call, now)
            _limit(floor, call, settings)


def leave_empty(floor: Floor, now: Instant) -> None:
    """Send away who waits where nobody counts as being there."""
    for queue, settings in floor.plan.queues.items():
        rules = settings.limits
        if not rules.leave_empty or rules.overflow is None or not floor.shares.waiting(queue):
            continue
        for call_id in floor.matching.waiting(now):
            call = floor.calls[call_id]
            if call.queue == queue and limits.is_empty(floor, call, rules.leave_empty):
                divert(floor, call, limits.NOBODY_LEFT, now)


def _limit(floor: Floor, call: Call, settings: QueueSettings) -> None:
    rules = settings.limits
    if rules.wait_seconds is not None and rules.overflow is not None:
        floor.set_deadline(limits.WAIT_PREFIX + call.id, call.queued_at + rules.wait_seconds)
    else:
        floor.deadlines.discard(limits.WAIT_PREFIX + call.id)
