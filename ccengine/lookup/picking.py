"""Takes named values out of an answer: typed, bounded, and nothing that was not asked for."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final
from uuid import UUID

from ccengine.config.lookup_sources import AnswerKind, Pick
from ccengine.config.names import VALUE_NAME
from ccengine.ivr.data import LONGEST_VALUE, VALUES_AT_MOST, text_of
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document

PART: Final = re.compile(r"\.([A-Za-z0-9_-]+)|\[([0-9]+)\]")
GREATEST: Final = Decimal(10) ** 15
YES: Final = frozenset({"true", "yes", "1", "y"})
NO: Final = frozenset({"false", "no", "0", "n"})


class _Missing:
    """Stands for what is not there, where nothing may be."""


MISSING: Final = _Missing()


def picked(document: Document | None, picks: Mapping[str, Pick]) -> dict[str, Value] | None:
    """Return the values of an answer by name; None: it says that there is nothing.

    Without picks it is what stands at its top. Nothing is null, an empty list or object, and
    picks of which all lead through such a one.

    Raises:
        SourceFailed: it is another answer than the picks are for, or a value is of another kind.
    """
    if document is None or document in ({}, [], ""):
        return None
    if not picks:
        return _top(document)
    found = {name: value_at(document, pick.path) for name, pick in picks.items()}
    if all(value is None or value is MISSING for value in found.values()):
        if any(value is None for value in found.values()):
            return None
        message = "the answer has none of the values"
        raise SourceFailed(message)
    values = {name: _value(name, found[name], pick.kind) for name, pick in picks.items()}
    return {name: value for name, value in values.items() if value is not None}


def _top(document: Document) -> dict[str, Value]:
    if not isinstance(document, dict):
        message = "the answer is no object, and 'answer' names no value in it"
        raise SourceFailed(message)
    named = {
        str(name).lower(): value
        for name, value in document.items()
        if re.fullmatch(VALUE_NAME, str(name).lower()) and _is_single(value)
    }
    values = {name: _value(name, value, None) for name, value in named.items()}
    kept = [(name, value) for name, value in values.items() if value is not None]
    return dict(kept[:VALUES_AT_MOST])


def value_at(document: object, path: str) -> object:
    """Return what a path leads to; None for null on its way, `MISSING` for what is not there."""
    for name, position in PART.findall(path):
        if document is None or document == []:
            return None
        if name and isinstance(document, dict) and name in document:
            document = document[name]
        elif position and isinstance(document, list) and int(position) < len(document):
            document = document[int(position)]
        else:
            return MISSING
    return document


def _value(name: str, found: object, kind: AnswerKind | None) -> Value | None:
    """Return a value as flows keep it; None: there is none."""
    if found is None or found is MISSING:
        return None
    plain = _plain(found)
    if plain is None:
        message = f"'{name}' is no single value"
        raise SourceFailed(message)
    text = text_of(plain).strip()
    if kind is None:
        return plain
    if not text:
        return None
    try:
        return _typed(text, kind)
    except (ValueError, InvalidOperation):
        message = f"'{name}' is no {kind}"
        raise SourceFailed(message) from None


def _plain(found: object) -> Value | None:
    """Return what JSON or a database has as we have it; None: it has parts, or is raw."""
    match found:
        case bool() | datetime() | date():
            return found
        case int() | float() | Decimal():
            number = Decimal(str(found))
            usable = number.is_finite() and abs(number) < GREATEST
            return _as_written(number) if usable else str(found)
        case UUID() | time():
            return str(found)
        case str():
            return _printable(found)
        case _:
            return None


def _is_single(found: object) -> bool:
    """Tell whether a column can be a value at all: what nobody has named fails no lookup."""
    return found is None or _plain(found) is not None


def _as_written(number: Decimal) -> Decimal:
    """Return a whole number without what follows the point: JSON's 1.0 is the 1 of a `branch`."""
    whole = number.to_integral_value()
    return Decimal(int(whole)) if number == whole else number


def _printable(text: str) -> str:
    """Return a text without what controls anything: it is shown, and may be said."""
    cut = text[:LONGEST_VALUE]
    return cut if cut.isprintable() else re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", cut)


def _typed(text: str, kind: AnswerKind) -> Value:
    match kind:
        case AnswerKind.TEXT:
            return text
        case AnswerKind.NUMBER:
            number = Decimal(text)
            if not number.is_finite() or abs(number) >= GREATEST:
                raise ValueError(text)
            return _as_written(number)
        case AnswerKind.DATE:
            return date.fromisoformat(text[:10])
        case AnswerKind.BOOLEAN:
            if text.lower() not in YES | NO:
                raise ValueError(text)
            return text.lower() in YES
