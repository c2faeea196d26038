"""What a call's record says of its offers, as they go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.reporting.call_record import CallRecord, OfferOutcome, OfferRecord, open_offer

if TYPE_CHECKING:
    from ccengine.core.ids import Instant, OfferId

NOT_JOINED = "not joined with the caller"


def note_ringing(record: CallRecord, offer: OfferId, at: Instant) -> None:
    """Take note of when the phone said that it rings."""
    place = open_offer(record.offers, offer)
    if place is not None and record.offers[place].ringing_at is None:
        _swap_offer(record, place, replace(record.offers[place], ringing_at=at))


def note_not_joined(record: CallRecord) -> None:
    """Take note that the accepted offer came to nothing."""
    for place in range(len(record.offers) - 1, -1, -1):
        if is_accepted(record.offers[place]):
            _swap_offer(record, place, replace(record.offers[place], reason=NOT_JOINED))
            return


def is_accepted(offer: OfferRecord) -> bool:
    """Tell whether the agent has answered and was joined, or may still be."""
    return offer.outcome is OfferOutcome.ACCEPTED and not offer.reason


def end_offer(
    record: CallRecord, offer: OfferId, outcome: OfferOutcome, at: Instant, reason: str = ""
) -> None:
    """Take note of how an offer ended."""
    place = open_offer(record.offers, offer)
    if place is not None:
        ended = replace(record.offers[place], outcome=outcome, reason=reason, ended_at=at)
        _swap_offer(record, place, ended)


def _swap_offer(record: CallRecord, place: int, offer: OfferRecord) -> None:
    record.offers = (*record.offers[:place], offer, *record.offers[place + 1 :])
