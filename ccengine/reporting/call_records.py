"""The fold from journal rows to call records, one row at a time or a call at once."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from ccengine.core.commands import (
    Connect,
    DivertCall,
    MoveCall,
    OfferCall,
    ShowAgent,
    ShowCall,
    ShowOutcome,
    WithdrawOffer,
)
from ccengine.core.events import (
    CallbackAnswered,
    CallbackConfirmed,
    CallbackDialed,
    CallbackFailed,
    CallEnded,
    CallMissed,
    CardEntryEnded,
    FormFilled,
    HoldEnded,
    HoldStarted,
    OfferDeclined,
    OfferRinging,
    Party,
    Reached,
    RecordingGapFound,
    RecordingTurn,
    TalkMeasured,
    WaitPromised,
)
from ccengine.core.states import AgentState, CallState
from ccengine.reporting.attempts import noted
from ccengine.reporting.call_record import (
    CallRecord,
    OfferOutcome,
    OfferRecord,
    end_missed,
    judge,
)
from ccengine.reporting.card_notes import note_beside, note_card
from ccengine.reporting.coaching_records import OfCoaching, end_coachings, note_coaching
from ccengine.reporting.dispositions import last_of, note_outcome, note_script
from ccengine.reporting.drafts import Draft
from ccengine.reporting.first_rows import FIRST, INTO_LINE, new_record
from ccengine.reporting.flow_records import OF_FLOWS, note_flow
from ccengine.reporting.offer_outcomes import outcome_of_refusal, outcome_of_withdrawal
from ccengine.reporting.offer_records import end_offer, note_not_joined, note_ringing
from ccengine.reporting.promises import PromiseRecord
from ccengine.reporting.recording_records import end_part, note_recording, noted_gap
from ccengine.reporting.talk_records import end_talk, end_wait, hold, note_measures, start_talk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.ids import AgentId, CallId, Instant
    from ccengine.reporting.rows import JournalRow


class CallRecords:
    """Folds all calls side by side, for live use."""

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep  # calls that are over: more may be said of them
        self._drafts: dict[CallId, Draft] = {}
        self._wrap_ups: dict[AgentId, tuple[CallId, Instant]] = {}

    def get(self, call: CallId) -> CallRecord | None:
        """Return the record so far of a call that is alive or being wrapped up."""
        draft = self._drafts.get(call)
        return None if draft is None else copy(draft.record)

    def apply(self, row: JournalRow) -> CallRecord | None:
        """Take one row into account.

        Returns:
            The call's record when the row ends the call, and again when it ends the wrap-up, or
            brings an outcome after that.
        """
        what = row.what
        if isinstance(what, ShowAgent):
            return self._show_agent(what, row.at)
        if row.call is None:
            return None
        draft = self._drafts.get(row.call)
        if draft is None:
            if not isinstance(what, FIRST):
                return None
            draft = self._drafts[row.call] = Draft(new_record(what, row.at))
        return self._hand_over(draft) if _take(draft, row) else None

    def knows(self, call: CallId) -> bool:
        """Tell whether the call is alive or being wrapped up, and its rows were seen."""
        return call in self._drafts

    def adopt(self, rows: Iterable[JournalRow]) -> CallRecord | None:
        """Catch up on one call, with all its rows so far.

        Returns:
            The call's record, finished or not; None if the rows do not begin with its arrival.
        """
        alone = CallRecords(
            keep=True
        )  # its agents' rows of long ago must end nobody's wrap-up of today
        finished: CallRecord | None = None
        call: CallId | None = None
        for row in rows:
            call = call or row.call
            finished = alone.apply(row) or finished
        alive = {call: one for call, one in alone._drafts.items() if not one.is_over}
        self._drafts.update(alive)
        self._wrap_ups.update(alone._wrap_ups)
        return finished if finished is not None or call is None else alone.get(call)

    def _show_agent(self, shown: ShowAgent, at: Instant) -> CallRecord | None:
        if shown.state is AgentState.WRAP_UP and self._wraps(shown.agent) == shown.call:
            return None  # it was extended
        finished = self._end_wrap_up(shown, at)
        if shown.state is AgentState.WRAP_UP and shown.call in self._drafts:
            draft = self._drafts[shown.call]
            draft.wrapping += 1
            draft.record.wrap_up_seconds = None
            self._wrap_ups[shown.agent] = (shown.call, at)
            if draft.record.wrap_up_started_at is None:
                draft.record.wrap_up_started_at = at
        return finished

    def _wraps(self, agent: AgentId) -> CallId | None:
        return self._wrap_ups[agent][0] if agent in self._wrap_ups else None

    def _end_wrap_up(self, shown: ShowAgent, at: Instant) -> CallRecord | None:
        if shown.agent not in self._wrap_ups:
            return None
        call, since = self._wrap_ups.pop(shown.agent)
        draft = self._drafts[call]
        draft.wrapping -= 1
        draft.wrapped_seconds += at - since
        if not draft.wrapping:
            draft.record.wrap_up_seconds = draft.wrapped_seconds
        return None if draft.record.outcome is None else self._hand_over(draft)

    def _hand_over(self, draft: Draft) -> CallRecord:
        if draft.is_over and not self._keep:
            del self._drafts[draft.record.call]
        return copy(draft.record)


def fold_call(rows: Iterable[JournalRow]) -> CallRecord | None:
    """Return the record of one call's rows, None if they do not begin with its arrival."""
    return CallRecords().adopt(rows)


def _take(draft: Draft, row: JournalRow) -> bool:
    """Take the row into account; tell whether the call ended by it, or had and got an outcome."""
    was_over = draft.record.outcome is not None
    if row.kind == "event":
        draft.reported = row
    if isinstance(row.what, ShowOutcome):
        _note_outcome(draft, row.what, row)
        return was_over
    if isinstance(row.what, RecordingGapFound):
        draft.record.recording_gaps += (noted_gap(row.what, row.at),)
        return was_over
    if was_over:
        return _note_late(draft, row)
    if not note_beside(draft.record, row.what, row.at):
        _take_live(draft, row)
    return draft.record.outcome is not None


def _note_late(draft: Draft, row: JournalRow) -> bool:
    """Keep how a payment has ended that was under way when the caller left, and what was heard."""
    match row.what:
        case CardEntryEnded():
            note_card(draft.record, row.what, row.at)
        case TalkMeasured():
            note_measures(draft.record, row.what)
        case _:
            return False
    return True


def _take_live(draft: Draft, row: JournalRow) -> None:
    record, what = draft.record, row.what
    match what:
        case _ if isinstance(what, OF_FLOWS):
            note_flow(record, what, row.at)
        case _ if isinstance(what, OfCoaching):
            record.coachings = note_coaching(record.coachings, what, record.client, row.at)
        case _ if isinstance(what, RecordingTurn):
            _note_recording(record, what, row.at)
        case HoldStarted() | HoldEnded():
            hold(draft, row.at, agent=what.agent, starts=isinstance(what, HoldStarted))
        case OfferCall() | OfferRinging() | WithdrawOffer() | Connect():
            _take_offer(draft, what, row)
        case CallbackDialed() | CallbackAnswered() | CallbackConfirmed() | CallbackFailed():
            record.attempts = noted(record.attempts, what, row.at)
        case DivertCall() | MoveCall() | WaitPromised() | ShowCall():
            _take_line(draft, what, row)
        case _:
            pass


def _note_recording(record: CallRecord, what: RecordingTurn, at: Instant) -> None:
    record.recordings = note_recording(record.recordings, what, at)
    if record.recordings and record.recording is None:
        first = record.recordings[0]
        record.recording, record.recording_started_at = first.path, first.started_at


def _take_line(
    draft: Draft, what: DivertCall | MoveCall | WaitPromised | ShowCall, row: JournalRow
) -> None:
    match what:
        case DivertCall():
            _divert(draft, what, row.at)
        case MoveCall():
            _send_on(draft, what, row)
        case WaitPromised():
            _promise(draft, what, row.at)
        case ShowCall():
            _move(draft, what, row)


def _take_offer(
    draft: Draft, what: OfferCall | OfferRinging | WithdrawOffer | Connect, row: JournalRow
) -> None:
    record, at = draft.record, row.at
    match what:
        case OfferCall():
            record.offers += (OfferRecord(offer=what.offer, agent=what.agent, at=at),)
        case OfferRinging():
            note_ringing(record, what.offer, at)
        case WithdrawOffer():
            outcome = outcome_of_withdrawal(what.reason, draft.reported_by(row))
            end_offer(record, what.offer, outcome, at, what.reason)
        case Connect():
            draft.accepted_at = at
            end_offer(record, what.offer, OfferOutcome.ACCEPTED, at)
            record.dispositions = note_script(record.dispositions, what)


def _note_outcome(draft: Draft, shown: ShowOutcome, row: JournalRow) -> None:
    record, reported = draft.record, draft.reported_by(row)
    filled = reported if isinstance(reported, FormFilled) else None
    order = [offer.offer for offer in record.offers]
    record.dispositions = note_outcome(record.dispositions, shown, row.at, filled, order)
    said = last_of(record.dispositions)
    record.disposition, record.contact_reason, record.resolved = said


def _move(draft: Draft, shown: ShowCall, row: JournalRow) -> None:
    before, draft.state = draft.state, shown.state
    draft.record.item = shown.became
    if before is CallState.TALKING:
        end_talk(draft, row)
    elif before is CallState.HANDED_OUT:
        draft.record.talk_ended_at = row.at
    match shown.state:
        case CallState.WAITING:
            _wait(draft, shown, row)
        case CallState.OFFERED:
            _end_declined(draft, row)
        case CallState.TALKING:
            start_talk(draft, shown, row.at, joined=before is CallState.CONNECTING)
        case CallState.ENDED:
            _end(draft, row)
        case _:
            pass
    if before is CallState.CONNECTING and shown.state is not CallState.TALKING:
        note_not_joined(draft.record)


def _wait(draft: Draft, shown: ShowCall, row: JournalRow) -> None:
    record = draft.record
    record.queue = shown.queue or record.queue  # by itself when it overflows to another
    if isinstance(draft.reported_by(row), INTO_LINE):
        if draft.sent_on_by != row.because:
            record.diverted_to, record.diverted_because = None, ""
        draft.waiting_since = row.at
        if record.queued_at is None:
            record.queued_at = row.at
    _end_declined(draft, row)


def _end_declined(draft: Draft, row: JournalRow) -> None:
    """End the offer whose refusal led to this; others of the call may ring on."""
    declined = draft.reported_by(row)
    if isinstance(declined, OfferDeclined):
        outcome = outcome_of_refusal(declined)
        end_offer(draft.record, declined.offer, outcome, row.at, declined.reason)


def _divert(draft: Draft, what: DivertCall, at: Instant) -> None:
    record = draft.record
    record.queue = what.queue
    if record.queued_at is None:
        record.queued_at = at  # refused at the door
    record.diverted_to = what.flow or what.number or "voicemail"
    record.diverted_because = what.reason
    end_wait(draft, at)


def _send_on(draft: Draft, what: MoveCall, row: JournalRow) -> None:
    record = draft.record
    record.queue, draft.sent_on_by = what.to, row.because
    record.diverted_to, record.diverted_because = what.to, what.reason


def _promise(draft: Draft, what: WaitPromised, at: Instant) -> None:
    if draft.waiting_since is not None:
        promise = PromiseRecord(at=at, low_seconds=what.low_seconds, high_seconds=what.high_seconds)
        draft.record.promises += (promise,)


def _end(draft: Draft, row: JournalRow) -> None:
    record = draft.record
    waited_to_the_end = draft.waiting_since is not None
    end_wait(draft, row.at)
    record.recordings = end_part(record.recordings, row.at)
    record.coachings = end_coachings(record.coachings, row.at)
    record.ended_at, record.ended_by = row.at, Party.ENGINE
    reached: Reached | None = None
    match draft.reported_by(row):
        case CallEnded(by=by, cause=cause, reached=reached, ended_at=ended_at):
            record.ended_by, record.cause = by, cause
            record.ended_at = row.at if ended_at is None else ended_at
        case CallMissed() as missed:
            end_missed(record, missed)
            return
        case _:
            pass
    record.outcome = judge(record, reached, in_line=waited_to_the_end)
