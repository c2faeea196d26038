"""Ways out of a line that a waiting caller takes by pressing a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, offers
from ccengine.core.errors import UnknownQueue
from ccengine.core.states import CallState, CallStep, next_call_state

if TYPE_CHECKING:
    from ccengine.core.events import ExitChosen
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

KEY = "key"
"""Why a caller was sent elsewhere."""

MAY_LEAVE = frozenset({CallState.WAITING, CallState.OFFERED})
"""Once an agent has answered it is too late."""


def leave_by_key(floor: Floor, event: ExitChosen, now: Instant) -> None:
    """Send the caller where the key leads; a phone that rings for them stops.

    Raises:
        UnknownQueue: the plan has no such queue.
    """
    call = floor.calls[event.call]
    is_nobody = call.item is not None and not call.item.is_live  # there are no keys to press
    if call.state not in MAY_LEAVE or event.to.queue == call.queue or is_nobody:
        floor.ignored += 1
        return
    if event.to.queue is not None and event.to.queue not in floor.plan.queues:
        message = f"no queue '{event.to.queue}' in the plan"
        raise UnknownQueue(message)
    if call.state is CallState.OFFERED:
        offers.withdraw_from_call(floor, call, now)
        floor.move_call(call, next_call_state(call.state, CallStep.UNOFFER))
    diversion.send(floor, call, event.to, KEY, now)
