"""Sending callers elsewhere: to another queue, where they keep their place, or out of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import limits, relaxation
from ccengine.core.commands import DivertCall, MoveCall
from ccengine.core.queues import Overflow
from ccengine.core.states import CallState, CallStep, next_call_state

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant, QueueId
    from ccengine.core.queues import QueueSettings

IN_QUEUE = frozenset(
    {
        CallState.WAITING,
        CallState.POSTPONED,
        CallState.OFFERED,
        CallState.STRAYED,
        CallState.CONNECTING,
    }
)


def enter(floor: Floor, call: Call, queue: QueueId, now: Instant) -> bool:
    """Have the call enter a queue, or go where the queue sends it.

    Returns:
        False if it was sent out of all queues: it goes on in its session.
    """
    if call.queue is not None:
        floor.waits.note_leaving(call, now)
        floor.shares.leave_line(call)
        floor.positions.forget(call.queue)
    call.queue, call.queued_at = queue, now
    call.visited, call.rung = (*call.visited, queue), None
    settings = floor.queue_settings(queue)
    rank(call, settings)
    relaxation.begin(floor, call, now)
    limit(floor, call)
    refused = limits.refusal(floor, call, settings)
    stays = not refused or _send_on(floor, call, refused, now)
    if stays and call.queue == queue:
        floor.waits.note_entry(call, floor.shares.oldest(queue), floor.ahead_of(call), now)
    return stays


def begin(floor: Floor, call: Call, queue: QueueId, now: Instant, *, since: Instant) -> None:
    """Have a call that talked enter a line, with the skills and the priority it had.

    Args:
        floor: all there is.
        call: talks with nobody, and is in no line.
        queue: whose line.
        now: the time.
        since: when it came to wait, as the order counts it.
    """
    call.lined_at = since
    call.serial = floor.next_serial()
    call.visited = ()
    if enter(floor, call, queue, now):
        floor.move_call(call, next_call_state(call.state, CallStep.QUEUE))


def divert(floor: Floor, call: Call, reason: str, now: Instant) -> bool:
    """Send a waiting call where its queue's overflow says; True if it left the line."""
    before = call.queue
    return not _show_if_moved(floor, call, before, stays=_send_on(floor, call, reason, now))


def send(floor: Floor, call: Call, to: Overflow, reason: str, now: Instant) -> bool:
    """Send a waiting call there; True if it left the line."""
    before = call.queue
    return not _show_if_moved(floor, call, before, stays=_go(floor, call, to, reason, now))


def back_in_line(floor: Floor, call: Call, step: CallStep, now: Instant) -> None:
    """Let a call wait again, at the place it had; it may be too late for that."""
    floor.move_call(call, next_call_state(call.state, step))
    if not divert_if_late(floor, call, now):
        relaxation.skip_unstaffed(floor, call)
        floor.place_call(call)


def take_back(floor: Floor, call: Call, step: CallStep, now: Instant) -> None:
    """Let a call that had left its line stand there again, as long in it as it was before."""
    floor.move_call(call, next_call_state(call.state, step))
    if call.queue is not None:
        resume(floor, call, now)
        floor.place_call(call)


def resume(floor: Floor, call: Call, now: Instant) -> None:
    """Have all go on that goes on while a call waits, by the rules of today."""
    settings = _settings(floor, call)
    call.priority = _priority(call, settings)
    relaxation.begin(floor, call, now)
    limit(floor, call)


def divert_if_late(floor: Floor, call: Call, now: Instant) -> bool:
    """Send a waiting call elsewhere if it has waited too long; True if it left all lines."""
    if call.state is not CallState.WAITING or call.queue is None or call.patience_until is not None:
        return False
    rules = floor.queue_settings(call.queue).limits
    is_late = rules.wait_seconds is not None and now >= call.queued_at + rules.wait_seconds
    return is_late and divert(floor, call, limits.WAITED_TOO_LONG, now)


def _send_on(floor: Floor, call: Call, reason: str, now: Instant) -> bool:
    """Send the call on; True if it is in a queue afterwards, the same or another."""
    if call.queue is None:
        return False
    to = _way_on(floor.queue_settings(call.queue), reason)
    if to is None or (to.queue is not None and to.queue in call.visited):
        return True  # nowhere to go, or round in a circle: the caller stays where they are
    if to.queue is None and call.item is not None:
        return True  # it plays no flow and leaves no message
    return _go(floor, call, to, reason, now)


def _go(floor: Floor, call: Call, to: Overflow, reason: str, now: Instant) -> bool:
    """Let the call go there; True if it is in a queue afterwards."""
    if call.queue is None:
        return False
    if to.queue is not None:
        floor.ask(MoveCall(call=call.id, queue=call.queue, to=to.queue, reason=reason))
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


def _show_if_moved(floor: Floor, call: Call, before: QueueId | None, *, stays: bool) -> bool:
    if stays and call.queue != before:
        floor.place_call(call)
        floor.ask(call.shown())
    return stays


def _way_on(settings: QueueSettings, reason: str) -> Overflow | None:
    rules = settings.limits
    if reason == limits.PARTNER_SHARE and rules.partner is not None:
        return Overflow(number=rules.partner)
    return rules.overflow


def leave(floor: Floor, call: Call) -> None:
    """Stop all that goes on while a call waits."""
    relaxation.forget(floor, call.id)
    floor.deadlines.discard(limits.WAIT_PREFIX + call.id)


def limit(floor: Floor, call: Call) -> None:
    """Have a call leave its queue when it has waited for too long there, if that is the rule."""
    rules = _settings(floor, call).limits
    if rules.wait_seconds is not None and rules.overflow is not None:
        floor.set_deadline(limits.WAIT_PREFIX + call.id, call.queued_at + rules.wait_seconds)
    else:
        floor.deadlines.discard(limits.WAIT_PREFIX + call.id)


def replan(floor: Floor, now: Instant) -> None:
    """Bring callers who wait under the rules of a new plan."""
    for call in list(floor.calls.values()):
        if call.state in IN_QUEUE and call.queue is not None and call.patience_until is None:
            settings, before = floor.queue_settings(call.queue), _standing(call)
            rank(call, settings)
            relaxation.begin(floor, call, now)
            limit(floor, call)
            if _standing(call) != before:  # else it stands right since the plan was swapped
                floor.place_call(call)


def leave_empty(floor: Floor, now: Instant) -> None:
    """Send away who waits where nobody counts as being there."""
    for queue in floor.leavable:
        rules = floor.queue_settings(queue).limits.leave_empty
        empty = {
            pool.requirement
            for pool in floor.matching.lines_of(queue)
            if limits.is_empty(floor, pool.requirement, rules)
        }
        waiting = floor.matching.waiting(now) if empty else ()
        for call_id in list(waiting):
            call = floor.calls[call_id]
            is_here = call.queue == queue and call.patience_until is None
            if is_here and floor.requirement_of(call) in empty:
                divert(floor, call, limits.NOBODY_LEFT, now)


def rank(call: Call, settings: QueueSettings) -> None:
    """Give the call the priority and the time waited that count in its queue."""
    since = call.lined_at
    call.priority = _priority(call, settings)
    if since is not None:
        counts_earlier = settings.counts_earlier_seconds
        call.waiting_since = min(call.waits_from, since) if counts_earlier else since


def _priority(call: Call, settings: QueueSettings) -> int:
    return settings.priority if call.own_priority is None else call.own_priority


def _settings(floor: Floor, call: Call) -> QueueSettings:
    if call.queue is None:
        message = f"call '{call.id}' is in no queue"
        raise ValueError(message)
    return floor.queue_settings(call.queue)


def _standing(call: Call) -> tuple[object, ...]:
    """Return what under the same plan decides where in which line the call stands."""
    return (call.priority, call.waiting_since, call.relaxed, call.only)
