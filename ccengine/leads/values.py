"""Fields of leads: what a cell says, in one way of writing each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from ccengine.config.names import can_be_read
from ccengine.config.papers import FieldKind
from ccengine.core.outcomes import LONGEST_VALUE
from ccengine.leads.cells import unescaped

if TYPE_CHECKING:
    from ccengine.config.campaigns import LeadField

YES: Final = frozenset({"yes", "true", "y", "1"})
NO: Final = frozenset({"no", "false", "n", "0"})


class ValueUnfit(Exception):
    """A cell cannot be what its field asks for. Its words say why."""


def value_of(cell: str, name: str, field: LeadField) -> str:
    """Return what a cell says, as it is kept; empty: nothing.

    Raises:
        ValueUnfit: it says nothing that the field can be, or is empty and must not be.
    """
    text = " ".join(unescaped(cell.strip()).split())
    if not text:
        if field.required:
            message = f"'{name}' is empty"
            raise ValueUnfit(message)
        return ""
    if len(text) > LONGEST_VALUE:
        message = f"'{name}' has {len(text)} characters, more than {LONGEST_VALUE}"
        raise ValueUnfit(message)
    if not can_be_read(text):
        message = f"'{name}' holds characters that cannot be printed"
        raise ValueUnfit(message)
    return _typed(text, name, field.kind)


def _typed(text: str, name: str, kind: FieldKind) -> str:
    try:
        match kind:
            case FieldKind.NUMBER | FieldKind.MONTHS:
                return str(int(text))
            case FieldKind.AMOUNT:
                return _amount(text)
            case FieldKind.DATE:
                return date.fromisoformat(text).isoformat()
            case FieldKind.YES_NO:
                return _yes_no(text)
            case FieldKind.DIGITS:
                return _digits(text)
            case _:
                return text
    except (ValueError, InvalidOperation):
        message = f"'{name}' is '{text[:60]}', which is no {kind.replace('_', '/')}"
        raise ValueUnfit(message) from None


def _digits(text: str) -> str:
    if text.isascii() and text.isdecimal():
        return text
    raise ValueError


def _amount(text: str) -> str:
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError
    return f"{amount:f}"


def _yes_no(text: str) -> str:
    if text.lower() in YES | NO:
        return "yes" if text.lower() in YES else "no"
    raise ValueError
