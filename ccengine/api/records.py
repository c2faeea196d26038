"""A call's record as the API shows it: everything that is kept of it, as far as a token sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.core.events import Party
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
    origin: str | None
    wrap_up_started_at: Utc | None
    wrap_up_seconds: float | None
    recording: str | None
    recording_started_at: Utc | None
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
    if not sight.sees_values:
        without = tuple(one.model_copy(update={"values": {}}) for one in whole.dispositions)
        hidden |= {"dispositions": without, "learned": {}}
    return whole.model_copy(update=hidden)
