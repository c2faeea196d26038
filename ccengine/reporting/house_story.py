"""What happens to the house as a whole, told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import ShowClosure
from ccengine.core.events import (
    DiskLevelChanged,
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
        case DiskLevelChanged():
            return f"disk of recordings {what.level}: {what.used_percent:g} % used"
        case ShowClosure():
            return _tell_closure(what)
        case NumbersClosed() | NumbersOpened():
            return ""


def _tell_closure(shown: ShowClosure) -> str:
    if shown.closed:
        return f"numbers of {shown.closure} closed by {shown.by}: {shown.reason or 'no reason'}"
    return f"numbers of {shown.closure} opened by {shown.by}"
