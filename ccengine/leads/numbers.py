"""Telephone numbers as files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import time_zones_for_number

from ccengine.config.dialable import DEAR

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

NOWHERE: Final = "Etc/Unknown"
LONGEST_TEXT: Final = 60
LENGTHS: Final = {
    ValidationResult.TOO_SHORT: "too short",
    ValidationResult.TOO_LONG: "too long",
    ValidationResult.INVALID_LENGTH: "of a wrong length",
    ValidationResult.INVALID_COUNTRY_CODE: "of no country",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "without its area code",
}


class NumberUnfit(Exception):
    """A text is no number that is dialed. Its words say why."""


def number_of(text: str, country: str) -> PhoneNumber:
    """Return the number that a text stands for.

    Args:
        text: as somebody typed it, or a spreadsheet has made of it.
        country: ISO 3166; of numbers without one.

    Raises:
        NumberUnfit: it is none, or none that anybody would be called at.
    """
    shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
    try:
        number = phonenumbers.parse(text.removesuffix(".0"), country)
    except phonenumbers.NumberParseException:
        message = f"'{shown}' is no telephone number"
        raise NumberUnfit(message) from None
    if number.extension is not None:
        message = f"'{shown}' has an extension, which cannot be dialed"
        raise NumberUnfit(message)
    if not phonenumbers.is_valid_number(number):
        length = phonenumbers.is_possible_number_with_reason(number)
        message = f"'{shown}' is {LENGTHS.get(length, 'a number that nobody can have')}"
        raise NumberUnfit(message)
    if phonenumbers.number_type(number) in DEAR:
        message = f"'{shown}' is a premium number"
        raise NumberUnfit(message)
    return number


def international(number: PhoneNumber) -> str:
    """Return the number as E.164 has it, with +."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def zones_of_number(number: PhoneNumber) -> tuple[str, ...]:
    """Return the IANA time zones that the number may be in; none: nobody knows."""
    return tuple(zone for zone in time_zones_for_number(number) if zone != NOWHERE)
