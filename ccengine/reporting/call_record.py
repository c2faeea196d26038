"""What is kept of each call: one record, folded from the call's rows in the journal.

What happened is taken from the core's decisions (`ShowCall`, `OfferCall` ...), not from what was
reported to it, so a late or rejected event leaves no trace here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.events import Party, Reached
from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    Instant,
    OfferId,
    QueueId,
    TenantId,
)
from ccengine.core.states import ITEMS, Kind
from ccengine.core.turns import MERGED
from ccengine.reporting.attempts import AttemptRecord
from ccengine.reporting.card_records import CardEntryRecord, ConsentRecord
from ccengine.reporting.coaching_records import CoachingPart
from ccengine.reporting.dispositions import DispositionRecord
from ccengine.reporting.promises import PromiseRecord
from ccengine.reporting.recording_records import RecordingGapRecord, RecordingPart

if TYPE_CHECKING:
    from ccengine.core.events import CallMissed

RECORD_SCHEMA = 3

DIALLED = frozenset({Kind.OUTBOUND, Kind.INTERNAL, Kind.CONSULT, Kind.LEAD})


class CallOutcome(StrEnum):
    """How a call went, in one word."""

    ANSWERED = "answered"  #: caller and agent talked
    ABANDONED = "abandoned"  #: the caller left a waiting line
    DIVERTED = "diverted"  #: a queue sent the caller elsewhere: to a flow, a number, voicemail
    ENDED_IN_FLOW = "ended_in_flow"  #: over before any line, or ended by a flow or the engine
    LOST = "lost"  #: found gone after the engine had been away
    MISSED = "missed"  #: gone without anybody's help while there was no engine
    EMERGENCY = "emergency"  #: no engine; an emergency phone answered
    UNANSWERED = "unanswered"  #: an agent dialled, and nobody answered
    MESSAGE = "message"  #: went to voicemail, and the message was recorded
    PARTNER = "partner"  #: sent on to an outside partner, who answered
    CALLBACK = "callback"  #: the caller asked to be called back: the item's record goes on
    UNREACHED = "unreached"  #: an item that came to no talk: the customer could not be reached
    MERGED = "merged"  #: an item whose customer was served by another call


MISSED_CAUSES: Mapping[Reached, str] = {
    Reached.ARRIVAL: "hung up before the engine took it",
    Reached.FALLBACK: "hung up in the fallback",
    Reached.EMERGENCY: "hung up while emergency phones rang",
    Reached.EMERGENCY_TALK: "answered by an emergency phone",
    Reached.VOICEMAIL: "hung up before leaving a message",
    Reached.MESSAGE: "left a message",
    Reached.PARTNER: "hung up while the partner was rung",
    Reached.PARTNER_TALK: "answered by the partner",
}
"""How a call ended that no engine had at its end, for people."""


VOICEMAIL = "voicemail"
"""Where a queue sent a call that leaves a message."""


class OfferOutcome(StrEnum):
    """How one ring attempt at one agent ended."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"  #: the agent pressed the button
    UNANSWERED = "unanswered"
    BUSY = "busy"  #: the phone was in another call
    UNREACHABLE = "unreachable"  #: the phone was not there, or was lost while it rang
    FAILED = "failed"  #: Asterisk or the network could not ring it
    CALLER_LEFT = "caller_left"  #: the caller gave up first
    ANSWERED_ELSEWHERE = "answered_elsewhere"  #: another of those rung side by side was faster
    WITHDRAWN = "withdrawn"  #: the agent went not ready or logged out, or may have it no more


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """A step of a flow that the caller came to."""

    flow: str
    step: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """One ring attempt at one agent."""

    offer: OfferId
    agent: AgentId
    at: Instant
    ringing_at: Instant | None = None  #: when the phone said that it rings
    outcome: OfferOutcome = OfferOutcome.OPEN
    reason: str = ""  #: why declined or withdrawn, or why an accepted one came to nothing
    ended_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    """One agent's part in a call."""

    agent: AgentId
    started_at: Instant
    ended_at: Instant | None = None
    ended_by: Party | None = None
    held_seconds: float = 0.0  #: of it the other side heard music, so far
    measured_seconds: float | None = None  #: of it in the recording, without hold and pauses
    silence_seconds: float | None = None  #: of these nobody talked
    talk_over_seconds: float | None = None  #: of these both talked


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRecord:
    """A span in which the caller heard music instead of the agent."""

    agent: AgentId
    started_at: Instant
    ended_at: Instant | None = None


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """One call. Times are seconds since the epoch, UTC; None: it has not happened.

    With more than one conversation, seconds are sums, `agent` and ends are the last one's, starts
    are the first one's.
    """

    call: CallId
    tenant: TenantId
    client: ClientId
    number: str  #: the number dialed
    caller: str  #: caller id, unmasked; empty when withheld
    node: str
    arrived_at: Instant
    steps: tuple[StepRecord, ...] = ()
    queue: QueueId | None = None
    queued_at: Instant | None = None
    offers: tuple[OfferRecord, ...] = ()
    agent: AgentId | None = None
    answered_at: Instant | None = None
    talk_started_at: Instant | None = None
    talk_ended_at: Instant | None = None
    talk_ended_by: Party | None = None
    wait_seconds: float = 0.0  #: in lines, until an agent answered or the call ended
    ring_seconds: float = 0.0  #: of the accepted offer
    talk_seconds: float = 0.0
    coachings: tuple[CoachingPart, ...] = ()  #: supervisors who heard of it, and how
    conversations: tuple[ConversationRecord, ...] = ()  #: whose talk it was when
    kind: Kind = Kind.CALL
    origin: CallId | None = None  #: the customer's call that was consulted about, or left the item
    wrap_up_started_at: Instant | None = None
    wrap_up_seconds: float | None = None  #: None: no wrap-up, or not over
    holds: tuple[HoldRecord, ...] = ()
    recording: str | None = None  #: path below the recordings folder; of several the first
    recording_started_at: Instant | None = None
    recordings: tuple[RecordingPart, ...] = ()
    recording_gaps: tuple[RecordingGapRecord, ...] = ()  #: also found after the call
    ended_at: Instant | None = None
    ended_by: Party | None = None
    cause: str = ""
    diverted_to: str | None = None  #: queue, flow, number or `voicemail` it was sent to last
    diverted_because: str = ""  #: a limit of the queue, or `key`: the caller chose to
    promises: tuple[PromiseRecord, ...] = ()
    promise_error_seconds: float | None = None  #: of the last: outside of its range by so much
    outcome: CallOutcome | None = None  #: None: the call is alive
    item: CallId | None = None  #: the callback or message that this call left
    to: str = ""  #: whom an item calls back, unmasked
    attempts: tuple[AttemptRecord, ...] = ()
    disposition: str | None = None  #: of the last agent who gave one; None: nobody did
    contact_reason: str | None = None  #: likewise
    resolved: bool | None = None  #: likewise
    dispositions: tuple[DispositionRecord, ...] = ()  #: one for each agent's part in the call
    survey_asked_at: Instant | None = None  #: when the caller was asked how it was with `agent`
    survey_score: int | None = None  #: from 1 to 5, the best
    survey_comment: str | None = None  #: what they said of it: path below the recordings folder
    learned: Mapping[str, str] = field(default_factory=dict)  #: by flows, for the agent: by label
    card_entries: tuple[CardEntryRecord, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()  #: to being recorded
    schema: int = RECORD_SCHEMA

    @property
    def wraps_up(self) -> bool:
        """Whether an agent is still wrapping the call up."""
        return self.wrap_up_started_at is not None and self.wrap_up_seconds is None


def judge(
    record: CallRecord, reached: Reached | None = None, *, in_line: bool = False
) -> CallOutcome:
    """Return how an ended call went.

    Args:
        record: of the call.
        reached: where it got to in the dialplan after us.
        in_line: the caller was waiting when it ended.
    """
    if record.talk_started_at is not None:
        return CallOutcome.ANSWERED
    of_item = _judge_item(record, reached)
    if of_item is not None or record.ended_by is Party.LOST:
        return of_item or CallOutcome.LOST
    if reached in (Reached.MESSAGE, Reached.PARTNER_TALK):
        return judge_missed(reached)
    if record.diverted_to is not None and not in_line:
        return CallOutcome.DIVERTED
    if record.queued_at is not None and record.ended_by is Party.CALLER:
        return CallOutcome.ABANDONED
    return CallOutcome.UNANSWERED if record.kind in DIALLED else CallOutcome.ENDED_IN_FLOW


def _judge_item(record: CallRecord, reached: Reached | None) -> CallOutcome | None:
    """Return how a call went that left an item, or an item that came to no talk; else None."""
    if record.item is not None:
        left_a_message = reached is Reached.MESSAGE or record.diverted_to == VOICEMAIL
        return CallOutcome.MESSAGE if left_a_message else CallOutcome.CALLBACK
    is_item = record.kind in ITEMS
    if is_item and record.ended_by is Party.ENGINE:
        merged = record.cause.startswith(MERGED)
        return CallOutcome.MERGED if merged else CallOutcome.UNREACHED
    return None


def judge_missed(reached: Reached) -> CallOutcome:
    """Return how a call went that no engine took."""
    match reached:
        case Reached.EMERGENCY_TALK:
            return CallOutcome.EMERGENCY
        case Reached.MESSAGE:
            return CallOutcome.MESSAGE
        case Reached.PARTNER_TALK:
            return CallOutcome.PARTNER
        case (
            Reached.ARRIVAL
            | Reached.FALLBACK
            | Reached.EMERGENCY
            | Reached.VOICEMAIL
            | Reached.PARTNER
        ):
            return CallOutcome.MISSED


def end_missed(record: CallRecord, missed: CallMissed) -> None:
    """End it when it ended, which was long before that was told."""
    record.ended_at, record.ended_by = missed.ended_at, missed.by
    record.cause = MISSED_CAUSES[missed.reached]
    record.outcome = judge_missed(missed.reached)


def open_offer(offers: Sequence[OfferRecord], offer: OfferId) -> int | None:
    """Return the place of an offer that has not ended, None if there is no such."""
    for place in range(len(offers) - 1, -1, -1):
        if offers[place].offer == offer and offers[place].outcome is OfferOutcome.OPEN:
            return place
    return None
