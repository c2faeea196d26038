"""The life of a call: it arrives, runs a flow, waits, talks, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, items, lead_calls, offers, reclaims, shifts, staff
from ccengine.core.agents import Served
from ccengine.core.calls import Call
from ccengine.core.commands import ShowCall
from ccengine.core.errors import DuplicateCall, TooLate, UnknownQueue
from ccengine.core.relaxation import acquaintance
from ccengine.core.states import AgentState, CallState, CallStep, Kind, next_call_state

if TYPE_CHECKING:
    from ccengine.core.events import (
        CallArrived,
        CallEnded,
        CallerReturned,
        CallerStrayed,
        CallMissed,
        CallQueued,
        ConversationEnded,
        ConversationFailed,
        ConversationStarted,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant

DIALLED = frozenset({Kind.OUTBOUND, Kind.INTERNAL, Kind.CONSULT, Kind.LEAD})
"""What a call by an agent or a campaign is it stays, whatever line it stands in."""

ACQUAINTANCES_KEPT = 10_000
"""Callers and whom each talked with last: bounds the memory and the snapshot."""


def arrive(floor: Floor, event: CallArrived) -> None:
    """Take note of a new call.

    Raises:
        DuplicateCall: a call of this id is alive.
    """
    expect_unknown(floor, event.call)
    call = Call(
        id=event.call,
        tenant=event.tenant,
        client=event.client,
        number=event.number,
        channel=event.channel,
        caller=event.caller,
        arrived_at=event.arrived_at,
        waits_from=event.arrived_at,
    )
    floor.calls[call.id] = call
    floor.ask(call.shown())


def miss(floor: Floor, event: CallMissed) -> None:
    """Show that a call is over which was never here; nothing of it is kept.

    Raises:
        DuplicateCall: a call of this id is alive.
    """
    expect_unknown(floor, event.call)
    floor.ask(ShowCall(call=event.call, state=CallState.ENDED, queue=None, agent=None))


def queue(floor: Floor, event: CallQueued, now: Instant) -> None:
    """Put the call into a line and offer it if somebody is free.

    Raises:
        UnknownQueue: the plan has no such queue.
        TooLate: another has its place, or it is work without a caller.
    """
    call = floor.calls[event.call]
    if call.became is not None or (call.item is not None and not call.item.is_live):
        message = f"call '{call.id}' is nobody's who could wait"
        raise TooLate(message)
    if event.queue not in floor.plan.queues:
        message = f"no queue '{event.queue}' in the plan"
        raise UnknownQueue(message)
    state = next_call_state(call.state, CallStep.QUEUE)
    call.own_priority = event.priority
    call.skills, call.preferred = event.skills, event.preferred
    if call.kind not in DIALLED and call.item is None:
        call.kind = event.kind
    call.identity = event.identity
    call.own_agents, call.own_scores = event.agents, event.scores
    call.lined_at = now
    call.serial = floor.next_serial()
    call.visited = ()
    items.stand_aside(floor, call)  # of the queue it was in before
    items.meet_pending(floor, call, event.queue)
    if diversion.enter(floor, call, event.queue, now):
        floor.move_call(call, state)


def stray(floor: Floor, event: CallerStrayed, now: Instant) -> None:
    """Keep the place of a caller whom the dialplan's fallback has taken."""
    call = floor.calls[event.call]
    if call.state is CallState.IN_FLOW:
        return
    sent_on = call.directed is not None or call.state is CallState.SENT_OUT
    step = CallStep.GIVE_UP if sent_on and call.queue is None else CallStep.STRAY
    state = next_call_state(call.state, step)
    if call.state in (CallState.OFFERED, CallState.CONNECTING):
        offers.withdraw_from_call(floor, call, now)
    staff.forget(call)
    floor.move_call(call, state)
    if sent_on and call.queue is not None:
        diversion.resume(floor, call, now)


def come_back(floor: Floor, event: CallerReturned, now: Instant) -> None:
    """Let a strayed caller wait again, at the same place."""
    call = floor.calls[event.call]
    call.channel = event.channel
    if call.state is CallState.STRAYED:
        diversion.back_in_line(floor, call, CallStep.RETURN, now)


def start_conversation(floor: Floor, event: ConversationStarted, now: Instant) -> None:
    """Take note that caller and agent hear each other."""
    call = floor.calls[event.call]
    state = next_call_state(call.state, CallStep.CONNECT)
    call.bridge, call.to_be_recorded = event.bridge, event.recorded
    call.asked = None
    call.directed = call.back_to = None
    floor.deadlines.discard(offers.CONNECT_PREFIX + call.id)
    diversion.leave(floor, call)
    items.settle_pending(floor, call, now)
    lead_calls.note_talk(floor, call)
    acquaint(floor, call)
    floor.move_call(call, state)
    offers.let_others_go(floor, call, now)


def fail_conversation(floor: Floor, event: ConversationFailed, now: Instant) -> None:
    """Take the caller back to their place: the agent's leg was gone before the bridge."""
    call = floor.calls[event.call]
    next_call_state(call.state, CallStep.DISCONNECT)
    offers.reopen(floor, call, floor.roster.get(event.agent), offers.HUNG_UP_FIRST, now)


def end_conversation(floor: Floor, event: ConversationEnded, now: Instant) -> None:
    """Give the agent wrap-up; the call goes on in its flow or ends."""
    call = floor.calls[event.call]
    state = next_call_state(call.state, CallStep.TALK_ENDS)
    release_agent(floor, call, now)
    call.waits_from = now
    floor.move_call(call, state)


def end(floor: Floor, event: CallEnded, now: Instant) -> None:
    """Close the call, whatever it was doing."""
    call = floor.calls[event.call]
    state = next_call_state(call.state, CallStep.END)
    if call.state in (CallState.OFFERED, CallState.CONNECTING):
        offers.withdraw_from_call(floor, call, now)
    elif call.state in (CallState.TALKING, CallState.DIALING):
        release_agent(floor, call, now)
    _release_dialler(floor, call, now)
    floor.waits.note_leaving(call, now)
    diversion.leave(floor, call)
    reclaims.remember(floor, call, event, now)
    items.stand_aside(floor, call)
    items.forget(floor, call)
    lead_calls.note_end(floor, call, now if event.ended_at is None else event.ended_at)
    floor.move_call(call, state)
    del floor.calls[call.id]
    if call.origin is not None:
        del floor.consults[call.origin]


def expect_unknown(floor: Floor, call: CallId) -> None:
    """Check that no call of this id is alive.

    Raises:
        DuplicateCall: one is.
    """
    if call in floor.calls:
        message = f"call '{call}' is alive already"
        raise DuplicateCall(message)


def acquaint(floor: Floor, call: Call) -> None:
    """Remember whom the caller talked with, for as long as there is room."""
    name = acquaintance(call)
    if not name or call.agent is None or call.by is not None:
        return
    floor.acquaintances.pop(name, None)
    floor.acquaintances[name] = call.agent
    if len(floor.acquaintances) > ACQUAINTANCES_KEPT:
        del floor.acquaintances[next(iter(floor.acquaintances))]


def release_agent(floor: Floor, call: Call, now: Instant) -> None:
    """Give whoever has the call wrap-up, and free the colleague who called them."""
    agent = None if call.agent is None else floor.roster.get(call.agent)
    call.agent = call.offer = call.held = call.card = call.asked = None
    call.bridge = ""
    call.conference = False
    if agent is not None and agent.state is AgentState.ON_CALL:
        if call.queue is not None:
            served = agent.served.get(call.queue, Served())
            served = Served(calls=served.calls + 1, last_ended_at=now)
            agent.served = {**agent.served, call.queue: served}
        shifts.start_wrap_up(floor, agent, _wrap_up_seconds(floor, call), now)


def _release_dialler(floor: Floor, call: Call, now: Instant) -> None:
    """Free the agent who called a colleague; one who consulted still has the customer."""
    dialler, call.by = call.by, None
    if dialler is not None and call.kind is Kind.INTERNAL:
        agent = floor.roster.get(dialler)
        if agent.state is AgentState.ON_CALL and agent.call == call.id:
            shifts.start_wrap_up(floor, agent, 0.0, now)


def _wrap_up_seconds(floor: Floor, call: Call) -> float:
    if call.kind in (Kind.INTERNAL, Kind.CONSULT):
        return 0.0
    if call.queue is None:
        return floor.plan.dialled_wrap_up_seconds
    return floor.queue_settings(call.queue).wrap_up_seconds
