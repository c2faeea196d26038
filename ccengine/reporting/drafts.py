"""A call record in the making."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import Instant
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallRecord
from ccengine.reporting.rows import JournalRow


@dataclass(slots=True)
class Draft:
    """A record in the making, and what is needed to go on with it."""

    record: CallRecord
    state: CallState = CallState.IN_FLOW
    waiting_since: Instant | None = None
    accepted_at: Instant | None = None
    talking_since: Instant | None = None
    sent_on_by: int | None = None  # row that led the caller to another queue
    held_since: Instant | None = None
    wrapping: int = 0  # agents
    wrapped_seconds: float = 0.0
    reported: JournalRow | None = None  # the last event: true once a decision names it

    @property
    def is_over(self) -> bool:
        """Whether the call has ended, and nobody wraps it up."""
        return self.record.outcome is not None and not self.wrapping

    def reported_by(self, row: JournalRow) -> object:
        """Return the event that led to the row; None: another did."""
        reported = self.reported
        return reported.what if reported is not None and reported.number == row.because else None
