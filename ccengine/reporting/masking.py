"""Telephone numbers as others than the call's own parties may see them."""

from ccengine.core.states import Kind

SHOWN_WHOLE = 6  #: extensions and short numbers say nothing about a person
SHOWN_FIRST = 3
SHOWN_LAST = 2
SHOWN_AT_END = 3
WITHHELD = "withheld"


def last_digits(number: str) -> str:
    """Return a number's end, which is a number itself: for displays that want a valid caller id.

    Of a short number at most half of it is left.
    """
    digits = number.removeprefix("+")
    return digits[-min(SHOWN_AT_END, max(1, len(digits) // 2)) :]


def mask_number(number: str) -> str:
    """Return the number with its middle hidden: `+380441234567` becomes `+380*******67`.

    Up to six characters stay whole: they are extensions and numbers of the house. A leading `+`
    does not count. An empty number is `withheld`.
    """
    if not number:
        return WITHHELD
    plus = "+" if number.startswith("+") else ""
    rest = number.removeprefix("+")
    if len(rest) <= SHOWN_WHOLE:
        return number
    hidden = "*" * (len(rest) - SHOWN_FIRST - SHOWN_LAST)
    return f"{plus}{rest[:SHOWN_FIRST]}{hidden}{rest[-SHOWN_LAST:]}"


def mask_called(kind: str, number: str) -> str:
    """Return the number that a call went to: a customer's is masked, one of the house is not."""
    return mask_number(number) if kind in (Kind.OUTBOUND, Kind.LEAD) else number


def mask_within(text: str, *numbers: str) -> str:
    """Return a text in which these numbers are masked, with their `+` or without."""
    for number in numbers:
        digits = number.removeprefix("+")
        if len(digits) > SHOWN_WHOLE:
            text = text.replace(digits, mask_number(digits))
    return text
