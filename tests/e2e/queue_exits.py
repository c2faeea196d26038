"""Ways out of a line, as the journal tells them, and as the call's record does: the same."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ccengine.core import exits, limits
from ccengine.core.commands import DivertCall, MoveCall, ShowCall
from ccengine.core.events import CallbackAsked, CallbackConfirmed, CallEnded, MessageLeft
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccengine.reporting.rows import JournalRow

IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED, CallState.CONNECTING})


class Exit(StrEnum):
    """Why somebody left a line."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    KEY = "key"
    TIMEOUT = "timeout"
    FULL = "full"
    EMPTY = "empty"
    PARTNER = "partner"
    CALLBACK = "callback"


REASONS: Mapping[str, Exit] = {
    exits.KEY: Exit.KEY,
    limits.WAITED_TOO_LONG: Exit.TIMEOUT,
    limits.FULL: Exit.FULL,
    limits.NOBODY_TO_JOIN: Exit.EMPTY,
    limits.NOBODY_LEFT: Exit.EMPTY,
    limits.PARTNER_SHARE: Exit.PARTNER,
}
OUTCOMES: Mapping[CallOutcome, Exit | None] = {
    CallOutcome.ANSWERED: Exit.ANSWERED,
    CallOutcome.ABANDONED: Exit.ABANDONED,
    CallOutcome.CALLBACK: Exit.CALLBACK,
    CallOutcome.ENDED_IN_FLOW: None,
}
SENT_ON = frozenset({CallOutcome.DIVERTED, CallOutcome.MESSAGE, CallOutcome.PARTNER})


def is_item(rows: Sequence[JournalRow]) -> bool:
    """Tell whether these are a callback's rows, or a message's."""
    return bool(rows) and isinstance(rows[0].what, CallbackAsked | MessageLeft)


def is_customer_first(rows: Sequence[JournalRow]) -> bool:
    """Tell whether these are a callback's rows whose customer has pressed a key for an agent."""
    return any(isinstance(row.what, CallbackConfirmed) for row in rows)


def ends(rows: Sequence[JournalRow]) -> list[CallEnded]:
    """Return all ends that a call or item has had."""
    return [row.what for row in rows if isinstance(row.what, CallEnded)]


def ways_out(rows: Sequence[JournalRow]) -> list[Exit]:
    """Return each way by which a call has left a line, in order."""
    left: list[Exit] = []
    before = CallState.IN_FLOW
    for row in rows:
        what = row.what
        if isinstance(what, DivertCall | MoveCall):
            left.append(REASONS[what.reason])
        elif isinstance(what, ShowCall):
            if what.state is CallState.TALKING:
                left.append(Exit.ANSWERED)
            elif what.became is not None and before in IN_LINE:
                left.append(Exit.CALLBACK)
            elif what.state is CallState.ENDED and before in IN_LINE:
                left.append(Exit.ABANDONED)
            before = what.state
    return left


def way_in_record(record: Mapping[str, Any]) -> Exit | None:
    """Return the last way out of a line that a call's record tells; None: it was in none."""
    outcome = CallOutcome(record["outcome"])
    return REASONS[record["diverted_because"]] if outcome in SENT_ON else OUTCOMES[outcome]


def overflows(rows: Sequence[JournalRow]) -> list[str]:
    """Return where limits have sent a call: a kind of place each."""
    told = [row.what for row in rows if isinstance(row.what, DivertCall | MoveCall)]
    return [_kind(what) for what in told if REASONS[what.reason] is not Exit.KEY]


def _kind(what: DivertCall | MoveCall) -> str:
    if isinstance(what, MoveCall):
        return "to a queue"
    if what.flow:
        return "to a flow"
    return "to a number" if what.number else "to voicemail"
