"""What the engine itself says to callers and customers, about callbacks and places in line.

The texts are in `catalogue/`. A client or a tenant replaces any of it by a prompt of the same name
in its own prompts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Phrase(StrEnum):
    """What there is to say; the values are the prompts' names."""

    OFFER = "callback-offer"
    OFFER_SLOTS = "callback-offer-slots"  #: said after the offer, where times can be booked
    TYPE = "callback-type"
    READ_BACK = "callback-read-back"  #: before the digits
    CONFIRM = "callback-confirm"
    ASKED = "callback-asked"
    NOT_ASKED = "callback-not-asked"
    NO_NUMBER = "callback-no-number"
    FOREIGN = "callback-foreign"
    PREMIUM = "callback-premium"
    EMERGENCY = "callback-emergency"
    OWN = "callback-own"
    NO_WAY = "callback-no-way"
    CHOOSE_SLOT = "callback-choose-slot"
    NO_SLOTS = "callback-no-slots"
    PRESS = "press"  #: before a digit
    FOR_TODAY = "for-today"
    FOR_TOMORROW = "for-tomorrow"
    CUSTOMER = "callback-customer"
    RECLAIM = "place-reclaim"
    RECLAIMED = "place-reclaimed"
    SORRY = "sorry"  #: the menu takes too long or has failed, and the call ends
    CANNOT_BE_SAID = "cannot-be-said"  #: a value, in time
    CARD_NUMBER = "card-number"
    CARD_NUMBER_WRONG = "card-number-wrong"
    CARD_EXPIRY = "card-expiry"
    CARD_EXPIRY_WRONG = "card-expiry-wrong"
    CARD_CODE = "card-code"
    CARD_CODE_WRONG = "card-code-wrong"
    CARD_WAIT = "card-wait"  #: while the payment program is asked
    CARD_APPROVED = "card-approved"
    CARD_DECLINED = "card-declined"
    CARD_UNKNOWN = "card-unknown"  #: nobody knows whether it was taken
    CARD_NOT_TAKEN = "card-not-taken"  #: for certain
    LEAD_OPTED_OUT = "lead-opted-out"  #: to who pressed the key for no more calls of a campaign
    CALL_IS_RECORDED = "call-is-recorded"  #: announced
    MAY_BE_RECORDED = "may-be-recorded"  #: asked: 1 is yes, 2 is no
    NOT_RECORDED = "not-recorded"  #: after a no
    ENDS_UNRECORDED = "ends-unrecorded"  #: likewise, where the client's rule is to end the call


DIGITS: Final = "0123456789"


def digit_name(digit: str) -> str:
    """Return the name of the prompt that says a digit."""
    return f"digit-{digit}"
