"""How many may wait and for how long, and where those go whom a line does not take or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.acd.choosers import scattered
from ccengine.core.queues import Empty
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, QueueId
    from ccengine.core.queues import QueueSettings

WAIT_PREFIX = "wait:"
FULL = "full"
NOBODY_TO_JOIN = "nobody there"
NOBODY_LEFT = "nobody left"
WAITED_TOO_LONG = "waited too long"
PARTNER_SHARE = "partner's share"

ABSENT = {
    AgentState.OFFLINE: Empty.OFFLINE,
    AgentState.NOT_READY: Empty.NOT_READY,
    AgentState.OFFERED: Empty.OFFERED,
    AgentState.ON_CALL: Empty.ON_CALL,
    AgentState.WRAP_UP: Empty.WRAP_UP,
}


def refusal(floor: Floor, call: Call, settings: QueueSettings) -> str:
    """Return why the call may not enter its queue; empty if it may."""
    limits = settings.limits
    has_partner = limits.partner is not None or limits.overflow is not None
    if has_partner and scattered(call.serial) % 100 < limits.partner_percent:
        return PARTNER_SHARE
    return shut(floor, call, settings)


def shut(floor: Floor, call: Call, settings: QueueSettings) -> str:
    """Return why nobody like the caller may enter their queue now; empty if they may."""
    limits = settings.limits
    if limits.overflow is None or call.queue is None:
        return ""
    if limits.waiting is not None and floor.shares.waiting(call.queue) >= limits.waiting:
        return FULL
    if limits.join_empty and is_empty(floor, floor.requirement_of(call), limits.join_empty):
        return NOBODY_TO_JOIN
    return ""


def is_empty(floor: Floor, requirement: Requirement, reasons: Collection[Empty]) -> bool:
    """Tell whether for these reasons nobody counts as being there, the caller's own or not."""
    pool = floor.matching.pool(requirement._replace(only=()))
    queue = requirement.queue
    if pool.there is not None and not _is_absent(floor, pool.there, queue, reasons):
        return False
    there = (agent for agent in pool.members if not _is_absent(floor, agent, queue, reasons))
    pool.there = next(there, None)  # most often there the next time, too
    return pool.there is None


def _is_absent(floor: Floor, agent_id: AgentId, queue: QueueId, reasons: Collection[Empty]) -> bool:
    agent = floor.roster.get(agent_id)
    out_of_reach = agent.phone_lost and Empty.OFFLINE in reasons
    elsewhere = agent.is_elsewhere and Empty.ON_CALL in reasons
    left_out = queue in agent.paused and Empty.NOT_READY in reasons
    return out_of_reach or elsewhere or left_out or ABSENT.get(agent.state) in reasons
