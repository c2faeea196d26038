"""Offers: one ring attempt at one agent for one call; under ring-all several side by side.

An offer ends accepted, declined, unanswered (the core's own deadline) or withdrawn. A call whose
offers came to nothing keeps its rank and so its place; an agent who did not take one rests or is
not ready, so that the next caller is not offered to an empty chair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, recalls
from ccengine.core.acd.choosers import scattered
from ccengine.core.acd.lines import is_overdue
from ccengine.core.commands import Connect, OfferCall, TargetMissed, WithdrawOffer
from ccengine.core.errors import CoreError
from ccengine.core.events import Miss
from ccengine.core.ids import CallId, OfferId, QueueId
from ccengine.core.reasons import Why
from ccengine.core.states import (
    AgentState,
    AgentStep,
    CallState,
    CallStep,
    next_agent_state,
    next_call_state,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.events import OfferAccepted, OfferDeclined, OfferRinging
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant
    from ccengine.core.queues import QueueSettings

NO_QUEUE = QueueId("")
"""Of an offer for a call that stands in no line: from one agent to another."""

RINGING = frozenset({CallState.OFFERED, CallState.CONNECTING})
NO_ANSWER = "no answer"
CALLER_LEFT = "caller left"
ANSWERED_ELSEWHERE = "answered by another"
NOT_JOINED = "not joined in time"
HUNG_UP_FIRST = "hung up before the caller was joined"
RING_PREFIX = "ring:"
CONNECT_PREFIX = "connect:"
CONNECT_SECONDS = 30.0
"""An answered call that is neither joined nor failed after so long goes back to its place."""

RETRY_SECONDS = 5.0
"""Who missed an offer and stays available is not rung for so long (app_queue's `retry`)."""


def dice_of(call: Call) -> int:
    """Return a number that decides what chance decides, another one for each offer."""
    return scattered(call.serial) + call.offers_made


def is_open(floor: Floor, event: OfferRinging | OfferAccepted | OfferDeclined) -> bool:
    """Tell whether the offer an event speaks of still stands; late answers do not count."""
    call = floor.calls.get(event.call)
    if call is None or call.state not in RINGING:
        return False
    first = call.offer == event.offer and call.agent == event.agent
    rings_alone = first and call.state is CallState.OFFERED
    return rings_alone or call.others.get(event.offer) == event.agent


def accept(floor: Floor, event: OfferAccepted, now: Instant) -> None:
    """Let the agent who answered have the caller; who is second is let off."""
    call, agent = floor.calls[event.call], floor.roster.get(event.agent)
    if call.state is CallState.CONNECTING:
        _withdraw(floor, call, [event.offer], ANSWERED_ELSEWHERE, now)
        return
    agent_state = next_agent_state(agent.state, AgentStep.ACCEPT)
    call_state = next_call_state(call.state, CallStep.ACCEPT)
    _put_first(call, event.offer)
    floor.deadlines.discard(RING_PREFIX + event.offer)
    agent.misses = 0
    floor.waits.note_answer(call, agent, now)
    call.promised_until = None
    call.waited_seconds = now - call.waiting_since if call.directed is None else 0.0
    floor.move_agent(agent, agent_state, now)
    floor.show_agent(agent)
    floor.move_call(call, call_state)
    floor.set_deadline(CONNECT_PREFIX + call.id, now + CONNECT_SECONDS)
    queue = call.queue or NO_QUEUE
    settings = floor.queue_settings(queue)
    floor.ask(
        Connect(
            offer=event.offer,
            call=call.id,
            agent=agent.id,
            queue=queue,
            script=settings.outcome.script or "",
        )
    )


def let_others_go(floor: Floor, call: Call, now: Instant) -> None:
    """Have other phones stop ringing, now that the caller talks; until then they are needed."""
    _withdraw(floor, call, list(call.others), ANSWERED_ELSEWHERE, now)


def decline(floor: Floor, event: OfferDeclined, now: Instant) -> None:
    """Take the call back to its place, or leave it to the other phones that ring.

    A phone out of reach is not its agent's doing, nor is what the queue does not count: they stay
    available, and rest for a moment.
    """
    call, agent = floor.calls[event.call], floor.roster.get(event.agent)
    if event.how is Miss.UNREACHABLE or not _misses_at_most(floor, call, event.how):
        floor.let_rest(agent, now + RETRY_SECONDS)
        _end_offer(floor, call, agent, event.offer, AgentStep.MISS_AND_STAY, event.reason, now)
    else:
        _miss(floor, call, agent, event.offer, event.reason, now, event.how)


def expire(floor: Floor, call_id: CallId, offer: OfferId, now: Instant) -> None:
    """Take the call back from an agent whose phone rang for too long."""
    call = floor.calls[call_id]
    if call.state is CallState.CONNECTING:
        _withdraw(floor, call, [offer], ANSWERED_ELSEWHERE, now)
        return
    agent = floor.roster.get(_holder_of(call, offer))
    floor.ask(WithdrawOffer(offer=offer, call=call.id, agent=agent.id, reason=NO_ANSWER))
    _miss(floor, call, agent, offer, NO_ANSWER, now)


def withdraw_from_agent(
    floor: Floor, agent: Agent, step: AgentStep, reason: str, now: Instant
) -> None:
    """Take the call back because the agent left or does not want it."""
    call, offer = floor.calls[_call_of(agent)], _offer_of(agent)
    next_agent_state(agent.state, step)
    # An agent's own words must not pass for the core's, such as NO_ANSWER.
    why = f"not ready: {reason}" if step is AgentStep.NOT_READY else reason
    floor.ask(WithdrawOffer(offer=offer, call=call.id, agent=agent.id, reason=why))
    _end_offer(floor, call, agent, offer, step, reason, now)


def withdraw_from_call(floor: Floor, call: Call, now: Instant, reason: str = CALLER_LEFT) -> None:
    """Free the agents because the caller left while phones rang or one was just answered."""
    if call.offer is not None:
        call.others = {call.offer: _agent_of(call), **call.others}
    call.offer = call.agent = call.directed = call.back_to = call.asked = None
    floor.deadlines.discard(CONNECT_PREFIX + call.id)
    _withdraw(floor, call, list(call.others), reason, now)


def spare(floor: Floor, call: Call, now: Instant) -> None:
    """Free the agent who answered: the customer who was dialed for them did not."""
    agent = floor.roster.get(_agent_of(call))
    state = next_agent_state(agent.state, AgentStep.WITHDRAW)
    let_others_go(floor, call, now)
    call.offer = call.agent = call.directed = call.back_to = call.asked = None
    floor.deadlines.discard(CONNECT_PREFIX + call.id)
    _free_agent(floor, agent, state, "", now)


def reopen(floor: Floor, call: Call, agent: Agent, reason: str, now: Instant) -> None:
    """Put a caller who was not joined with the agent back to their place, or to who still rings."""
    agent_state = next_agent_state(agent.state, AgentStep.FAIL)
    step = CallStep.RING_ON if call.others else CallStep.DISCONNECT
    state = next_call_state(call.state, step)
    floor.deadlines.discard(CONNECT_PREFIX + call.id)
    _take_next(call)
    _free_agent(floor, agent, agent_state, reason, now)
    if call.offer is not None:
        floor.move_call(call, state)
    elif call.directed is not None:
        fall_back(floor, call, CallStep.DISCONNECT, reason, now)
    else:
        diversion.back_in_line(floor, call, CallStep.DISCONNECT, now)


def give_up_connecting(floor: Floor, call: Call, now: Instant) -> None:
    """Take back an answered call of which nobody said that it was joined, or that it was not."""
    agent, offer = floor.roster.get(_agent_of(call)), call.offer
    if offer is not None:
        floor.ask(WithdrawOffer(offer=offer, call=call.id, agent=agent.id, reason=NOT_JOINED))
    reopen(floor, call, agent, NOT_JOINED, now)


def call_of_offer(offer: str) -> CallId:
    """Return the call an offer was made for."""
    return CallId(offer.rpartition(".")[0])


def make_offer(floor: Floor, call: Call, agent: Agent, now: Instant) -> None:
    """Ring the agent, who is free, for the call."""
    if floor.watcher is not None:
        floor.watcher(call.id, agent.id, now)
    queue = call.queue or NO_QUEUE
    settings = floor.queue_settings(queue)
    if agent.phone is None:
        message = f"agent '{agent.id}' is available without a phone"
        raise CoreError(message)
    agent_state = next_agent_state(agent.state, AgentStep.OFFER)
    call_state = next_call_state(call.state, CallStep.OFFER)
    why = _why(call, agent, settings, now)
    call.offers_made += 1
    offer = OfferId(f"{call.id}.{call.offers_made}")
    agent.offer, agent.call, agent.client = offer, call.id, call.client
    if call.offer is None:
        call.offer, call.agent = offer, agent.id
    else:
        call.others[offer] = agent.id
    if call.directed is None:
        floor.turns[queue] = call.rung = agent.id
    floor.move_agent(agent, agent_state, now)
    if call_state is not call.state:
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
            why=why,
            auto_answer=call.patience_until is not None,
        )
    )
    floor.show_agent(agent)


def _why(call: Call, agent: Agent, settings: QueueSettings, now: Instant) -> Why:
    return Why(
        strategy=settings.strategy,
        relaxed=call.relaxed,
        own_agent=agent.id in call.only,
        overdue=is_overdue(call, settings, now),
        waited_seconds=round(now - call.queued_at, 3),
        idle_seconds=round(now - agent.idle_rank[0], 3),
        directed=call.directed is not None,
    )


def _put_first(call: Call, offer: OfferId) -> None:
    """Make this offer the call's first: the others are those beside it."""
    if call.offer is None or call.agent is None or call.offer == offer:
        return
    call.others[call.offer] = call.agent
    call.offer, call.agent = offer, call.others.pop(offer)


def _take_next(call: Call) -> None:
    """Make the first of the offers beside it the call's own, if there is one."""
    call.offer = call.agent = call.asked = None
    if call.others:
        call.offer, call.agent = next(iter(call.others.items()))
        del call.others[call.offer]


def _withdraw(
    floor: Floor, call: Call, others: Sequence[OfferId], reason: str, now: Instant
) -> None:
    freed = []
    for offer in others:
        agent_id = call.others.pop(offer)
        agent = floor.roster.get(agent_id)
        floor.deadlines.discard(RING_PREFIX + offer)
        floor.ask(WithdrawOffer(offer=offer, call=call.id, agent=agent_id, reason=reason))
        freed.append((agent, next_agent_state(agent.state, AgentStep.WITHDRAW)))
    for agent, state in freed:
        _free_agent(floor, agent, state, "", now)


def _misses_at_most(floor: Floor, call: Call, how: Miss) -> int:
    settings = floor.queue_settings(call.queue or NO_QUEUE)
    return settings.misses_by.at_most(how, settings.misses)


def _miss(
    floor: Floor,
    call: Call,
    agent: Agent,
    offer: OfferId,
    reason: str,
    now: Instant,
    how: Miss = Miss.NO_ANSWER,
) -> None:
    agent.misses += 1
    again = agent.misses < _misses_at_most(floor, call, how)
    if again:
        floor.let_rest(agent, now + RETRY_SECONDS)
        agent.idle_rank = (now, floor.next_serial())
    else:
        agent.misses = 0
    step = AgentStep.MISS_AND_STAY if again else AgentStep.MISS
    _end_offer(floor, call, agent, offer, step, reason, now)


def _end_offer(
    floor: Floor,
    call: Call,
    agent: Agent,
    offer: OfferId,
    step: AgentStep,
    reason: str,
    now: Instant,
) -> None:
    agent_state = next_agent_state(agent.state, step)
    floor.deadlines.discard(RING_PREFIX + offer)
    if call.state is CallState.CONNECTING:
        del call.others[offer]
    else:
        _put_first(call, offer)
        _take_next(call)
    _free_agent(floor, agent, agent_state, reason, now)
    if call.offer is None and call.directed is not None:
        fall_back(floor, call, CallStep.UNOFFER, reason, now)
    elif call.offer is None:
        diversion.back_in_line(floor, call, CallStep.UNOFFER, now)
    else:
        floor.ask(call.shown())


def fall_back(floor: Floor, call: Call, step: CallStep, reason: str, now: Instant) -> None:
    """Take back a call whose one agent cannot be had: to who sent it, else to the line's head."""
    sender, call.directed, call.back_to = call.back_to, None, None
    agent = recalls.still_free(floor, sender, call, now)
    if agent is not None:
        call.state = next_call_state(call.state, step)
        call.directed = agent.id
        make_offer(floor, call, agent, now)
    elif call.queue is not None:
        diversion.take_back(floor, call, step, now)
    else:
        _begin_in_line(floor, call, reason, now)


def _begin_in_line(floor: Floor, call: Call, reason: str, now: Instant) -> None:
    """Have a call that came from no line wait for anybody, as if since it began; or give it up."""
    line = recalls.line_of(floor.plan, call)
    floor.move_call(call, next_call_state(call.state, CallStep.GIVE_UP))
    if line is None:
        floor.ask(TargetMissed(call=call.id, reason=reason))
    else:
        diversion.begin(floor, call, line, now, since=call.arrived_at)


def _free_agent(floor: Floor, agent: Agent, state: AgentState, reason: str, now: Instant) -> None:
    state, reason = _as_asked(floor, agent, state, reason)
    agent.call = agent.offer = None
    agent.finish, agent.finish_reason = AgentStep.FINISH, ""
    floor.move_agent(agent, state, now)
    if state is AgentState.NOT_READY:
        floor.give_reason(agent, reason, now)
    if state is AgentState.OFFLINE:
        floor.let_go(agent)
    floor.show_agent(agent)


def _as_asked(floor: Floor, agent: Agent, state: AgentState, reason: str) -> tuple[AgentState, str]:
    """Let what was asked for since the answer come true: there will be no wrap-up to end."""
    if state is AgentState.OFFLINE:
        return state, reason
    if agent.finish is AgentStep.FINISH_OFFLINE or agent.id not in floor.plan.agents:
        return next_agent_state(state, AgentStep.LOG_OUT), ""
    if agent.finish is AgentStep.FINISH_NOT_READY:
        return next_agent_state(state, AgentStep.NOT_READY), agent.finish_reason
    return state, reason


def _agent_of(call: Call) -> AgentId:
    if call.agent is None:
        message = f"call '{call.id}' has no agent"
        raise CoreError(message)
    return call.agent


def _holder_of(call: Call, offer: OfferId) -> AgentId:
    return call.others[offer] if offer in call.others else _agent_of(call)


def _call_of(agent: Agent) -> CallId:
    if agent.call is None:
        message = f"agent '{agent.id}' has no call"
        raise CoreError(message)
    return agent.call


def _offer_of(agent: Agent) -> OfferId:
    if agent.offer is None:
        message = f"agent '{agent.id}' has no offer"
        raise CoreError(message)
    return agent.offer
