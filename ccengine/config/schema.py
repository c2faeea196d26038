"""Fits a document into dataclasses, and turns what does not fit into problems.

The dataclasses' fields are the schema; there is no second description of the YAML. A part that
does not fit is left out and the rest is still used, so that one run finds the mistakes of all.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from types import GenericAlias, NoneType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Generic,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ccengine.config.documents import Document, Place, value_at
from ccengine.config.names import suggestion
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

T = TypeVar("T")
_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}  # building one takes milliseconds

REQUIRED: Final = {"required": True}
"""Metadata of a field that has a default only so that the rest of a faulty file can be checked."""

KEY_MARK = "[key]"  # pydantic's word at the end of a place for an error in the key itself

SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "int": ("a whole number", "write digits only"),
    "float": ("a number", "write a number such as 20 or 2.5"),
    "bool": ("yes or no", "write yes or no"),
    "tuple": ("a list", "write [one, two], or one '- item' per line"),
    "list": ("a list", "write [one, two], or one '- item' per line"),
    "dict": ("a group of 'key: value' lines", "indent 'key: value' lines below it"),
    "mapping": ("a group of 'key: value' lines", "indent 'key: value' lines below it"),
    "dataclass": ("a group of 'key: value' lines", "indent 'key: value' lines below it"),
    "string": ("text", "write text on the same line"),
    "decimal": ("an amount", "write an amount such as 2.40"),
    "date": ("a date", "write a date such as 2026-01-31"),
}
"""What must stand there and how to write it, by the first word of pydantic's error type."""


@dataclass(frozen=True, slots=True)
class Fitted(Generic[T]):
    """A value, as far as it could be made, and the mistakes."""

    value: T | None
    problems: list[Problem]


def fit(kind: type[T], document: Document, place: Place = ()) -> Fitted[T]:
    """Make a `kind` of what stands at the place.

    Faulty parts are left out of the value. It is None when even the rest makes none.
    """
    raw = deepcopy(document.at(place))
    problems = _missing(kind, document, place)
    first = True
    while True:
        try:
            return Fitted(_adapter_of(kind).validate_python([raw])[0], problems)
        except ValidationError as error:
            details = error.errors(include_url=False)
        if first:
            problems += [_problem(kind, document, place, detail) for detail in details]
            first = False
        if not _leave_out(raw, {_faulty_part(detail) for detail in details}):
            return Fitted(None, problems)


def _adapter_of(kind: type[T]) -> TypeAdapter[list[T]]:
    if kind not in _ADAPTERS:
        # A list around it: pydantic takes no config for a dataclass but lets it inherit one.
        around: Any = GenericAlias(list, kind)
        _ADAPTERS[kind] = TypeAdapter(around, config=ConfigDict(extra="forbid"))
    return _ADAPTERS[kind]


def _place(detail: ErrorDetails) -> Place:
    """Return the place below the value; the first part is our own list."""
    return tuple(part for part in detail["loc"][1:] if part != KEY_MARK)


def _faulty_part(detail: ErrorDetails) -> Place:
    place = _place(detail)
    return place[:-1] if detail["type"] == "missing" else place


def _leave_out(raw: object, places: set[Place]) -> bool:
    """Remove the faulty parts; False when that changes nothing or all is faulty."""
    changed = False
    # From the last item of a list to the first, so that positions stay true.
    for place in sorted(places, key=_sortable, reverse=True):
        if not place:
            return False
        holder: Any = value_at(raw, place[:-1])
        if value_at(holder, place[-1:]) is not None:
            del holder[place[-1]]
            changed = True
    return changed


def _sortable(place: Place) -> list[tuple[str, int]]:
    return [("", part) if isinstance(part, int) else (part, 0) for part in place]


def schema_keys(kind: Any) -> Mapping[str, Any]:
    """Return the keys a mapping of this kind may have in YAML, with the type of each value."""
    if not is_dataclass(kind):
        return {}
    hints = get_type_hints(kind, include_extras=True)
    return {_key_of(field.name, hints[field.name]): hints[field.name] for field in fields(kind)}


def value_kind(kind: Any) -> Any:
    """Return the type without its annotations and its `| None`."""
    while True:
        arguments = get_args(kind)
        if get_origin(kind) is Annotated:
            kind = arguments[0]
        elif NoneType in arguments:
            kind = next(argument for argument in arguments if argument is not NoneType)
        else:
            return kind


def _key_of(name: str, hint: Any) -> str:
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, FieldInfo) and extra.alias:
            return extra.alias
    return name


def _kind_at(kind: Any, place: Place) -> Any:
    for part in place:
        kind = value_kind(kind)
        arguments = get_args(kind)
        if arguments:
            kind = arguments[-1 if isinstance(part, str) else 0]
        else:
            kind = schema_keys(kind).get(str(part))
    return value_kind(kind)


def _missing(kind: Any, document: Document, place: Place) -> list[Problem]:
    keys = document.keys(*place)
    return [
        _missing_key(document, (*place, field.name))
        for field in (fields(kind) if is_dataclass(kind) else ())
        if field.metadata == REQUIRED and field.name not in keys
    ]


def _missing_key(document: Document, place: Place) -> Problem:
    owner = f" in '{place[-2]}'" if len(place) > 1 else ""
    return document.problem(place, f"'{place[-1]}' is missing{owner}", f"add '{place[-1]}: …'")


def _problem(kind: Any, document: Document, place: Place, detail: ErrorDetails) -> Problem:
    below = _place(detail)
    whole = (*place, *below)
    what, given = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if what == "mistake":
        return document.problem(whole, context["message"], context["remedy"])
    if what == "missing":
        return _missing_key(document, whole)
    if what == "unexpected_keyword_argument":
        remedy = suggestion(str(whole[-1]), schema_keys(_kind_at(kind, below[:-1])))
        return document.problem(whole, f"unknown key '{whole[-1]}'", remedy)
    keys = [part for part in whole if isinstance(part, str)]  # an item of a list has no name
    name = f"'{keys[-1]}'" if keys else "the file"
    shape = SHAPES.get(what.partition("_")[0])
    if shape is not None:
        shown = f", not '{given}'" if isinstance(given, str) else ""
        return document.problem(whole, f"{name} must be {shape[0]}{shown}", shape[1])
    if what in {"literal_error", "enum"}:
        remedy = f"use one of: {context['expected']}"
        return document.problem(whole, f"{name} cannot be '{given}'", remedy)
    remedy = detail["msg"].replace("Input should", "it should")
    return document.problem(whole, f"{name} cannot be '{given}'", remedy)
