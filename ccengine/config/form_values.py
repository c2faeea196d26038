"""What may be filled into a form: one rule for what is typed on a telephone, what is written, and
what cells of imported leads say.

Values are kept as text: a choice by its name, `yes` or `no`, digits, a whole number, a date as
`2026-01-31`, a date and time as `2026-01-31T14:30`, an amount as `12.50`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from ccengine.config.names import can_be_read
from ccengine.config.papers import COUNTED, FieldKind, FormField
from ccengine.core.outcomes import LONGEST_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.papers import FormFile

YES: Final = "yes"
NO: Final = "no"
TYPED_YES: Final = "1"
TYPED_NO: Final = "2"
WANTED: Final = {
    FieldKind.YES_NO: "`yes` or `no`",
    FieldKind.DIGITS: "digits and nothing else",
    FieldKind.NUMBER: "a whole number",
    FieldKind.MONTHS: "a whole number of months",
    FieldKind.SCALE: "a whole number",
    FieldKind.AMOUNT: "an amount such as 12.50",
    FieldKind.DATE: "a date such as 2026-01-31",
    FieldKind.DATE_TIME: "a date and time such as 2026-01-31T14:30",
    FieldKind.EMAIL: "an address such as name@example.com",
    FieldKind.TEXT: "one line of text",
}
CENT: Final = Decimal("0.01")
NINE: Final = 9
EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""As browsers have it, who allow less than RFC 5322."""


def options_of(field: FormField) -> Mapping[str, str] | None:
    """Return what may be typed, and the value it means; None: typed freely."""
    match field.kind:
        case FieldKind.CHOICE:
            return {choice.digits: name for name, choice in field.choices.items()}
        case FieldKind.YES_NO:
            return {TYPED_YES: YES, TYPED_NO: NO}
        case FieldKind.SCALE if _is_one_digit(field):
            return {str(mark): str(mark) for mark in range(field.least or 0, (field.most or 0) + 1)}
        case _:
            return None


def _is_one_digit(field: FormField) -> bool:
    least, most = field.least, field.most
    return least is not None and most is not None and least >= 0 and most <= NINE


def typed_value(field: FormField, typed: str) -> str | None:
    """Return the value that was typed freely, None if it is none."""
    match field.kind:
        case FieldKind.DATE:
            wanted = f"{typed[4:]}-{typed[2:4]}-{typed[:2]}"
            return value_of(field, wanted) if re.fullmatch("[0-9]{8}", typed) else None
        case FieldKind.DATE_TIME:
            wanted = f"{typed[4:8]}-{typed[2:4]}-{typed[:2]}T{typed[8:10]}:{typed[10:]}"
            return value_of(field, wanted) if re.fullmatch("[0-9]{12}", typed) else None
        case FieldKind.AMOUNT:
            return value_of(field, typed.replace("*", "."))
        case _:
            return value_of(field, typed)


def value_of(field: FormField, text: str) -> str | None:
    """Return the value that was written, as it is kept; None if it cannot be one."""
    if len(text) > LONGEST_VALUE:
        return None
    match field.kind:
        case FieldKind.DATE:
            return _date(text)
        case FieldKind.DATE_TIME:
            return _date_time(text)
        case FieldKind.NUMBER | FieldKind.MONTHS | FieldKind.SCALE | FieldKind.AMOUNT:
            return _number(field, text)
        case _:
            return text if _is_one(field, text) else None


def _is_one(field: FormField, text: str) -> bool:
    match field.kind:
        case FieldKind.CHOICE:
            return text in field.choices
        case FieldKind.YES_NO:
            return text in (YES, NO)
        case FieldKind.DIGITS:
            is_one = re.fullmatch("[0-9]+", text) is not None
        case FieldKind.EMAIL:
            is_one = EMAIL.fullmatch(text) is not None
        case _:
            is_one = can_be_read(text)
    return is_one and _fits(field, len(text))


def faults(form: FormFile, values: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with values, by field; fields left empty may be required."""
    found = {name: "no such field" for name in values if name not in form.fields}
    for name, field in form.fields.items():
        value = values.get(name)
        if value is None and field.required:
            found[name] = "missing"
        elif value is not None and value_of(field, value) != value:
            found[name] = f"not a {field.kind} that the form allows"
    return found


def remedy_for(field: FormField | None) -> str:
    """Return what to write into a field."""
    if field is None:
        return "Leave it out: the form has no such field."
    if field.kind is FieldKind.CHOICE:
        return f"Give one of: {', '.join(field.choices)}."
    return f"Give {WANTED[field.kind]}{_bounds(field)}."


def _bounds(field: FormField) -> str:
    what = " characters" if field.kind in COUNTED else ""
    least = "" if field.least is None else f", at least {field.least}{what}"
    return least if field.most is None else f"{least}, at most {field.most}{what}"


def _date(text: str) -> str | None:
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _date_time(text: str) -> str | None:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", text) is None:
        return None
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        return None


def _number(field: FormField, text: str) -> str | None:
    pattern = r"-?[0-9]{1,15}(\.[0-9]{1,2})?" if field.kind is FieldKind.AMOUNT else "-?[0-9]{1,15}"
    if not re.fullmatch(pattern, text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not _fits(field, number):
        return None
    return str(number.quantize(CENT)) if field.kind is FieldKind.AMOUNT else str(int(number))


def _fits(field: FormField, size: Decimal | int) -> bool:
    enough = field.least is None or size >= field.least
    return enough and (field.most is None or size <= field.most)
