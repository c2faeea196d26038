"""Who has sent a call on may get it back, when whom it was for cannot be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import debriefs
from ccengine.core.acd.rest import rested_at
from ccengine.core.agents import WRAP_UP_PREFIX
from ccengine.core.states import AgentState, AgentStep, next_agent_state

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant, QueueId
    from ccengine.core.plan import Plan


def line_of(plan: Plan, call: Call) -> QueueId | None:
    """Return where a call waits that nobody takes: its line, else its client's usual one.

    A call between colleagues has none: it ends.
    """
    if call.queue is not None or call.by is not None:
        return call.queue
    return plan.usual_queues.get(call.client)


def still_free(floor: Floor, sender: AgentId | None, call: Call, now: Instant) -> Agent | None:
    """Return who sent the call on, if they can take it back: wrapping it up is no reason not to."""
    if sender is None or floor.held or not floor.roster.has(sender):
        return None
    if call.client not in floor.shares.clients_of(sender):
        return None  # not approved any more
    agent = floor.roster.get(sender)
    if _wraps_up(agent, call) and _may_stop(floor, agent, now):
        debriefs.note_wrap_up_over(floor, agent, now)
        floor.deadlines.discard(WRAP_UP_PREFIX + agent.id)
        agent.call = agent.until = agent.typing_until = None
        agent.overdue = False
        floor.move_agent(agent, next_agent_state(agent.state, AgentStep.FINISH), now)
        floor.show_agent(agent)
    return agent if agent.may_be_offered else None


def _wraps_up(agent: Agent, call: Call) -> bool:
    return agent.state is AgentState.WRAP_UP and agent.call == call.id


def _may_stop(floor: Floor, agent: Agent, now: Instant) -> bool:
    """Tell whether they could have a call at once if they wrapped up no more."""
    asked = debriefs.owed_by(agent) is not None or agent.finish is not AgentStep.FINISH
    spells = [*agent.spells, (agent.busy_since or now, now)]
    rests = rested_at(spells, agent.since, floor.plan.rest, now) > now
    return not (asked or rests or agent.phone_lost or agent.is_elsewhere)
