"""Bring free agents and waiting callers together, once an event has been dealt with.

Rules elsewhere only change states; whatever this may have made possible is left open on the floor:
lines in which somebody new stands or for which a house rule may have changed, and agents who got
free. Here all of that is decided together, in the order of service, so that it makes no difference
in which order an event freed several agents or sent several callers back into line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, offers, relaxation, turns
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.acd.matching import Place
    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, CallId, Instant


def settle(floor: Floor, now: Instant) -> None:
    """Offer, skip and send away until there is nothing left that this could change."""
    floor.now = now
    turns.look_at_open(floor, now)
    if floor.held:
        floor.close()  # when the switch is back, everything is looked at
        return
    while floor.is_open():
        relaxation.restaff(floor)
        floor.reopen_held_back()
        pair(floor, now)
        diversion.leave_empty(floor, now)
        turns.look_at_open(floor, now)
    turns.call_customers(floor, now)


def pair(floor: Floor, now: Instant) -> None:
    """Offer calls, first come first, until nobody who is free may serve anybody who waits."""
    in_vain: set[CallId] = set()
    while (place := _first(floor, in_vain, now)) is not None:
        call, requirement = place.call, place.pool.requirement
        if not _offer(floor, call, requirement, now):
            in_vain.add(call.id)
            if call.state is CallState.WAITING:
                floor.open_lines.discard(requirement)  # what keeps the first of a line keeps all
    floor.open_lines.clear()
    floor.open_agents.clear()


def _first(floor: Floor, in_vain: set[CallId], now: Instant) -> Place | None:
    """Return who is next among the heads of open lines and the callers of open agents."""
    if not floor.open_lines and not floor.open_agents:
        return None

    def permit(agent: AgentId, requirement: Requirement) -> bool:
        rule = floor.rule_against(agent, requirement, now)
        if rule:
            floor.held_back[requirement] = rule
        return not rule

    matching = floor.matching
    found = matching.heads(floor.open_lines, in_vain, now)
    for agent in list(floor.open_agents):
        is_idle = matching.is_idle(agent)
        places = matching.calls_for(agent, now, permit, in_vain) if is_idle else []
        if not places:
            floor.open_agents.discard(agent)
        found += places
    return matching.first_of(found, now)


def _offer(floor: Floor, call: Call, requirement: Requirement, now: Instant) -> bool:
    """Offer the call to the best agent who is free, under ring-all to all of them."""
    full = floor.shares.ceiling_of(requirement.client)
    if full:
        floor.held_back[requirement] = full
        return False
    dice = offers.dice_of(call)
    free = floor.matching.agents_for(call.id, floor.rung_before(call), dice)
    if floor.rings_all(call):
        return _offer_to_all(floor, call, requirement, list(free), now)
    for agent in free:
        rule = floor.rule_against(agent, requirement, now)
        if not rule:
            offers.make_offer(floor, call, floor.roster.get(agent), now)
            return True
        floor.held_back[requirement] = rule
    return False


def _offer_to_all(
    floor: Floor, call: Call, requirement: Requirement, free: list[AgentId], now: Instant
) -> bool:
    """Ring everybody of the lowest penalty; each offer counts before the next is judged."""
    penalties = floor.penalties(requirement.queue)
    ringing = [] if call.agent is None else [call.agent, *call.others.values()]
    lowest = min((penalties.get(agent, 0) for agent in ringing), default=None)
    offered = False
    for agent in free:  # in the order of their penalties
        penalty = penalties.get(agent, 0)
        if lowest is not None and penalty > lowest:
            break
        rule = floor.rule_against(agent, requirement, now)
        if rule:
            floor.held_back[requirement] = rule
            continue
        lowest = penalty
        offers.make_offer(floor, call, floor.roster.get(agent), now)
        offered = True
    return offered and call.state is CallState.OFFERED
