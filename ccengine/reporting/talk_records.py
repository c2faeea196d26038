"""Talks, holds and waits of a call record in the making."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.events import (
    CallEnded,
    CallHandedOut,
    CallHandedOver,
    CallTakenOver,
    CallTransferred,
    ConversationEnded,
    Party,
)
from ccengine.reporting.call_record import ConversationRecord, HoldRecord
from ccengine.reporting.offer_records import is_accepted
from ccengine.reporting.promises import scored

if TYPE_CHECKING:
    from ccengine.core.commands import ShowCall
    from ccengine.core.events import TalkMeasured
    from ccengine.core.ids import AgentId, Instant
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.drafts import Draft
    from ccengine.reporting.rows import JournalRow


def start_talk(draft: Draft, shown: ShowCall, at: Instant, *, joined: bool) -> None:
    """Note that a talk began."""
    record = draft.record
    accepted_at = at if draft.accepted_at is None else draft.accepted_at
    draft.talking_since = at
    if shown.agent is not None:
        record.conversations += (ConversationRecord(agent=shown.agent, started_at=at),)
    record.agent = shown.agent
    if record.talk_started_at is None:
        record.talk_started_at, record.answered_at = at, accepted_at
    record.talk_ended_at = record.talk_ended_by = None
    offer = next((one for one in reversed(record.offers) if is_accepted(one)), None)
    if offer is not None and joined:
        ringing_at = offer.at if offer.ringing_at is None else offer.ringing_at
        record.ring_seconds += accepted_at - ringing_at
    end_wait(draft, accepted_at, answered=True)


def end_talk(draft: Draft, row: JournalRow) -> None:
    """Note that a talk is over."""
    record = draft.record
    record.talk_ended_at = row.at
    if draft.talking_since is not None:
        record.talk_seconds += row.at - draft.talking_since
    draft.talking_since = None
    if draft.record.agent is not None:
        hold(draft, row.at, agent=draft.record.agent, starts=False)
    match draft.reported_by(row):
        case ConversationEnded(by=by) | CallEnded(by=by):
            record.talk_ended_by = by
        case CallTransferred() | CallHandedOver() | CallHandedOut() | CallTakenOver():
            record.talk_ended_by = Party.AGENT
        case _:
            pass
    if record.conversations:
        *others, last = record.conversations
        ended = replace(last, ended_at=row.at, ended_by=record.talk_ended_by)
        record.conversations = (*others, ended)


def hold(draft: Draft, at: Instant, *, agent: AgentId, starts: bool) -> None:
    """Note that a hold began or is over."""
    record, since = draft.record, draft.held_since
    if since is not None and record.conversations:
        *others, last = record.conversations
        held = replace(last, held_seconds=last.held_seconds + at - since)
        record.conversations = (*others, held)
        record.holds = (*record.holds[:-1], replace(record.holds[-1], ended_at=at))
    if starts:
        record.holds += (HoldRecord(agent=agent, started_at=at),)
    draft.held_since = at if starts else None


def end_wait(draft: Draft, at: Instant, *, answered: bool = False) -> None:
    """Note that the wait is over."""
    record = draft.record
    if draft.waiting_since is not None:
        record.wait_seconds += at - draft.waiting_since
        draft.waiting_since = None
    if record.promises:
        record.promises = scored(record.promises, at, answered=answered)
        record.promise_error_seconds = record.promises[-1].error_seconds


def note_measures(record: CallRecord, measured: TalkMeasured) -> None:
    """Note what was found in the recording of a talk."""
    record.conversations = tuple(
        replace(
            one,
            measured_seconds=measured.seconds,
            silence_seconds=measured.silence_seconds,
            talk_over_seconds=measured.talk_over_seconds,
        )
        if one.agent == measured.agent and one.started_at == measured.began
        else one
        for one in record.conversations
    )
