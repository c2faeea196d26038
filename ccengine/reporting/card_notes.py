"""Keeps in a call's record which cards were taken, and what the caller has agreed to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.events import (
    CardEntryEnded,
    CardEntryStarted,
    CardFieldTyped,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
)
from ccengine.reporting.card_records import CardEntryRecord, ConsentRecord

if TYPE_CHECKING:
    from ccengine.core.ids import Instant
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import What

OF_CARDS = CardEntryStarted | CardFieldTyped | CardEntryEnded
OF_CONSENTS = ConsentAsked | ConsentGiven | ConsentRefused


def note_beside(record: CallRecord, what: What, at: Instant) -> bool:
    """Keep it if it is of a card or a consent; tell whether it was."""
    if isinstance(what, OF_CARDS):
        note_card(record, what, at)
    elif isinstance(what, OF_CONSENTS):
        note_consent(record, what, at)
    else:
        return False
    return True


def note_card(record: CallRecord, what: OF_CARDS, at: Instant) -> None:
    """Keep it."""
    if isinstance(what, CardEntryStarted):
        begun = CardEntryRecord(entry=what.entry, by=what.by, agent=what.agent, started_at=at)
        record.card_entries += (begun,)
        return
    record.card_entries = tuple(
        _changed(one, what, at) if one.entry == what.entry else one for one in record.card_entries
    )


def _changed(
    entry: CardEntryRecord, what: CardFieldTyped | CardEntryEnded, at: Instant
) -> CardEntryRecord:
    if isinstance(what, CardFieldTyped):
        return replace(entry, typed=(*entry.typed, what.typed))
    return replace(
        entry,
        ended_at=at,
        outcome=what.outcome,
        token=what.token,
        last4=what.last4,
        result=what.result,
    )


def note_consent(record: CallRecord, what: OF_CONSENTS, at: Instant) -> None:
    """Keep it: what is answered belongs to what was asked last."""
    if isinstance(what, ConsentAsked):
        asked = ConsentRecord(
            rule=what.rule,
            caller_place=what.caller_place,
            agent_place=what.agent_place,
            agent=what.agent,
            asked_at=at,
            prompt=what.prompt,
            version=what.version,
            language=what.language,
        )
        record.consents += (asked,)
        return
    before = record.consents
    is_open = bool(before) and before[-1].answer is None
    settled = (
        before[-1]
        if is_open
        else ConsentRecord(
            rule=what.rule, caller_place=what.caller_place, agent_place=what.agent_place
        )
    )
    given = isinstance(what, ConsentGiven)
    answered = replace(settled, answered_at=at, answer=what.answer, given=given)
    record.consents = (*before[:-1], answered) if is_open else (*before, answered)
