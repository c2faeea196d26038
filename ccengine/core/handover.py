"""Who has a call, where agents say so: by dialling, transfers, handing over, holding.

A colleague is reserved here before their phone rings: an offer to that agent alone. One who is not
free is said so at once, and nothing rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import cards, contacts, diversion, offers, recalls, shifts, staff
from ccengine.core.calls import Call
from ccengine.core.errors import CoreError, TargetNotFree, UnknownQueue
from ccengine.core.ids import OfferId, client_of
from ccengine.core.states import (
    AgentState,
    AgentStep,
    CallState,
    CallStep,
    Kind,
    next_agent_state,
    next_call_state,
)

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.events import (
        AgentDialled,
        CallDirected,
        CallHandedOut,
        CallHandedOver,
        CallTransferred,
        ConferenceStarted,
        HoldEnded,
        HoldStarted,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, CallId, Instant, QueueId

COLLEAGUES = frozenset({Kind.INTERNAL, Kind.CONSULT})


def dial(floor: Floor, event: AgentDialled, now: Instant) -> None:
    """Begin a call that an agent makes.

    Raises:
        CoreError: the agent cannot: a phone of theirs rings, or they are on another call.
    """
    contacts.expect_unknown(floor, event.call)
    agent = floor.roster.get(event.agent)
    if event.kind is Kind.CONSULT:
        _expect_consultable(floor, agent, event.origin)
    else:
        shifts.expect_nothing_owed(agent)
        next_agent_state(agent.state, AgentStep.DIAL)
    call = Call(
        id=event.call,
        tenant=event.tenant,
        client=event.client,
        number=event.number,
        channel=event.channel,
        kind=event.kind,
        arrived_at=now,
        waits_from=now,
        queued_at=now,
        origin=event.origin,
        outside=event.outside,
    )
    floor.calls[call.id] = call
    if event.origin is not None:
        floor.consults[event.origin] = call.id
        floor.note_talk(call)
    if event.kind is Kind.OUTBOUND:
        call.state = CallState.DIALING
        call.agent, call.offer = agent.id, OfferId(event.leg)
    else:
        call.by = agent.id
    if event.kind is not Kind.CONSULT:
        occupy(floor, agent, call, OfferId(event.leg), now)
    floor.ask(call.shown())


def _expect_consultable(floor: Floor, agent: Agent, origin: CallId | None) -> None:
    call = None if origin is None else floor.calls.get(origin)
    has = call is not None and call.agent == agent.id and call.state is CallState.TALKING
    if call is None or not has or call.kind in COLLEAGUES:
        message = f"agent '{agent.id}' is on no call to consult about"
        raise CoreError(message)
    cards.expect_none(call)
    if floor.consult_of(call.id) is not None:
        message = f"somebody is being consulted about call '{call.id}' already"
        raise CoreError(message)


def occupy(floor: Floor, agent: Agent, call: Call, leg: OfferId, now: Instant) -> None:
    """Have an agent who was in no call be in this one, by that channel of theirs."""
    after, reason = agent.finish, agent.finish_reason
    if agent.state is AgentState.NOT_READY:
        after, reason = AgentStep.FINISH_NOT_READY, agent.reason
    if agent.state is AgentState.WRAP_UP:
        shifts.forget_wrap_up(floor, agent, now)
        floor.move_agent(agent, AgentState.NOT_READY, now)
    state = next_agent_state(agent.state, AgentStep.DIAL)
    agent.call, agent.offer, agent.client = call.id, leg, call.client
    agent.finish, agent.finish_reason = after, reason
    agent.retry_at = 0.0  # whoever dials sits at the phone
    floor.move_agent(agent, state, now)
    floor.show_agent(agent)


def direct(floor: Floor, event: CallDirected, now: Instant) -> None:
    """Ring one agent, and nobody else, for a colleague who calls.

    Raises:
        TargetNotFree: that agent cannot be had.
        CoreError: nobody calls here, or for another already.
    """
    call = floor.calls[event.call]
    is_new = call.state is CallState.IN_FLOW and call.queue is None and not call.outside
    if call.kind not in COLLEAGUES or not is_new or not _still_calls(floor, call):
        message = f"call '{call.id}' is no call to a colleague that begins"
        raise CoreError(message)
    target = _expect_free(floor, event.agent, call)
    call.directed = target.id
    offers.make_offer(floor, call, target, now)


def _still_calls(floor: Floor, call: Call) -> bool:
    """Tell whether the agent who called is there: one who consults must have the customer."""
    origin = call if call.origin is None else floor.calls.get(call.origin)
    has = call.origin is None or (origin is not None and origin.agent == call.by)
    return call.by is not None and has


def _expect_free(floor: Floor, agent: AgentId, call: Call) -> Agent:
    target = floor.roster.get(agent)
    if floor.held:
        message = f"agent '{agent}' cannot be rung: the switch is away"
        raise TargetNotFree(message)
    if not target.may_be_offered:
        message = f"agent '{agent}' is {target.barred or target.state}"
        raise TargetNotFree(message)
    if call.kind not in COLLEAGUES:
        expect_approved(floor, target, call)
    return target


def expect_approved(floor: Floor, agent: Agent, call: Call) -> None:
    """Check that the agent may serve the call's client today.

    Raises:
        TargetNotFree: they may not.
    """
    if call.client not in floor.shares.clients_of(agent.id):
        message = f"agent '{agent.id}' is not approved for '{call.client}'"
        raise TargetNotFree(message)


def transfer(floor: Floor, event: CallTransferred, now: Instant) -> None:
    """Send the caller on: to a colleague, into a queue, or to the client's staff.

    Raises:
        CoreError: it cannot be; the agent keeps the caller.
    """
    call = floor.calls[event.call]
    step = CallStep.TALK_ENDS if event.number is None else CallStep.SEND_OUT
    state = next_call_state(call.state, step)
    if call.kind in COLLEAGUES:
        message = f"call '{call.id}' is between colleagues"
        raise CoreError(message)
    if event.queue is None and recalls.line_of(floor.plan, call) is None:
        message = f"call '{call.id}' has no line to fall back to"
        raise CoreError(message)
    target = None
    if event.to_agent is not None:
        target = _expect_free(floor, event.to_agent, call)
    elif event.queue is not None:
        _expect_own_queue(floor, event.queue, call)
    before = call.agent
    contacts.release_agent(floor, call, now)
    call.state, call.queued_at = state, now
    call.waits_from = now - call.waited_seconds
    if target is not None:
        call.directed, call.back_to = target.id, before
        offers.make_offer(floor, call, target, now)
    elif event.queue is not None:
        diversion.begin(floor, call, event.queue, now, since=now)
    else:
        staff.ring(floor, call, event.number or "", before)


def _expect_own_queue(floor: Floor, queue: QueueId, call: Call) -> None:
    if queue not in floor.plan.queues:
        message = f"no queue '{queue}' in the plan"
        raise UnknownQueue(message)
    if client_of(queue) != call.client:
        message = f"queue '{queue}' is another client's"
        raise CoreError(message)


def hand_over(floor: Floor, event: CallHandedOver, now: Instant) -> None:
    """Let the colleague who was consulted have the caller; the consult's own end follows.

    Raises:
        CoreError: they do not talk with the agent about this call.
    """
    call, consult = floor.calls[event.call], _consult(floor, event.consult, event.call)
    state = next_call_state(call.state, CallStep.HAND_OVER)
    target = floor.roster.get(event.to_agent)
    if consult.agent != target.id or consult.state is not CallState.TALKING:
        message = f"agent '{target.id}' does not talk in '{consult.id}'"
        raise CoreError(message)
    expect_approved(floor, target, call)
    leg, bridge = consult.offer, call.bridge
    contacts.release_agent(floor, call, now)
    _part(floor, consult)
    call.agent, call.offer, call.bridge = target.id, leg, bridge
    target.call, target.client = call.id, call.client
    floor.waits.note_hand_over(target, call.queue, now)
    floor.place_agent(target)
    contacts.acquaint(floor, call)
    floor.move_call(call, state)
    floor.show_agent(target)


def hand_out(floor: Floor, event: CallHandedOut, now: Instant) -> None:
    """Let the client's own staff have the caller.

    Raises:
        CoreError: it was not the staff who were consulted.
    """
    call, consult = floor.calls[event.call], _consult(floor, event.consult, event.call)
    if not consult.outside:
        message = f"'{consult.id}' is with no staff"
        raise CoreError(message)
    state = next_call_state(call.state, CallStep.HAND_OUT)
    bridge = call.bridge
    contacts.release_agent(floor, call, now)
    consult.by = None
    call.outside, call.bridge = event.channel, bridge
    floor.move_call(call, state)


def _consult(floor: Floor, consult: CallId, call: CallId) -> Call:
    found = floor.calls.get(consult)
    if found is None or found.origin != call:
        message = f"'{consult}' is no consult about '{call}'"
        raise CoreError(message)
    return found


def _part(floor: Floor, consult: Call) -> None:
    """Take the consulted agent out of the consult, who has the customer's call now."""
    consult.agent = consult.offer = consult.by = consult.held = None
    consult.bridge, consult.conference = "", False
    floor.move_call(consult, next_call_state(consult.state, CallStep.TALK_ENDS))


def hold(floor: Floor, event: HoldStarted) -> None:
    """Take note that the caller hears music."""
    call = floor.calls[event.call]
    call.held = event.how
    floor.note_talk(call)


def retrieve(floor: Floor, event: HoldEnded) -> None:
    """Take note that the caller hears the agent again."""
    call = floor.calls[event.call]
    call.held = None
    floor.note_talk(call)


def join(floor: Floor, event: ConferenceStarted) -> None:
    """Take note that three talk with each other."""
    consult = floor.calls[event.call]
    consult.bridge, consult.channel, consult.conference = event.bridge, event.channel, True
    floor.note_talk(consult)
