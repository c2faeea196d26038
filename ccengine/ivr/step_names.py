"""What a step's fields name, read off their types: steps, prompts, queues, values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from ccengine.config.documents import Place
from ccengine.config.schema import value_kind
from ccengine.ivr.references import Names
from ccengine.ivr.templates import holes

if TYPE_CHECKING:
    from ccengine.ivr.step import Step

GOES_TO: Final = frozenset({Names.STEP, Names.CHOICE})


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a step's field."""

    what: Names
    name: str
    place: Place  #: below the step


def references(step: Step) -> Iterator[Reference]:
    """Yield what a step refers to."""
    for name, hint in _hints(type(step)).items():
        yield from _references(hint, getattr(step, name), (name,))


@cache
def _hints(kind: type[Step]) -> Mapping[str, Any]:
    """Return the types of the fields that may name something: few do, and each check asks."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint for name, hint in hints.items() if _may_name(hint)}


def _may_name(hint: Any) -> bool:
    parts = (*getattr(hint, "__metadata__", ()), *get_args(hint))
    return any(isinstance(part, Names) or _may_name(part) for part in parts)


def _references(hint: Any, value: object, place: Place) -> Iterator[Reference]:
    if NoneType in get_args(hint):
        hint = next(kind for kind in get_args(hint) if kind is not NoneType)
    extras = getattr(hint, "__metadata__", ())
    what = next((extra for extra in extras if isinstance(extra, Names)), None)
    if what is not None and isinstance(value, str):
        yield Reference(what, value, place)
    inner = value_kind(hint)
    for key, kind, item in _items(inner, value):
        if isinstance(value, Mapping):
            yield from _references(get_args(inner)[0], key, (*place, key))
        yield from _references(kind, item, (*place, key))


def _items(kind: Any, value: object) -> Iterator[tuple[str | int, Any, object]]:
    """Yield the keys or positions of a collection, the type of each item, and the item."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key), get_args(kind)[-1], item
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield position, get_args(kind)[0], item


def read_by(step: Step) -> frozenset[str]:
    """Return the names of the values that a step reads."""
    found: set[str] = set()
    for reference in references(step):
        if reference.what is Names.DATA:
            found.add(reference.name)
        elif reference.what in (Names.TEMPLATE, Names.SHOWN):
            found.update(holes(reference.name))
    return frozenset(found)


def set_by(step: Step) -> frozenset[str]:
    """Return the names of the values that a step learns."""
    found = (reference for reference in references(step) if reference.what is Names.SETS)
    return frozenset(reference.name for reference in found)
