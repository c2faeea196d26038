"""What a new plan changes for those who are here already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import closures, dialing, diversion, gates, outcomes, shifts
from ccengine.core.agents import Agent
from ccengine.core.plan import order_in

if TYPE_CHECKING:
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan


def take_over(floor: Floor, plan: Plan, now: Instant) -> None:
    """Go by another plan from now on."""
    _swap(floor, plan, now)
    shifts.retire(floor, now)
    shifts.rest_anew(floor, now)
    outcomes.replan(floor, now)
    diversion.replan(floor, now)
    gates.withdraw_from_barred(floor, now)
    closures.replan(floor)
    dialing.replan(floor, now)
    floor.items.open.update(call.id for call in floor.calls.values() if call.item)


def _swap(floor: Floor, plan: Plan, now: Instant) -> None:
    """Take over another plan, for waiting callers too. Agents no longer in it still work."""
    _keep_turns(floor, plan)
    floor.plan = plan
    for agent_id in plan.agents:
        if not floor.roster.has(agent_id):
            floor.roster.add(Agent(id=agent_id))
    for agent in floor.roster.all():
        floor.forget_if_retired(agent)
    floor.judge(now)


def _keep_turns(floor: Floor, plan: Plan) -> None:
    """Have a queue's turn go on after who came before, if whom it was at is gone."""
    for queue, last in list(floor.turns.items()):
        if last in plan.agents and plan.queues.get(queue) == floor.plan.queues.get(queue):
            continue
        order, kept = order_in(floor.plan, queue), frozenset(order_in(plan, queue))
        if last in kept or last not in order:
            continue
        before = [agent for agent in order[: order.index(last)] if agent in kept]
        if before:
            floor.turns[queue] = before[-1]
        else:
            del floor.turns[queue]
