"""Groups of numbers that are closed by one switch, until somebody or the clock opens them again.

What their callers hear is the flows' affair. Whoever is in a flow or a line already stays there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.closed_numbers import Closed
from ccengine.core.commands import ShowClosure
from ccengine.core.errors import ClosureRefused
from ccengine.core.events import NumbersClosed, NumbersOpened

if TYPE_CHECKING:
    from ccengine.core.floor import Floor
    from ccengine.core.ids import ClosureId, Instant

CLOSURE_PREFIX: Final = "closure:"
BY_THE_CLOCK: Final = "its end"
BY_A_PLAN: Final = "configuration"
"""By whom numbers are open again that nobody has opened."""
LATEST_END: Final = 4_102_444_800.0  #: 2100-01-01, UTC: everybody who is told can write that


def switch(floor: Floor, event: NumbersClosed | NumbersOpened, now: Instant) -> None:
    """Close numbers or open them.

    Raises:
        ClosureRefused: there are no such numbers, or what is asked for cannot be.
    """
    if event.closure not in floor.plan.closures:
        message = f"there is no closure '{event.closure}'"
        raise ClosureRefused(message)
    match event:
        case NumbersClosed():
            _close(floor, event, now)
        case NumbersOpened() if event.closure not in floor.closed:
            message = f"closure '{event.closure}' is not closed"
            raise ClosureRefused(message)
        case NumbersOpened():
            end(floor, event.closure, event.by)


def _close(floor: Floor, event: NumbersClosed, now: Instant) -> None:
    """Close numbers; those that are closed stay so, for the new reason and until the new end."""
    if event.until is not None and event.until <= now:
        message = f"closure '{event.closure}' would end before it begins"
        raise ClosureRefused(message)
    if event.until is not None and not event.until < LATEST_END:
        message = f"closure '{event.closure}' must end before the year 2100, or say no end"
        raise ClosureRefused(message)
    before = floor.closed.get(event.closure)
    closed = Closed(
        since=now if before is None else before.since,
        by=event.by,
        reason=event.reason,
        until=event.until,
    )
    floor.closed[event.closure] = closed
    if event.until is None:
        floor.deadlines.discard(CLOSURE_PREFIX + event.closure)
    else:
        floor.set_deadline(CLOSURE_PREFIX + event.closure, event.until)
    floor.ask(shown(event.closure, closed))


def end(floor: Floor, closure: ClosureId, by: str = BY_THE_CLOCK) -> None:
    """Open numbers that are closed."""
    del floor.closed[closure]
    floor.deadlines.discard(CLOSURE_PREFIX + closure)
    floor.ask(ShowClosure(closure=closure, closed=False, by=by))


def replan(floor: Floor) -> None:
    """Open what a new plan has no name for any more: nobody else could."""
    for closure in [one for one in floor.closed if one not in floor.plan.closures]:
        end(floor, closure, BY_A_PLAN)


def all_shown(floor: Floor, now: Instant) -> list[ShowClosure]:
    """Return how all closures are shown, those that are not closed too, in the plan's order."""
    return [
        shown(name, closed)
        if (closed := floor.closed.get(name)) is not None and closed.holds(now)
        else ShowClosure(closure=name, closed=False, by="")
        for name in floor.plan.closures
    ]


def shown(closure: ClosureId, closed: Closed) -> ShowClosure:
    """Return how numbers that are closed are shown."""
    return ShowClosure(
        closure=closure,
        closed=True,
        by=closed.by,
        reason=closed.reason,
        since=closed.since,
        until=closed.until,
    )
