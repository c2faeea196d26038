"""A call's record as the API shows it: everything that is kept of it, as far as a token sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.core.events import (
    CardField,
    CardOutcome,
    CoachMode,
    ConsentAnswer,
    ConsentKind,
    GapKind,
    Party,
    PauseReason,
)
from ccengine.core.states import Kind
from ccengine.core.work_items import Failure
from ccengine.reporting.call_record import CallOutcome, OfferOutcome
from ccengine.reporting.masking import mask_called, mask_number, mask_within
from ccengine.reporting.promises import PromiseOutcome

if TYPE_CHECKING:
    from ccengine.api.sight import Sight
    from ccengine.reporting.call_record import CallRecord


class StepShown(Shown):
    """A step of a flow that the caller came to."""

    flow: str
    step: str
    at: Utc


class OfferShown(Shown):
    """One ring attempt at one agent."""

    offer: str
    agent: str
    at: Utc
    ringing_at: Utc | None
    outcome: OfferOutcome
    reason: str
    ended_at: Utc | None


class ConversationShown(Shown):
    """One agent's part in a call."""

    agent: str
    started_at: Utc
    ended_at: Utc | None
    ended_by: Party | None
    held_seconds: float
    measured_seconds: float | None = Field(
        description="Of it in the recording, without hold and pauses; null: not looked at."
    )
    silence_seconds: float | None = Field(description="Of these nobody talked.")
    talk_over_seconds: float | None = Field(description="Of these both talked.")


class HoldShown(Shown):
    """A span in which the caller heard music instead of the agent."""

    agent: str
    started_at: Utc
    ended_at: Utc | None


class PauseShown(Shown):
    """A span in which a recording holds silence instead of the call."""

    started_at: Utc
    by: str
    reason: PauseReason
    ended_at: Utc | None
    ended_by: str
    guard: bool = Field(description="It had lasted too long, and ended by itself.")


class RecordingPartShown(Shown):
    """One file of a call's recording: left what the channel says, right what it hears."""

    path: str
    channel: str
    started_at: Utc
    ended_at: Utc | None
    ended_because: str = Field(description="Empty: the call ended.")
    by: str = Field(description="Who asked for it; empty: the rules did.")
    pauses: tuple[PauseShown, ...]


class RecordingGapShown(Shown):
    """Something that should be in the recording is not."""

    at: Utc = Field(description="When it was found.")
    recording: str = Field(description="The part; empty: there was none.")
    kind: GapKind
    party: Party | None = Field(description="Whose sound; null: everybody's.")
    seconds: float


class ModeSpanShown(Shown):
    """A stretch of time in which a supervisor listened, whispered or had joined in."""

    mode: CoachMode
    started_at: Utc
    ended_at: Utc | None


class CoachingShown(Shown):
    """A supervisor who heard a stretch of the call."""

    coaching: str
    coach: str
    agent: str
    client: str
    started_at: Utc
    ended_at: Utc | None
    ended_because: str
    modes: tuple[ModeSpanShown, ...]


class PromiseShown(Shown):
    """What a caller was told of the wait, and whether it was right."""

    at: Utc
    low_seconds: float
    high_seconds: float
    waited_seconds: float | None
    outcome: PromiseOutcome


class AttemptShown(Shown):
    """One time that a customer was dialed."""

    leg: str
    at: Utc
    answered_at: Utc | None
    confirmed_at: Utc | None
    failed: Failure | None
    ended_at: Utc | None


class DispositionShown(Shown):
    """What is known of one agent's part in a call."""

    agent: str
    offer: str
    script: str = Field(description="The version that the agent was shown.")
    disposition: str
    contact_reason: str
    resolved: bool | None
    by: str = Field(description="Who said so; empty: the agent.")
    defaulted: bool
    at: Utc | None
    form: str = Field(description="The version that was filled in.")
    values: Mapping[str, str] = Field(description="The customer's; empty for who may not see them.")


class CardEntryShown(Shown):
    """One time that the caller typed a payment card, alone."""

    entry: str
    by: str = Field(description="Who asked for it; empty: the flow.")
    agent: str | None
    started_at: Utc
    typed: tuple[CardField, ...]
    ended_at: Utc | None
    outcome: CardOutcome | None = Field(description="null: the call ended meanwhile.")
    token: str = Field(description="Kept of the payment program's answer, if client.yaml says so.")
    last4: str
    result: str


class ConsentShown(Shown):
    """One time that it was settled whether the call may be recorded."""

    rule: ConsentKind
    caller_place: str = Field(description="As in US-CA or DE; empty: nobody knows.")
    agent_place: str
    agent: str | None
    asked_at: Utc | None = Field(description="null: nothing had to be said.")
    prompt: str
    version: str = Field(description="The file that was played.")
    language: str
    answered_at: Utc | None
    answer: ConsentAnswer | None
    given: bool = Field(description="The call may be recorded.")


class CallShown(Shown):
    """A call's record. With several conversations, seconds are sums, `agent` is the last one."""

    call: str
    tenant: str
    client: str
    kind: Kind
    number: str = Field(description="The number dialed.")
    caller: str = Field(description="Caller id; masked for who may not see it.")
    node: str
    arrived_at: Utc
    steps: tuple[StepShown, ...]
    queue: str | None
    queued_at: Utc | None
    offers: tuple[OfferShown, ...]
    agent: str | None
    answered_at: Utc | None
    talk_started_at: Utc | None
    talk_ended_at: Utc | None
    talk_ended_by: Party | None
    wait_seconds: float
    ring_seconds: float
    talk_seconds: float
    conversations: tuple[ConversationShown, ...]
    coachings: tuple[CoachingShown, ...] = Field(description="Empty for who may not see them.")
    origin: str | None
    wrap_up_started_at: Utc | None
    wrap_up_seconds: float | None
    holds: tuple[HoldShown, ...]
    recording: str | None
    recording_started_at: Utc | None
    recordings: tuple[RecordingPartShown, ...] = Field(
        description="Its parts; a second one only where it had ended and began anew."
    )
    recording_gaps: tuple[RecordingGapShown, ...] = Field(
        description="What is missing in it, found while it went on or after the call."
    )
    ended_at: Utc | None
    ended_by: Party | None
    cause: str
    diverted_to: str | None
    diverted_because: str
    promises: tuple[PromiseShown, ...]
    promise_error_seconds: float | None
    outcome: CallOutcome | None = Field(description="null: the call is alive.")
    item: str | None = Field(description="The callback or message that this call left.")
    to: str = Field(description="Whom an item calls back; masked likewise.")
    attempts: tuple[AttemptShown, ...]
    disposition: str | None
    contact_reason: str | None
    resolved: bool | None
    dispositions: tuple[DispositionShown, ...]
    survey_asked_at: Utc | None = Field(description="When the caller was asked how it was.")
    survey_score: int | None = Field(description="From 1 to 5, the best, of the last agent.")
    survey_comment: str | None = Field(description="What they said of it: a recording.")
    learned: Mapping[str, str] = Field(
        description="What menus have learned for the agent, never a secret; empty for who may not "
        "see the customer's values."
    )
    card_entries: tuple[CardEntryShown, ...]
    consents: tuple[ConsentShown, ...] = Field(description="To being recorded.")
    record_schema: int = Field(alias="schema", serialization_alias="schema")


def shown(record: CallRecord, sight: Sight) -> CallShown:
    """Return the record as the token sees it."""
    whole = CallShown.model_validate(record)
    hidden: dict[str, Any] = {}
    if not sight.sees_numbers_of(record.client):
        hidden |= {"caller": mask_number(record.caller), "to": record.to and mask_number(record.to)}
        hidden["number"] = mask_called(record.kind, record.number)
        numbers = (record.caller, record.to)
        told = {name: mask_within(text, *numbers) for name, text in record.learned.items()}
        hidden["learned"] = told
    if not sight.sees_coaching:
        hidden["coachings"] = ()
    if not sight.sees_values:
        without = tuple(one.model_copy(update={"values": {}}) for one in whole.dispositions)
        hidden |= {"dispositions": without, "learned": {}}
    return whole.model_copy(update=hidden)
