"""Callers who hung up in a line and call again soon: the old place is kept for them for a while.

Who they are is a number, which is easily claimed; so the place is given back only when the caller
says by a key that it is theirs. Withheld and shared numbers never get here: they identify nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.calls import LeftPlace, take_place
from ccengine.core.errors import TooLate
from ccengine.core.events import Party
from ccengine.core.states import IN_LINE, CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import CallEnded, PlaceReclaimed
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

LEFT_PREFIX = "left:"


def remember(floor: Floor, call: Call, event: CallEnded, now: Instant) -> None:
    """Keep the place of a caller who hangs up."""
    gives_up = event.by is Party.CALLER and call.state in IN_LINE and call.item is None
    if not gives_up or not call.identity or call.queue is None or call.stands_for is not None:
        return
    seconds = floor.queue_settings(call.queue).reclaim_seconds
    if seconds > 0:
        name = _name(call)
        floor.items.left[name] = LeftPlace.of(call)
        floor.set_deadline(LEFT_PREFIX + name, now + seconds)


def forget(floor: Floor, name: str) -> None:
    """Keep the place no longer."""
    floor.items.left.pop(name, None)


def is_kept(floor: Floor, call: Call) -> bool:
    """Tell whether a place is kept for this caller that is better than the one they have."""
    if not call.identity or call.queue is None or call.state not in IN_LINE:
        return False
    left = floor.items.left.get(_name(call))
    return left is not None and left.serial < call.serial


def reclaim(floor: Floor, event: PlaceReclaimed) -> None:
    """Give the caller the old place.

    Raises:
        TooLate: none is kept, or the caller is in no line any more.
    """
    call = floor.calls[event.call]
    if not is_kept(floor, call):
        message = f"no place is kept for call '{call.id}'"
        raise TooLate(message)
    left = floor.items.left.pop(_name(call))
    floor.deadlines.discard(LEFT_PREFIX + _name(call))
    take_place(call, left)
    if call.state is CallState.WAITING:
        floor.place_call(call)
    floor.ask(call.shown())


def _name(call: Call) -> str:
    return f"{call.queue}/{call.identity}"
