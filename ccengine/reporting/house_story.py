"""What happens to the house as a whole, told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import ShowClosure
from ccengine.core.events import (
    NumbersClosed,
    NumbersOpened,
    PlanLoaded,
    SwitchLost,
    SwitchResynced,
)

if TYPE_CHECKING:
    from ccengine.core.events import ClosureEvent, SystemEvent


def tell_house(what: SystemEvent | ClosureEvent | ShowClosure) -> str:
    """Return what happened; empty for what its own decision tells."""
    match what:
        case PlanLoaded():
            return f"configuration {what.plan.version} loaded"
        case SwitchLost():
            return f"Asterisk on {what.node} out of reach"
        case SwitchResynced():
            return f"Asterisk on {what.node} back"
        case ShowClosure(closed=True):
            return f"numbers of {what.closure} closed by {what.by}: {what.reason or 'no reason'}"
        case ShowClosure():
            return f"numbers of {what.closure} opened by {what.by}"
        case NumbersClosed() | NumbersOpened():
            return ""
