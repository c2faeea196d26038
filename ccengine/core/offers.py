"""Offers: one ring attempt at one agent for one call.

An offer ends accepted, declined, unanswered (the core's own deadline) or withdrawn. A call whose
offer came to nothing keeps its rank and so its place; an agent who did not take it is not ready,
so that the next caller is not offered to an empty chair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import Connect, OfferCall, WithdrawOffer
from ccengine.core.errors import CoreError
from ccengine.core.ids import CallId, OfferId
from ccengine.core.states import (
    AgentState,
    AgentStep,
    CallState,
    CallStep,
    next_agent_state,
    next_call_state,
)

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.events import OfferAccepted, OfferDeclined, OfferRinging
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant, QueueId

NO_ANSWER = "no answer"
CALLER_LEFT = "caller left"
RING_PREFIX = "ring:"


def match_call(floor: Floor, call: Call, now: Instant) -> None:
    """Offer the waiting call to the best agent who is free, if there is one."""
    if floor.held or call.state is not CallState.WAITING:
        return
    agent = floor.matching.agent_for(call.id)
    if agent is not None:
        _make_offer(floor, call, floor.roster.get(agent), now)


def match_agent(floor: Floor, agent: Agent, now: Instant) -> None:
    """Offer the first caller in line to the agent, if they are free and there is one."""
    if floor.held or agent.state is not AgentState.AVAILABLE:
        return
    call = floor.matching.call_for(agent.id)
    if call is not None:
        _make_offer(floor, floor.calls[call], agent, now)


def match_all(floor: Floor, now: Instant) -> None:
    """Offer every waiting call that somebody is free for, first come first."""
    if not floor.held:
        for call in list(floor.matching.waiting()):
            match_call(floor, floor.calls[call], now)


def is_open(floor: Floor, event: OfferRinging | OfferAccepted | OfferDeclined) -> bool:
    """Tell whether the offer an event speaks of still stands; late answers do not count."""
    call = floor.calls.get(event.call)
    return (
        call is not None
        and call.state is CallState.OFFERED
        and call.offer == event.offer
        and call.agent == event.agent
    )


def accept(floor: Floor, event: OfferAccepted) -> None:
    """Let the agent who answered have the caller."""
    call, agent = floor.calls[event.call], floor.roster.get(event.agent)
    agent_state = next_agent_state(agent.state, AgentStep.ACCEPT)
    call_state = next_call_state(call.state, CallStep.ACCEPT)
    floor.deadlines.discard(RING_PREFIX + event.offer)
    floor.move_agent(agent, agent_state, agent.idle_rank[0])
    floor.show_agent(agent)
    floor.move_call(call, call_state)
    queue = _queue_of(call)
    recorded = floor.queue_settings(queue).recorded
    floor.ask(
        Connect(offer=event.offer, call=call.id, agent=agent.id, queue=queue, recorded=recorded)
    )


def decline(floor: Floor, event: OfferDeclined, now: Instant) -> None:
    """Take the call back to its place; whoever declined is not ready."""
    call, agent = floor.calls[event.call], floor.roster.get(event.agent)
    _end_offer(floor, call, agent, AgentStep.MISS, event.reason, now)


def expire(floor: Floor, call_id: CallId, now: Instant) -> None:
    """Take the call back from an agent whose phone rang for too long."""
    call = floor.calls[call_id]
    agent = floor.roster.get(_agent_of(call))
    _withdraw(floor, call, agent, NO_ANSWER)
    _end_offer(floor, call, agent, AgentStep.MISS, NO_ANSWER, now)


def withdraw_from_agent(
    floor: Floor, agent: Agent, step: AgentStep, reason: str, now: Instant
) -> None:
    """Take the call back because the agent left or does not want it."""
    call = floor.calls[_call_of(agent)]
    _withdraw(floor, call, agent, reason)
    _end_offer(floor, call, agent, step, reason, now)


def withdraw_from_call(floor: Floor, call: Call, now: Instant) -> None:
    """Free the agent because the caller left while the phone rang or was just answered."""
    agent = floor.roster.get(_agent_of(call))
    state = next_agent_state(agent.state, AgentStep.WITHDRAW)
    _withdraw(floor, call, agent, CALLER_LEFT)
    call.offer = call.agent = None
    _free_agent(floor, agent, state, "", now)


def reopen(floor: Floor, call: Call, agent: Agent, now: Instant) -> None:
    """Put a caller whose agent vanished before the bridge back to their place."""
    agent_state = next_agent_state(agent.state, AgentStep.FAIL)
    call_state = next_call_state(call.state, CallStep.DISCONNECT)
    call.offer = call.agent = None
    floor.move_call(call, call_state)
    _free_agent(floor, agent, agent_state, "hung up before the caller was joined", now)
    match_call(floor, call, now)


def call_of_offer(offer: str) -> CallId:
    """Return the call an offer was made for."""
    return CallId(offer.rpartition(".")[0])


def _make_offer(floor: Floor, call: Call, agent: Agent, now: Instant) -> None:
    queue = _queue_of(call)
    settings = floor.queue_settings(queue)
    if agent.phone is None:
        message = f"agent '{agent.id}' is available without a phone"
        raise CoreError(message)
    call.offers_made += 1
    offer = OfferId(f"{call.id}.{call.offers_made}")
    agent_state = next_agent_state(agent.state, AgentStep.OFFER)
    call_state = next_call_state(call.state, CallStep.OFFER)
    call.offer = agent.offer = offer
    call.agent, agent.call = agent.id, call.id
    floor.move_agent(agent, agent_state, now)
    floor.move_call(call, call_state)
    floor.set_deadline(RING_PREFIX + offer, now + settings.ring_seconds)
    floor.ask(
        OfferCall(
            offer=offer,
            call=call.id,
            agent=agent.id,
            phone=agent.phone,
            queue=queue,
            ring_seconds=settings.ring_seconds,
        )
    )
    floor.show_agent(agent)


def _withdraw(floor: Floor, call: Call, agent: Agent, reason: str) -> None:
    if call.offer is not None:
        floor.deadlines.discard(RING_PREFIX + call.offer)
        floor.ask(WithdrawOffer(offer=call.offer, call=call.id, agent=agent.id, reason=reason))


def _end_offer(
    floor: Floor, call: Call, agent: Agent, step: AgentStep, reason: str, now: Instant
) -> None:
    agent_state = next_agent_state(agent.state, step)
    call_state = next_call_state(call.state, CallStep.UNOFFER)
    if call.offer is not None:
        floor.deadlines.discard(RING_PREFIX + call.offer)
    call.offer = call.agent = None
    floor.move_call(call, call_state)
    _free_agent(floor, agent, agent_state, reason, now)
    match_call(floor, call, now)


def _free_agent(floor: Floor, agent: Agent, state: AgentState, reason: str, now: Instant) -> None:
    state, reason = _as_asked(floor, agent, state, reason)
    agent.call = agent.offer = None
    agent.finish, agent.finish_reason = AgentStep.FINISH, ""
    floor.move_agent(agent, state, now)
    if state is AgentState.NOT_READY:
        agent.reason = reason
    if state is AgentState.OFFLINE:
        floor.let_go(agent)
    floor.show_agent(agent)
    match_agent(floor, agent, now)


def _as_asked(floor: Floor, agent: Agent, state: AgentState, reason: str) -> tuple[AgentState, str]:
    """Let what was asked for since the answer come true: there will be no wrap-up to end."""
    if state is AgentState.OFFLINE:
        return state, reason
    if agent.finish is AgentStep.FINISH_OFFLINE or agent.id not in floor.plan.agents:
        return next_agent_state(state, AgentStep.LOG_OUT), ""
    if agent.finish is AgentStep.FINISH_NOT_READY:
        return next_agent_state(state, AgentStep.NOT_READY), agent.finish_reason
    return state, reason


def _queue_of(call: Call) -> QueueId:
    if call.queue is None:
        message = f"call '{call.id}' is offered without a queue"
        raise CoreError(message)
    return call.queue


def _agent_of(call: Call) -> AgentId:
    if call.agent is None:
        message = f"call '{call.id}' has no agent"
        raise CoreError(message)
    return call.agent


def _call_of(agent: Agent) -> CallId:
    if agent.call is None:
        message = f"agent '{agent.id}' has no call"
        raise CoreError(message)
    return agent.call
