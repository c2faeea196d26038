"""What agents do at their desks beside coming and going: queues left out, PINs, calls for help.

None of it moves an agent from state to state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import CallSupervisors
from ccengine.core.errors import HelpRefused, IllegalTransition, LoginLocked, UnknownQueue
from ccengine.core.floor import HELP_PREFIX, PIN_PREFIX
from ccengine.core.plan import supervisors_of
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.events import (
        AgentPaused,
        AgentResumed,
        HelpAnswered,
        HelpAsked,
        HelpUnanswered,
        WrongPinGiven,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant, QueueId

WRONG_PINS_AT_MOST = 5
LOCK_SECONDS = 300.0
"""After so many wrong PINs, none of them longer ago than this, nobody logs in for so long."""

HELP_SECONDS = 60.0
"""Whoever was asked for help and said nothing for so long will not."""


def pause(floor: Floor, event: AgentPaused) -> None:
    """Offer the agent no calls of the queue; one that rings already still does.

    Raises:
        UnknownQueue: the plan has no such queue.
    """
    agent = _present(floor, event.agent)
    if event.queue not in floor.plan.queues:
        message = f"no queue '{event.queue}' in the plan"
        raise UnknownQueue(message)
    _leave_out(floor, agent, (*_others(agent, event.queue), event.queue))


def resume(floor: Floor, event: AgentResumed) -> None:
    """Offer the agent calls of the queue again, also of one that is no longer in the plan."""
    agent = _present(floor, event.agent)
    if event.queue not in agent.paused and event.queue not in floor.plan.queues:
        message = f"no queue '{event.queue}' in the plan"
        raise UnknownQueue(message)
    _leave_out(floor, agent, _others(agent, event.queue))


def note_wrong_pin(floor: Floor, event: WrongPinGiven, now: Instant) -> None:
    """Count a wrong PIN; one too many locks.

    Raises:
        LoginLocked: it is locked already, and no PIN is looked at.
    """
    agent = floor.roster.get(event.agent)
    if agent.locked_until is not None:
        message = f"agent '{agent.id}' is locked: too many wrong PINs"
        raise LoginLocked(message)
    agent.wrong_pins += 1
    floor.set_deadline(PIN_PREFIX + agent.id, now + LOCK_SECONDS)
    if agent.wrong_pins >= WRONG_PINS_AT_MOST:
        agent.locked_until = now + LOCK_SECONDS
        floor.show_agent(agent)


def forgive(floor: Floor, agent: Agent) -> None:
    """Count wrong PINs anew."""
    agent.wrong_pins, agent.locked_until = 0, None
    floor.deadlines.discard(PIN_PREFIX + agent.id)


def forgive_in_time(floor: Floor, agent_id: AgentId) -> None:
    """Count wrong PINs anew: the last one is long ago."""
    agent = floor.roster.get(agent_id)
    was_locked = agent.locked_until is not None
    forgive(floor, agent)
    if was_locked:
        floor.show_agent(agent)


def ask_for_help(floor: Floor, event: HelpAsked, now: Instant) -> None:
    """Have the supervisors of the agent's team rung.

    Raises:
        HelpRefused: none is logged in, or they ring already.
    """
    agent = _present(floor, event.agent)
    if agent.asks_for_help:
        message = f"agent '{agent.id}' has asked for help already"
        raise HelpRefused(message)
    named = supervisors_of(floor.plan, agent.id)
    there = tuple(one for one in named if _is_there(floor, one))
    if not there:
        message = f"no supervisor of agent '{agent.id}' is logged in"
        raise HelpRefused(message)
    agent.asks_for_help = True
    floor.set_deadline(HELP_PREFIX + agent.id, now + HELP_SECONDS)
    floor.ask(
        CallSupervisors(agent=agent.id, supervisors=there, call=agent.call, queue=agent.serves)
    )


def end_asking(floor: Floor, event: HelpAnswered | HelpUnanswered) -> None:
    """Let the agent ask again; an answer after the first comes late."""
    agent = floor.roster.get(event.agent)
    if agent.asks_for_help:
        give_up_asking(floor, agent.id)
    else:
        floor.ignored += 1


def give_up_asking(floor: Floor, agent_id: AgentId) -> None:
    """Let the agent ask again."""
    floor.roster.get(agent_id).asks_for_help = False
    floor.deadlines.discard(HELP_PREFIX + agent_id)


def _leave_out(floor: Floor, agent: Agent, queues: tuple[QueueId, ...]) -> None:
    agent.paused = queues
    floor.place_agent(agent)
    if agent.may_be_offered:
        floor.open_agents.add(agent.id)
    floor.show_agent(agent)


def _others(agent: Agent, queue: QueueId) -> tuple[QueueId, ...]:
    return tuple(one for one in agent.paused if one != queue)


def _present(floor: Floor, agent_id: AgentId) -> Agent:
    agent = floor.roster.get(agent_id)
    if agent.state is AgentState.OFFLINE:
        message = f"agent '{agent_id}' is not logged in"
        raise IllegalTransition(message)
    return agent


def _is_there(floor: Floor, agent: AgentId) -> bool:
    return floor.roster.has(agent) and floor.roster.get(agent).state is not AgentState.OFFLINE
