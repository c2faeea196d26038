"""What happens to callbacks and messages, told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.commands import DialCallback, DropItem, TakeUpItem
from ccengine.core.events import (
    CallbackAnswered,
    CallbackAsked,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
    MessageLeft,
    PlaceReclaimed,
)
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.events import ItemEvent
    from ccengine.reporting.attempts import AttemptEvent

ItemCommand = TakeUpItem | DialCallback | DropItem


def event_told(what: ItemEvent, mask: Callable[[str], str]) -> str:
    """Return what has happened; `mask` says how numbers are shown."""
    match what:
        case CallbackAsked():
            slot = "" if what.slot is None else f" at {utc_text(what.slot)}"
            return f"callback to {mask(what.to)} ({what.client}){slot}, asked for in {what.origin}"
        case MessageLeft():
            return (
                f"message of {what.seconds:.0f} s from {mask(what.caller)} ({what.client}), "
                f"left in {what.origin}: {what.recording}"
            )
        case PlaceReclaimed():
            return "the caller has the old place again"
        case _:
            return _attempt(what)


def _attempt(what: AttemptEvent) -> str:
    match what:
        case CallbackDialed():
            return "the customer is dialed"
        case CallbackAnswered():
            return "the customer's phone was answered"
        case CallbackConfirmed():
            return "the customer pressed a key, and waits for an agent"
        case CallbackFailed(leg=""):
            return f"the customer was not dialed: {what.how}"
        case CallbackFailed():
            return f"the customer was not reached: {what.how}"


def command_told(what: ItemCommand) -> str:
    """Return what the core has decided; empty where an event says it."""
    match what:
        case TakeUpItem():
            return ""
        case DialCallback():
            return "the customer's turn is near"
        case DropItem():
            return f"given up: {what.reason}"
