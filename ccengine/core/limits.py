"""How many may wait and for how long, and where those go whom a line does not take or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.acd.choosers import scattered
from ccengine.core.queues import Empty
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId
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
    if limits.overflow is None or call.queue is None:
        return ""
    if limits.partner_percent and scattered(call.serial) % 100 < limits.partner_percent:
        return PARTNER_SHARE
    if limits.waiting is not None and floor.shares.waiting(call.queue) >= limits.waiting:
        return FULL
    if limits.join_empty and is_empty(floor, call, limits.join_empty):
        return NOBODY_TO_JOIN
    return ""


def is_empty(floor: Floor, call: Call, reasons: Collection[Empty]) -> bool:
    """Tell whether for these reasons nobody counts as being there for the call."""
    members = floor.matching.pool(floor.requirement_of(call)).members
    return all(_is_absent(floor, agent, reasons) for agent in members)


def _is_absent(floor: Floor, agent: AgentId, reasons: Collection[Empty]) -> bool:
    absence = ABSENT.get(floor.roster.get(agent).state)
    return absence is not None and absence in reasons
