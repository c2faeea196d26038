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


DIGITS: Final = "0123456789"


def digit_name(digit: str) -> str:
    """Return the name of the prompt that says a digit."""
    return f"digit-{digit}"
