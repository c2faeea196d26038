"""Who is served first: the order within a line, and between the heads of lines.

Within a line the order never changes with time: all callers of a queue age at the same rate, so
what age adds is compared once and for all. Between queues it does, and is compared when an agent
is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.plan import Precedence
from ccengine.core.queues import Order

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant
    from ccengine.core.queues import QueueSettings

Age = tuple[float, int]
"""Since when a call waits in its queue, and its place."""

LineRank = tuple[float, float, float, float]
"""Lowest first."""

HeadRank = tuple[float, ...]
"""Lowest first; comparable between calls of all queues at one instant."""

MINUTE = 60.0
FIRST = -1.0
"""Of who was dialed by a campaign: before everybody else in the line."""


def rank_in_line(call: Call, settings: QueueSettings) -> LineRank:
    """Return the call's rank among those with the same needs in the same queue."""
    if call.patience_until is not None:  # has seconds, where others have minutes
        return (FIRST, call.patience_until, call.serial, 0.0)
    if settings.order is Order.NEWEST:  # age, which counts against other queues, is no merit here
        return (1.0, -call.priority, -call.waiting_since, -call.serial)
    aged = settings.ageing_per_minute / MINUTE * call.waiting_since
    return (1.0, aged - call.priority, call.waiting_since, call.serial)


def rank_in_queue(call: Call, settings: QueueSettings, now: Instant) -> LineRank:
    """Return the call's rank among all who wait in the queue, whatever they need."""
    if call.patience_until is None and is_overdue(call, settings, now):
        return (0.0, call.queued_at, call.serial, 0.0)
    return rank_in_line(call, settings)


def is_overdue(call: Call, settings: QueueSettings, now: Instant) -> bool:
    """Tell whether the call has waited past its queue's starvation guard."""
    guard = settings.longest_wait_seconds
    return guard is not None and now - call.queued_at >= guard


def rank_as_head(
    call: Call, settings: QueueSettings, precedence: Precedence, now: Instant
) -> HeadRank:
    """Return the call's rank among the heads of all lines at this instant.

    Whoever is past the starvation guard goes first, whatever weights and priorities say; then
    weight; then priority with what age has added; then what the plan's precedence says: the
    longest wait, or the least time left to the queue's promise.
    """
    if is_overdue(call, settings, now):
        return (0.0, call.queued_at, 0.0, 0.0, 0.0, call.serial)
    waited = now - call.waiting_since
    score = call.priority + settings.ageing_per_minute / MINUTE * waited
    left = float("inf")  # where nothing was promised, whoever was promised something is first
    if precedence is Precedence.PROMISE and settings.promise_seconds is not None:
        left = settings.promise_seconds - waited
    return (1.0, -settings.weight, -score, left, call.waiting_since, call.serial)
