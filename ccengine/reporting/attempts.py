"""Attempts to reach customers who are called back: how each went, for records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine.core.events import (
    CallbackAnswered,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
)
from ccengine.core.ids import Instant
from ccengine.core.work_items import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

AttemptEvent = CallbackDialed | CallbackAnswered | CallbackConfirmed | CallbackFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One time that a customer was dialed."""

    leg: str  #: channel id
    at: Instant
    answered_at: Instant | None = None
    confirmed_at: Instant | None = None  #: when a key was pressed
    failed: Failure | None = None  #: None: it led to a talk, or goes on
    ended_at: Instant | None = None  #: of one that failed


def noted(
    attempts: Sequence[AttemptRecord], what: AttemptEvent, at: Instant
) -> tuple[AttemptRecord, ...]:
    """Return the attempts with what has happened."""
    if isinstance(what, CallbackDialed):
        return (*attempts, AttemptRecord(leg=what.leg, at=at))
    if not attempts:
        return ()
    return (*attempts[:-1], _went_on(attempts[-1], what, at))


def _went_on(
    last: AttemptRecord, what: CallbackAnswered | CallbackConfirmed | CallbackFailed, at: Instant
) -> AttemptRecord:
    match what:
        case CallbackAnswered():
            return replace(last, answered_at=at)
        case CallbackConfirmed():
            return replace(last, confirmed_at=at)
        case CallbackFailed():
            is_new = what.leg == last.leg and last.failed is None
            return replace(last, failed=what.how, ended_at=at) if is_new else last
