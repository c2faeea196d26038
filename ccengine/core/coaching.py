"""Who may coach whom, what a coach is to hear, and taking over.

A coach is a supervisor of the agent's team, hears calls of clients they are approved for and of
nobody else, and is offered no calls meanwhile. Of all who coach an agent one at a time may speak
(whisper or barge): two voices at once help nobody. Any number may listen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ccengine.core import cards, contacts, handover, shifts
from ccengine.core.coachings import NOWHERE, Coaching, Seat, Unheard
from ccengine.core.commands import EndCoaching, SeatCoach, ShowCoaching
from ccengine.core.errors import CoachRefused
from ccengine.core.events.causes import CoachMode
from ccengine.core.ids import OfferId
from ccengine.core.plan import supervisors_of
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
    from ccengine.core.events import (
        CallTakenOver,
        CoachingEnded,
        CoachingStarted,
        CoachModeChanged,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, CoachingId, Instant

MAY_COACH = frozenset({AgentState.AVAILABLE, AgentState.NOT_READY, AgentState.WRAP_UP})
SPEAKS = frozenset({CoachMode.WHISPER, CoachMode.BARGE})

COACH_LEFT = "the coach logged out"
AGENT_LEFT = "the agent logged out"
NOT_LED = "the coach leads the agent's team no more"


def start(floor: Floor, event: CoachingStarted, now: Instant) -> None:
    """Let a supervisor follow an agent.

    Raises:
        CoachRefused: they may not, one of the two cannot now, or another coach speaks already.
        UnknownAgent: the plan has no such agent.
    """
    coach, agent = floor.roster.get(event.coach), floor.roster.get(event.agent)
    _expect_supervisor(floor, coach.id, agent.id)
    if agent.state is AgentState.OFFLINE:
        _refuse(f"agent '{agent.id}' is not logged in")
    if coach.state not in MAY_COACH or coach.own_calls:
        _refuse(f"agent '{coach.id}' is {coach.barred or coach.state}")
    if coach.coaching is not None or event.coaching in floor.coachings:
        _refuse(f"agent '{coach.id}' coaches already")
    _expect_one_voice(floor, event.coaching, event.agent, event.mode)
    floor.coachings[event.coaching] = coaching = Coaching(
        id=event.coaching,
        coach=coach.id,
        agent=agent.id,
        channel=event.channel,
        mode=event.mode,
        started_at=now,
    )
    coach.coaching = event.coaching
    floor.ask(shown(coaching))
    _show(floor, coach)


def change_mode(floor: Floor, event: CoachModeChanged) -> None:
    """Let a coach listen, whisper or join in.

    Raises:
        CoachRefused: another coach speaks to the agent already.
    """
    coaching = floor.coachings[event.coaching]
    _expect_one_voice(floor, coaching.id, coaching.agent, event.mode)
    coaching.mode = event.mode
    floor.ask(_seated(coaching))
    floor.ask(shown(coaching))


def end(floor: Floor, event: CoachingEnded) -> None:
    """Let a coach go."""
    _forget(floor, floor.coachings[event.coaching])


def take_over(floor: Floor, event: CallTakenOver, now: Instant) -> None:
    """Let the coach have the caller; the agent who had them wraps up.

    Raises:
        CoreError: the coach hears another call or none, a colleague is being consulted, or a
            card is typed.
    """
    call, coaching = floor.calls[event.call], floor.coachings.get(event.coaching)
    if coaching is None or coaching.seat.call != call.id or coaching.coach != event.to_agent:
        _refuse(f"agent '{event.to_agent}' does not coach in call '{call.id}'")
    if call.kind in handover.COLLEAGUES or floor.consult_of(call.id) is not None:
        _refuse(f"a colleague is consulted in call '{call.id}'")
    cards.expect_untyped(call)
    coach = floor.roster.get(event.to_agent)
    shifts.expect_nothing_owed(coach)
    next_agent_state(coach.state, AgentStep.DIAL)
    state = next_call_state(call.state, CallStep.HAND_OVER)
    handover.expect_approved(floor, coach, call)
    bridge, leg = call.bridge, OfferId(event.channel)
    contacts.release_agent(floor, call, now)
    _forget(floor, coaching)
    handover.occupy(floor, coach, call, leg, now)
    call.agent, call.offer, call.bridge = coach.id, leg, bridge
    floor.waits.note_hand_over(coach, call.queue, now)
    floor.place_agent(coach)
    contacts.acquaint(floor, call)
    floor.move_call(call, state)
    floor.show_agent(coach)


def settle(floor: Floor) -> None:
    """Say what each coach is to hear, where something has moved that this depends on."""
    moved, floor.moved = floor.moved, set()
    if not moved:
        return
    for coaching in floor.coachings.values():
        if not coaching.ending and (coaching.agent in moved or coaching.coach in moved):
            _seat_anew(floor, coaching)


def _seat_anew(floor: Floor, coaching: Coaching) -> None:
    reason = why_over(floor, coaching)
    if reason:
        coaching.ending, coaching.seat = reason, NOWHERE
        floor.ask(EndCoaching(coaching=coaching.id, reason=reason))
        return
    seat = seat_of(floor, coaching)
    if seat != coaching.seat:
        coaching.seat = seat
        floor.ask(_seated(coaching))
        floor.ask(shown(coaching))


def seat_of(floor: Floor, coaching: Coaching) -> Seat:
    """Return what the coach is to hear now."""
    agent = floor.roster.get(coaching.agent)
    call = None if agent.call is None else floor.calls.get(agent.call)
    talks = call is not None and call.agent == agent.id and call.state is CallState.TALKING
    if call is None or agent.state is not AgentState.ON_CALL or not talks:
        return NOWHERE if call is None else _unless_colleagues(call, agent)
    about = call if call.origin is None else floor.calls.get(call.origin, call)
    if not about.client:
        return Seat(unheard=Unheard.PRIVATE)
    if about.client not in floor.shares.clients_of(coaching.coach):
        return Seat(client=about.client, unheard=Unheard.OTHER_CLIENT)
    consult = floor.consult_of(call.id)
    aside = consult is not None and not consult.conference and call.held is not None
    return Seat(
        call=call.id,
        client=about.client,
        leg=consult.channel if consult is not None and aside else call.offer or "",
        customer=call.channel,
        held=call.held is not None,
        joined=call.conference or (consult is not None and consult.conference),
        unheard=None,
    )


def shown(coaching: Coaching) -> ShowCoaching:
    """Return how a coaching that goes on is shown."""
    seat = coaching.seat
    return ShowCoaching(
        coaching=coaching.id,
        coach=coaching.coach,
        agent=coaching.agent,
        mode=coaching.mode,
        call=seat.call,
        reason=seat.unheard or "",
    )


def _unless_colleagues(call: Call, agent: Agent) -> Seat:
    """Tell a coach apart who waits for a call from one whose agent has called a colleague."""
    is_private = call.by == agent.id and agent.state is AgentState.ON_CALL and not call.client
    return Seat(unheard=Unheard.PRIVATE) if is_private else NOWHERE


def _seated(coaching: Coaching) -> SeatCoach:
    seat = coaching.seat
    return SeatCoach(
        coaching=coaching.id,
        coach=coaching.coach,
        agent=coaching.agent,
        mode=coaching.mode,
        call=seat.call,
        leg=seat.leg,
        held=seat.held,
        reason=seat.unheard or "",
    )


def why_over(floor: Floor, coaching: Coaching) -> str:
    """Return why the coaching cannot go on; empty: it can. A reload may take the team away."""
    if floor.roster.get(coaching.coach).state is AgentState.OFFLINE:
        return COACH_LEFT
    if floor.roster.get(coaching.agent).state is AgentState.OFFLINE:
        return AGENT_LEFT
    may = coaching.coach in supervisors_of(floor.plan, coaching.agent)
    return "" if may else NOT_LED


def _expect_supervisor(floor: Floor, coach: AgentId, agent: AgentId) -> None:
    if coach not in supervisors_of(floor.plan, agent):
        _refuse(f"agent '{coach}' is no supervisor of agent '{agent}'")


def _expect_one_voice(floor: Floor, coaching: CoachingId, agent: AgentId, mode: CoachMode) -> None:
    for other in floor.coachings.values():
        if (
            other.agent == agent
            and other.id != coaching
            and other.mode in SPEAKS
            and mode in SPEAKS
        ):
            _refuse(f"agent '{other.coach}' speaks to agent '{agent}' already")


def _refuse(message: str) -> NoReturn:
    raise CoachRefused(message)


def _forget(floor: Floor, coaching: Coaching) -> None:
    del floor.coachings[coaching.id]
    coach = floor.roster.get(coaching.coach)
    coach.coaching = None
    over = ShowCoaching(coaching=coaching.id, coach=coaching.coach, agent=coaching.agent, mode=None)
    floor.ask(over)
    _show(floor, coach)
    floor.forget_if_retired(coach)
    floor.forget_if_retired(floor.roster.get(coaching.agent))


def _show(floor: Floor, agent: Agent) -> None:
    floor.place_agent(agent)
    if agent.state is AgentState.AVAILABLE:
        floor.show_agent(agent)
