"""Telephone numbers as files have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers.phonenumberutil import is_number_type_geographical
from phonenumbers.timezone import time_zones_for_geographical_number
from phonenumbers.tzdata import TIMEZONE_DATA

from ccengine.config.dialable import DEAR
from ccengine.config.whereabouts import NotANumber, parsed_number

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


@dataclass(frozen=True, slots=True)
class DialableNumber:
    """A number that somebody can have."""

    international: str  #: E.164, with +
    zones: tuple[str, ...]  #: IANA, that it may be in; none: nobody knows


def dialable_number(text: str, country: str) -> DialableNumber:
    """Return the number that a text stands for, if it is one that is dialed.

    Args:
        text: as somebody typed it, or a spreadsheet has made of it.
        country: ISO 3166; of numbers without one.

    Raises:
        NumberUnfit: it is none, or none that anybody would be called at.
    """
    shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
    try:
        number = parsed_number(text, country)
    except NotANumber:
        message = f"'{shown}' is no telephone number"
        raise NumberUnfit(message) from None
    if number.extension is not None:
        message = f"'{shown}' has an extension, which cannot be dialed"
        raise NumberUnfit(message)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:  # the same as not valid, and found out once
        length = phonenumbers.is_possible_number_with_reason(number)
        message = f"'{shown}' is {LENGTHS.get(length, 'a number that nobody can have')}"
        raise NumberUnfit(message)
    if kind in DEAR:
        message = f"'{shown}' is a premium number"
        raise NumberUnfit(message)
    return DialableNumber(international=_international(number), zones=_zones(number, kind))


def _international(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _zones(number: PhoneNumber, kind: int) -> tuple[str, ...]:
    """Return what `time_zones_for_number` does, which would find out the number's kind again."""
    code = number.country_code or 0
    if is_number_type_geographical(kind, code):
        found = time_zones_for_geographical_number(number)
    else:
        found = TIMEZONE_DATA.get(str(code), ())
    return tuple(zone for zone in found if zone != NOWHERE)
