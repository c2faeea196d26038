"""Callbacks and messages: how they come to be, what becomes of attempts, how they are merged.

When an item may be served is decided in `turns.py`; from then on offers treat it as any call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccengine.core import diversion, offers, relaxation, turns
from ccengine.core.calls import Call, LeftPlace, take_place
from ccengine.core.commands import TakeUpItem
from ccengine.core.errors import DuplicateCall, NotNow, TooLate, UnknownQueue
from ccengine.core.states import CallState, CallStep, Kind, next_call_state
from ccengine.core.work_items import FINAL, CallbackRules, Item, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.events import (
        CallbackAnswered,
        CallbackAsked,
        CallbackConfirmed,
        CallbackDialed,
        CallbackFailed,
        MessageLeft,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant, QueueId

HOUR = 3600.0
NOTHING_BEGUN: Mapping[str, Any] = {
    **dict.fromkeys(("channel", "flow", "step", "bridge", "identity"), ""),
    **dict.fromkeys(("offer", "agent", "rung", "became", "promised_until")),
    **dict.fromkeys(("recording", "recorded_channel", "recorded_for"), ""),
    "recording_parts": 0,
    "recording_since": 0.0,
    **dict.fromkeys(("recording_lost", "to_be_recorded"), False),
    "recording_gaps": (),
    "unheard": {},
    **dict.fromkeys(("recording_pause", "card", "card_ended", "asked", "consent")),
    **dict.fromkeys(("lead", "patience_until")),  # of a campaign is the call that was made
    **dict.fromkeys(("directed", "back_to")),  # a wish, and no talk, is what they have now
}
MAY_ASK = frozenset({CallState.IN_FLOW, CallState.WAITING, CallState.OFFERED})
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})
MAY_STAND_BACK = frozenset({CallState.WAITING, CallState.POSTPONED})


# --- how they come to be ----------------------------------------------------------------------


def ask(floor: Floor, event: CallbackAsked, now: Instant) -> None:
    """Have an item take the caller's place, or the one that their number has already.

    Raises:
        CoreError: too late, or no such callback can be had.
    """
    origin = floor.calls[event.origin]
    is_nobody = origin.item is not None and not origin.item.is_live
    if origin.state not in MAY_ASK or origin.became is not None or is_nobody:
        message = f"call '{origin.id}' is {origin.state}: too late for a callback"
        raise TooLate(message)
    in_line = origin.state in IN_LINE and origin.queue is not None
    queue = origin.queue if in_line and origin.queue is not None else event.queue
    _expect_new(floor, event.call, queue)
    rules = floor.queue_settings(queue).callback
    if rules is None:
        message = f"queue '{queue}' calls nobody back"
        raise NotNow(message)
    if event.slot is not None:
        turns.expect_free_slot(floor, queue, event.slot, now)
    pending = _pending(floor, queue, event.to)
    item = Item(origin=origin.id, asked_in=queue, to=event.to, mode=rules.mode)
    call = _in_place_of(floor, origin, event.call, queue, Kind.CALLBACK, item, now)
    _leave_line(floor, origin, call.id if pending is None else pending.id, now)
    if pending is None:
        _book(item, event.slot, rules, now)
        _add(floor, call, now)
    else:
        _merge(floor, pending, call)
        _book(_item_of(pending), event.slot or _item_of(pending).slot, rules, now)


def leave_message(floor: Floor, event: MessageLeft, now: Instant) -> None:
    """Have a message wait to be heard, in the place of the caller who left it.

    Raises:
        CoreError: it is waiting already, or there is no such queue.
    """
    _expect_new(floor, event.call, event.queue)
    item = Item(
        origin=event.origin,
        asked_in=event.queue,
        to=event.to,
        message=event.recording,
        message_seconds=event.seconds,
    )
    origin = floor.calls.get(event.origin)
    if origin is None:
        origin = Call(
            id=event.origin,
            tenant=event.tenant,
            client=event.client,
            number=event.number,
            channel="",
            caller=event.caller,
            waits_from=event.left_at,
        )
    if origin.state is not CallState.IN_FLOW or origin.became is not None:
        message = f"call '{origin.id}' is {origin.state}: it leaves no message"
        raise TooLate(message)
    call = _in_place_of(floor, origin, event.call, event.queue, Kind.VOICEMAIL, item, now)
    _add(floor, call, now)
    if origin.id in floor.calls:
        origin.became = call.id
        floor.ask(origin.shown())


def _expect_new(floor: Floor, call: CallId, queue: QueueId) -> None:
    if call in floor.calls:
        message = f"item '{call}' is waiting already"
        raise DuplicateCall(message)
    if queue not in floor.plan.queues:
        message = f"no queue '{queue}' in the plan"
        raise UnknownQueue(message)


def _in_place_of(
    floor: Floor, origin: Call, name: CallId, queue: QueueId, kind: Kind, item: Item, now: Instant
) -> Call:
    """Return an item with the caller's place and wishes, or with a new place in the queue."""
    call = replace(
        origin,
        id=name,
        kind=kind,
        item=item,
        state=CallState.IN_FLOW,
        queue=queue,
        offers_made=0,
        stands_for=None,
        **NOTHING_BEGUN,
        others={},
    )
    settings = floor.queue_settings(queue)
    if origin.queue != queue or origin.state not in IN_LINE:
        call.queued_at, call.visited, call.guess = now, (queue,), None
    if not origin.serial or (origin.state is CallState.IN_FLOW and kind is Kind.CALLBACK):
        call.serial = floor.next_serial()
        call.lined_at = min(call.waits_from, now) if kind is Kind.VOICEMAIL else now
    diversion.rank(call, settings)
    return call


def _add(floor: Floor, call: Call, now: Instant) -> None:
    floor.calls[call.id] = call
    if call.kind is Kind.CALLBACK:
        floor.items.remember(call)
    floor.ask(TakeUpItem(call=call.id))
    relaxation.begin(floor, call, now)
    diversion.limit(floor, call)
    floor.move_call(call, next_call_state(call.state, CallStep.QUEUE))


def _leave_line(floor: Floor, origin: Call, became: CallId, now: Instant) -> None:
    """Let the caller's call end by itself: its place is another's."""
    origin.became = became
    stand_aside(floor, origin)
    if origin.state is CallState.IN_FLOW:
        floor.ask(origin.shown())
        return
    if origin.state is CallState.OFFERED:
        waits = next_call_state(origin.state, CallStep.UNOFFER)
        offers.withdraw_from_call(floor, origin, now)
        origin.state = waits
    state = next_call_state(origin.state, CallStep.DIVERT)
    origin.guess, origin.promised_until = None, None  # the item's wait is what it was about
    diversion.leave(floor, origin)
    floor.move_call(origin, state)
    origin.queue = None


def _book(item: Item, slot: Instant | None, rules: CallbackRules, now: Instant) -> None:
    if slot is not None and slot != item.slot:  # also an earlier one than was booked before
        item.slot = item.not_before = slot
    item.expires_at = max(now, slot or now) + rules.expires_hours * HOUR


# --- the same number twice --------------------------------------------------------------------


def meet_pending(floor: Floor, call: Call, queue: QueueId) -> None:
    """Give a caller who has a callback waiting its place; it waits for what becomes of them."""
    if not call.identity or call.item is not None:
        return
    pending = _pending(floor, queue, call.identity)
    if pending is None or pending.state not in MAY_STAND_BACK or _item_of(pending).leg:
        return
    item = _item_of(pending)
    if item.behind not in (None, call.id):
        return
    item.behind, item.is_asked_for = call.id, False
    call.stands_for = pending.id
    _take_earlier_place(call, pending)
    floor.items.open.add(pending.id)
    if pending.state is CallState.WAITING:
        floor.move_call(pending, next_call_state(pending.state, CallStep.POSTPONE))


def settle_pending(floor: Floor, call: Call, now: Instant) -> None:
    """Drop the callback of a caller who talks with an agent now."""
    pending = floor.calls.get(call.stands_for) if call.stands_for is not None else None
    call.stands_for = None
    if pending is not None and pending.item is not None and pending.item.behind == call.id:
        turns.drop(floor, pending, f"{turns.MERGED} {call.id}", now)


def stand_aside(floor: Floor, call: Call) -> None:
    """Let the callback wait again whose number this caller has, who leaves without an agent."""
    pending = floor.calls.get(call.stands_for) if call.stands_for is not None else None
    call.stands_for = None
    if pending is not None and pending.item is not None and pending.item.behind == call.id:
        pending.item.behind = None
        floor.items.open.add(pending.id)


def _merge(floor: Floor, pending: Call, asked: Call) -> None:
    _take_earlier_place(pending, asked)
    floor.items.open.add(pending.id)
    if pending.state is CallState.WAITING:
        floor.place_call(pending)


def _take_earlier_place(call: Call, other: Call) -> None:
    take_place(call, LeftPlace.of(other))


def _pending(floor: Floor, queue: QueueId, number: str) -> Call | None:
    found = floor.items.callbacks.get((queue, number))
    return None if found is None else floor.calls[found]


# --- attempts ---------------------------------------------------------------------------------


def dial(floor: Floor, event: CallbackDialed, now: Instant) -> None:
    """Count an attempt, if there may be one.

    Raises:
        NotNow: nothing may be dialed.
    """
    call = floor.calls[event.call]
    item, rules = call.item, turns.rules_of(floor, call)
    if item is None or item.leg or item.is_live or not _may_dial(call, item):
        message = f"'{call.id}' is {call.state}: nobody is to be dialed"
        raise NotNow(message)
    if not turns.is_open(floor, call, now):
        message = f"customers of '{call.queue}' are not called at this hour"
        raise NotNow(message)
    if call.kind is Kind.CALLBACK and item.attempts >= rules.attempts:
        message = f"'{call.id}' was dialed {item.attempts} times"
        raise NotNow(message)
    item.attempts += 1
    item.leg, item.answered = event.leg, False
    if call.state is CallState.CONNECTING:
        offers.let_others_go(floor, call, now)
        due = now + rules.ring_seconds + offers.CONNECT_SECONDS
        floor.set_deadline(offers.CONNECT_PREFIX + call.id, due)


def _may_dial(call: Call, item: Item) -> bool:
    if not item.to:
        return False
    match call.kind, item.mode:
        case Kind.VOICEMAIL, _:
            return call.state is CallState.TALKING
        case _, Mode.CUSTOMER_FIRST:
            return call.state is CallState.POSTPONED and item.is_asked_for
        case _:
            return call.state is CallState.CONNECTING


def answer(floor: Floor, event: CallbackAnswered, now: Instant) -> None:
    """Take note that the customer's leg is up; where an agent waits for it, it is a caller's."""
    call = floor.calls[event.call]
    item = _item_of(call)
    item.answered, call.channel = True, event.leg
    if call.state is CallState.CONNECTING:
        item.is_live = True
        floor.set_deadline(offers.CONNECT_PREFIX + call.id, now + offers.CONNECT_SECONDS)
        forget(floor, call)


def confirm(floor: Floor, event: CallbackConfirmed, now: Instant) -> None:
    """Let the customer wait for an agent like a caller, at the place they had.

    Raises:
        NotNow: nobody has answered.
    """
    call = floor.calls[event.call]
    item = _item_of(call)
    if not item.answered or call.state is not CallState.POSTPONED:
        message = f"'{call.id}' is {call.state}: nobody is there"
        raise NotNow(message)
    item.is_live, item.is_asked_for = True, False
    forget(floor, call)
    diversion.back_in_line(floor, call, CallStep.RESUME, now)


def fail(floor: Floor, event: CallbackFailed, now: Instant) -> None:
    """Free the agent, if one was waiting for the customer, and try again later, or not at all."""
    call = floor.calls[event.call]
    item, rules = _item_of(call), turns.rules_of(floor, call)
    item.leg, item.answered, item.is_live, item.is_asked_for = "", False, False, False
    call.channel = ""
    if call.kind is Kind.VOICEMAIL:
        return
    if event.how in FINAL:
        item.attempts = max(item.attempts, rules.attempts)
    item.not_before = now + rules.retry_seconds.after(event.how)
    if call.state is CallState.CONNECTING:
        state = next_call_state(call.state, CallStep.POSTPONE)
        sent_on = call.directed is not None
        offers.spare(floor, call, now)
        floor.move_call(call, state)
        if sent_on:  # it had left the line
            diversion.resume(floor, call, now)
    other = _pending(floor, item.asked_in, item.to)
    if other is None or other is call:
        floor.items.remember(call)
        floor.items.open.add(call.id)
    else:  # asked for again while this one was on the line
        _merge(floor, other, call)
        turns.drop(floor, call, f"{turns.MERGED} {other.id}", now)


def concerns(call: Call, event: CallbackAnswered | CallbackFailed) -> bool:
    """Tell whether an event is about what is going on: a late one is not."""
    item = call.item
    if item is None or item.leg != event.leg or item.dropped:
        return False
    if call.kind is Kind.VOICEMAIL:
        return bool(event.leg) and call.state is CallState.TALKING
    asked = call.state is CallState.POSTPONED and (item.is_asked_for or bool(event.leg))
    return call.state is CallState.CONNECTING or asked


def forget(floor: Floor, call: Call) -> None:
    """Stop what goes on while an item waits for its turn; its number may wait anew."""
    item = call.item
    if item is None:
        return
    floor.deadlines.discard(turns.ITEM_PREFIX + call.id)
    floor.items.forget(call)


def _item_of(call: Call) -> Item:
    if call.item is None:
        message = f"call '{call.id}' is no item"
        raise NotNow(message)
    return call.item
