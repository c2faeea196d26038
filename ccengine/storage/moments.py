"""Takes the core back to moments of the journal: read only, beside a running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, ShowCall
from ccengine.core.offers import call_of_offer
from ccengine.core.states import CallState
from ccengine.storage.replay import repeat

if TYPE_CHECKING:
    from collections.abc import Collection

    from ccengine.core.explaining import Choice
    from ccengine.core.ids import AgentId, CallId, Instant, OfferId
    from ccengine.storage.journal_reader import JournalReader

OUT_OF_LINE = frozenset({CallState.IN_FLOW, CallState.STRAYED, CallState.ENDED})


class Moments:
    """The core as it was, moment after moment; going forward is cheap, going back is not."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._center = ContactCenter()
        self._applied = 0  # the last row that the center knows of

    def before(self, number: int) -> ContactCenter:
        """Return the core as it was before row `number`. It goes on with the next moment.

        Raises:
            JournalError: the journal cannot be read, or a newer program wrote it.
        """
        place, snapshot = self._reader.snapshot_before(number)
        if self._applied >= number or place > self._applied:
            self._applied = place
            self._center = (
                ContactCenter() if snapshot is None else ContactCenter.from_snapshot(snapshot)
            )
        for entry in self._reader.tail(self._applied, number):
            repeat(self._center, entry)
        self._applied = number - 1
        return self._center

    def through(self, number: int) -> ContactCenter:
        """Return the core as it was once row `number` had been applied."""
        return self.before(number + 1)


def choices(reader: JournalReader, wanted: Collection[OfferId]) -> dict[OfferId, Choice]:
    """Return what was chosen for these offers, at the very instant each was made.

    An offer is left out that this program, in the same state, would not have made.
    """
    found: dict[OfferId, Choice] = {}
    calls = {call_of_offer(offer) for offer in wanted}
    rows = [
        row
        for call in calls
        for row in reader.rows(call=call)
        if isinstance(row.what, OfferCall) and row.what.offer in wanted
    ]
    moments = Moments(reader)
    for cause in sorted({row.because for row in rows if row.because is not None}):
        center = moments.before(cause)

        def look(
            offered: CallId, agent: AgentId, now: Instant, center: ContactCenter = center
        ) -> None:
            choice = center.explain(offered, now, agent) if offered in calls else None
            if choice is not None and choice.offer is not None:
                found[choice.offer] = choice

        center.watch(look)
        moments.through(cause)
        center.watch(None)
    made = {row.what.offer: row.what.agent for row in rows if isinstance(row.what, OfferCall)}
    return {offer: one for offer, one in found.items() if made.get(offer) == one.agent}


def choice_at(reader: JournalReader, call: CallId, at: Instant) -> Choice | None:
    """Return why each agent was not offered the call at an instant; None: it sought nobody."""
    return Moments(reader).before(reader.number_after(at)).explain(call, at)


def choice_at_last(reader: JournalReader, call: CallId) -> Choice | None:
    """Return why nobody was offered the call when it waited last.

    Returns:
        None if it does not wait, and did not wait when it ended or was sent out of all lines.
    """
    shown = [row for row in reader.rows(call=call) if isinstance(row.what, ShowCall)]
    states = [row.what.state for row in shown if isinstance(row.what, ShowCall)]
    if states and states[-1] is CallState.WAITING:
        number, at = reader.newest()
        return Moments(reader).before(number + 1).explain(call, at)
    for row, state, before in zip(shown[:0:-1], states[:0:-1], states[-2::-1], strict=True):
        if state in OUT_OF_LINE and before is CallState.WAITING:
            return Moments(reader).before(row.because or row.number).explain(call, row.at)
        if before not in OUT_OF_LINE:
            return None
    return None
