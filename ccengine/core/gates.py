"""Gates that close while a phone rings: who may no longer have the call is rung no more.

A licence, an approval or a skill ends with its day, or a new plan takes it away. What a queue
merely asks for is not looked at again: a phone that rings rings on. Whom a caller was sent to by
name needs the client's approval only, for as long as it rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import offers
from ccengine.core.acd.requirement import skills_of
from ccengine.core.states import AgentStep, CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant


def withdraw_from_barred(floor: Floor, now: Instant) -> None:
    """Take calls back from agents who may not have them any more: a gate holds while it rings."""
    for call in list(floor.calls.values()):
        first = [call.agent] if call.agent and call.state is CallState.OFFERED else []
        for agent_id in [*first, *call.others.values()]:
            bar = _bar_of(floor, call, agent_id, now)
            if bar:
                agent = floor.roster.get(agent_id)
                offers.withdraw_from_agent(floor, agent, AgentStep.WITHDRAW, bar, now)


def _bar_of(floor: Floor, call: Call, agent: AgentId, now: Instant) -> str:
    if call.directed is not None:
        # Whom a colleague has asked for is not judged by what the queue asks.
        may = call.by is not None or call.client in floor.shares.clients_of(agent)
        return "" if may else f"no longer has client {call.client}"
    lack = floor.requirement_of(call).bar_of(agent, floor.plan, now)
    if lack is not None:
        return f"no longer has {lack.what} {lack.name}"
    gates = floor.queue_settings(call.queue or offers.NO_QUEUE).gates
    skills = skills_of(floor.plan, agent, now)
    lost = next((skill for skill, least in gates.items() if skills.get(skill, 0) < least), None)
    return "" if lost is None else f"no longer has {lost} {gates[lost]}"
