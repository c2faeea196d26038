"""When the turn of an item has come: its hours, its slot, the gap after a failure, its customer.

An item whose time has not come is postponed: it keeps its place and gets no offers. Where the
customer comes first it is postponed until they are here; that they are to be dialed is asked for
when fewer callers are ahead than agents are free, or when the wait is expected to be as short as
the queue's lead. There is no calendar here: opening hours come as periods of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion
from ccengine.core.acd.lines import rank_in_queue
from ccengine.core.commands import DialCallback, DropItem
from ccengine.core.errors import SlotTaken
from ccengine.core.states import CallState, CallStep, Kind, next_call_state
from ccengine.core.work_items import CallbackRules, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant, QueueId
    from ccengine.core.periods import Period
    from ccengine.core.work_items import Item

ITEM_PREFIX = "item:"
EXPIRED = "expired"
NOT_REACHED = "not reached"
MERGED = "merged with"
USUAL = CallbackRules()
BEFORE_ITS_TURN = frozenset({CallState.WAITING, CallState.POSTPONED})
MINUTE, DAY = 60.0, 86400.0


def rules_of(floor: Floor, call: Call) -> CallbackRules:
    """Return how the item's queue calls back."""
    rules = None if call.queue is None else floor.queue_settings(call.queue).callback
    return USUAL if rules is None else rules


# --- now or later -----------------------------------------------------------------------------


def look_at_open(floor: Floor, now: Instant) -> None:
    """Put items off whose time has not come, or bring them back, or drop them."""
    while floor.items.open:
        for call_id in sorted(floor.items.open):
            floor.items.open.discard(call_id)
            call = floor.calls.get(call_id)
            if call is not None and call.item is not None:
                _look_at(floor, call, call.item, now)


def _look_at(floor: Floor, call: Call, item: Item, now: Instant) -> None:
    if item.is_live or item.dropped or call.state not in BEFORE_ITS_TURN:
        floor.deadlines.discard(ITEM_PREFIX + call.id)
        return
    if item.leg and call.state is CallState.WAITING:  # taken back from an agent, who had dialed
        item.leg, item.answered, call.channel = "", False, ""
    if item.leg:
        return
    if call.kind is Kind.CALLBACK and item.attempts >= rules_of(floor, call).attempts:
        drop(floor, call, NOT_REACHED, now)
    elif item.expires_at is not None and now >= item.expires_at:
        drop(floor, call, EXPIRED, now)
    else:
        _wait(floor, call, item, now)


def _wait(floor: Floor, call: Call, item: Item, now: Instant) -> None:
    begins, changes = _time_of(floor, call, item, now)
    item.is_due = begins is not None and begins <= now and item.behind is None
    customer_first = call.kind is Kind.CALLBACK and item.mode is Mode.CUSTOMER_FIRST
    _set_deadline(floor, call, [item.expires_at, changes])
    if item.is_due and not customer_first:
        if call.state is CallState.POSTPONED:
            diversion.back_in_line(floor, call, CallStep.RESUME, now)
        return
    if not item.is_due:
        item.is_asked_for = False
    if call.state is CallState.WAITING:
        floor.move_call(call, next_call_state(call.state, CallStep.POSTPONE))


def _set_deadline(floor: Floor, call: Call, dues: list[Instant | None]) -> None:
    name = ITEM_PREFIX + call.id
    due = min((due for due in dues if due is not None), default=None)
    known = floor.deadlines.rank(name)
    if due is None:
        floor.deadlines.discard(name)
    elif known is None or known[0] != due:
        floor.set_deadline(name, due)


def _time_of(
    floor: Floor, call: Call, item: Item, now: Instant
) -> tuple[Instant | None, Instant | None]:
    """Return when the item may be served, None: never, and when that changes next."""
    due = max(now, item.not_before)
    periods = _hours(floor, call)
    if periods is None:
        return due, due if due > now else None
    for period in periods:
        ends = period.ends
        if ends is None or ends > due:
            begins = due if period.starts is None else max(due, period.starts)
            return begins, begins if begins > now else ends
    return None, None


def _hours(floor: Floor, call: Call) -> tuple[Period, ...] | None:
    if call.kind is Kind.VOICEMAIL or call.queue is None:
        return None  # an agent may hear a message whenever they work
    return floor.plan.openings.get(call.queue)


def is_open(floor: Floor, call: Call, now: Instant) -> bool:
    """Tell whether customers of the item's queue may be dialed now."""
    periods = None if call.queue is None else floor.plan.openings.get(call.queue)
    return periods is None or any(period.holds(now) for period in periods)


def drop(floor: Floor, call: Call, reason: str, now: Instant) -> None:
    """Have an item that nobody is busy with end."""
    if call.item is None:
        return
    state = next_call_state(call.state, CallStep.DIVERT)
    floor.waits.note_leaving(call, now)
    diversion.leave(floor, call)
    floor.deadlines.discard(ITEM_PREFIX + call.id)
    call.item.dropped = reason
    floor.items.forget(call)
    floor.move_call(call, state)
    floor.ask(DropItem(call=call.id, reason=reason))


# --- customers who are dialed before their turn ------------------------------------------------


def call_customers(floor: Floor, now: Instant) -> None:
    """Ask for customers to be dialed whose turn is near."""
    if not floor.items.postponed:
        return
    calls = [floor.calls[call] for call in floor.items.postponed]
    ranked = sorted(
        (
            (rank_in_queue(call, floor.queue_settings(call.queue), now), call.id, call)
            for call in calls
            if call.queue is not None and _comes_soon(call)
        ),
        key=lambda one: one[:2],
    )
    for place, (_, _, call) in enumerate(ranked):
        item = call.item
        if item is None or item.is_asked_for or call.queue is None:
            continue
        before = sum(other[2].queue == call.queue for other in ranked[:place])
        if _is_near(floor, call, call.queue, before, now):
            item.is_asked_for = True
            floor.ask(DialCallback(call=call.id, queue=call.queue))


def _comes_soon(call: Call) -> bool:
    item = call.item
    return item is not None and item.mode is Mode.CUSTOMER_FIRST and (item.is_due or bool(item.leg))


def _is_near(floor: Floor, call: Call, queue: QueueId, before: int, now: Instant) -> bool:
    settings = floor.queue_settings(queue)
    mine = rank_in_queue(call, settings, now)
    line = [floor.calls[one] for one in floor.shares.line(queue)]
    waiting = [one for one in line if one.state is CallState.WAITING]
    ahead = before + sum(rank_in_queue(one, settings, now) < mine for one in waiting)
    requirement = floor.requirement_of(call)
    if ahead < len(floor.matching.pool(requirement).idle):
        return True
    if not floor.matching.is_staffed(requirement):
        return False
    oldest, others = floor.shares.oldest(queue), max(ahead, len(waiting))
    estimate = floor.waits.estimate(queue, floor.waits.guess(queue, oldest, others, ahead, now))
    if estimate is None:
        return ahead == 0
    return estimate.likely_seconds <= rules_of(floor, call).lead_seconds


# --- booked times -----------------------------------------------------------------------------


def free_slots(floor: Floor, queue: QueueId, now: Instant) -> Iterator[Instant]:
    """Yield the times for which a callback can still be booked, earliest first."""
    rules = floor.queue_settings(queue).callback
    if rules is None or rules.slots is None:
        return
    seconds = rules.slots.minutes * MINUTE
    last = now + rules.slots.days * DAY
    for period in floor.plan.openings.get(queue, ()):
        if period.starts is None or period.ends is None or period.starts > last:
            continue
        for number in range(int((period.ends - period.starts) // seconds)):
            slot = period.starts + number * seconds
            if now < slot <= last and _booked(floor, queue, slot) < rules.slots.capacity:
                yield slot


def expect_free_slot(floor: Floor, queue: QueueId, slot: Instant, now: Instant) -> None:
    """Refuse what cannot be booked.

    Raises:
        SlotTaken: it is full, or no time of the queue's.
    """
    if slot not in free_slots(floor, queue, now):
        message = f"no callback can be booked for {slot:g} in '{queue}'"
        raise SlotTaken(message)


def _booked(floor: Floor, queue: QueueId, slot: Instant) -> int:
    return sum(
        call.queue == queue and call.item is not None and call.item.slot == slot
        for call in floor.calls.values()
    )
