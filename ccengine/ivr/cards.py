"""Payment cards as callers type them: what can be one, and how long each field is.

Digits live in `HiddenDigits`, which show themselves to nobody who does not ask by name: not to a
log, not to a traceback, not to whoever writes objects down. They are wiped after use.

Lengths are those of ISO/IEC 7812 and of the schemes' own issuing rules; the last digit of a number
is the check digit of ISO/IEC 7812-1 Annex B (Luhn).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, Self

from typing_extensions import override

from ccengine.core.events import CardField

if TYPE_CHECKING:
    from datetime import date

KEYS: Final = frozenset("0123456789")
EXPIRY_DIGITS: Final = 4
USUAL_CODE: Final = 3
MONTHS: Final = 12
CENTURY: Final = 100
YEARS_AHEAD: Final = 20
"""No card is made for longer: 99 is a slip."""


class HiddenDigits:
    """Digits that are nobody's to see."""

    __slots__ = ("_keys",)

    def __init__(self, digits: str = "") -> None:
        self._keys = bytearray(digits, "ascii")

    def add(self, key: str) -> None:
        """Put one key at the end."""
        self._keys += key.encode("ascii")

    def wipe(self) -> None:
        """Overwrite them, then forget that there were any."""
        for place in range(len(self._keys)):
            self._keys[place] = 0
        self._keys.clear()

    def reveal(self) -> str:
        """Return them: for the payment program, and for checks of what a card can be."""
        return self._keys.decode("ascii")

    def __len__(self) -> int:
        return len(self._keys)

    @override
    def __repr__(self) -> str:
        return "<hidden>"

    @override
    def __format__(self, how: str) -> str:
        return "<hidden>"

    @override
    def __reduce__(self) -> NoReturn:
        message = "hidden digits are written down nowhere"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Card:
    """What a caller has typed of a card; wiped at the end of the block that holds it."""

    number: HiddenDigits = field(default_factory=HiddenDigits)
    expiry: HiddenDigits = field(default_factory=HiddenDigits)  #: month, then year, two each
    code: HiddenDigits = field(default_factory=HiddenDigits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.number, self.expiry, self.code):
            one.wipe()


@dataclass(frozen=True, slots=True)
class Scheme:
    """Whose card it is, as far as lengths go by it."""

    name: str
    lengths: range
    code: int = USUAL_CODE  #: digits of the security code


ANY: Final = Scheme("card", range(12, 20))
_VISA: Final = Scheme("visa", range(13, 20, 3))
_MASTERCARD: Final = Scheme("mastercard", range(16, 17))
_AMEX: Final = Scheme("amex", range(15, 16), code=4)
_DINERS: Final = Scheme("diners", range(14, 20))
_SIXTEEN_UP: Final = Scheme("discover, jcb, unionpay or mir", range(16, 20))
_PREFIXES: Final = (
    (2200, 2204, _SIXTEEN_UP),  # Mir
    (2221, 2720, _MASTERCARD),
    (3000, 3059, _DINERS),
    (3095, 3095, _DINERS),
    (3400, 3499, _AMEX),
    (3528, 3589, _SIXTEEN_UP),  # JCB
    (3600, 3699, _DINERS),
    (3700, 3799, _AMEX),
    (3800, 3999, _DINERS),
    (4000, 4999, _VISA),
    (5100, 5599, _MASTERCARD),
    (6011, 6011, _SIXTEEN_UP),  # Discover
    (6200, 6299, _SIXTEEN_UP),  # UnionPay
    (6440, 6599, _SIXTEEN_UP),  # Discover
)
"""First and last of the first four digits."""


def scheme_of(number: HiddenDigits) -> Scheme:
    """Return whose card a number begins as; `ANY` where nobody knows."""
    digits = number.reveal()[:4]
    first = int(digits) if len(digits) == EXPIRY_DIGITS else 0
    return next((scheme for low, high, scheme in _PREFIXES if low <= first <= high), ANY)


def most_digits(asked: CardField, card: Card) -> int:
    """Return after how many digits a field is full: no ending key is needed then."""
    match asked:
        case CardField.NUMBER:
            return scheme_of(card.number).lengths[-1]
        case CardField.EXPIRY:
            return EXPIRY_DIGITS
        case CardField.CODE:
            return scheme_of(card.number).code


def can_be(asked: CardField, card: Card, today: date) -> bool:
    """Tell whether what was typed can be this field of a card."""
    match asked:
        case CardField.NUMBER:
            return len(card.number) in scheme_of(card.number).lengths and has_check_digit(
                card.number
            )
        case CardField.EXPIRY:
            return _is_to_come(card.expiry, today)
        case CardField.CODE:
            return len(card.code) == scheme_of(card.number).code


def typed_of(asked: CardField, card: Card) -> HiddenDigits:
    """Return the digits of one field."""
    match asked:
        case CardField.NUMBER:
            return card.number
        case CardField.EXPIRY:
            return card.expiry
        case CardField.CODE:
            return card.code


def has_check_digit(number: HiddenDigits) -> bool:
    """Tell whether the last digit is what the others ask for (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(number.reveal())):
        doubled = int(digit) * 2 if place % 2 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the sum of its digits
    return len(number) > 0 and total % 10 == 0


def _is_to_come(expiry: HiddenDigits, today: date) -> bool:
    """Tell whether a card is good until the end of a month that is not over."""
    if len(expiry) != EXPIRY_DIGITS:
        return False
    month = int(expiry.reveal()[:2])
    year = today.year - today.year % CENTURY + int(expiry.reveal()[2:])
    if not 1 <= month <= MONTHS:
        return False
    return (today.year, today.month) <= (year, month) and year <= today.year + YEARS_AHEAD
