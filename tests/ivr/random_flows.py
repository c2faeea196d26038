"""Flows made at random from the steps' own fields, checked by nobody: any of them may run.

Whatever kinds of steps there are, their types say what may stand in them, so that a new kind is
tried out without a word more here.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from ccengine.ivr.flow import Flow
from ccengine.ivr.references import Names
from ccengine.ivr.steps import STEP_KINDS

if TYPE_CHECKING:
    from ccengine.ivr.step import Step

STEP_NAMES = ("one", "two", "three", "four", "five")
VALUES = ("a", "b", "verified")
WORDS = ("{a}", "{b} {caller}", "4711", "yes", "{{x}}")
BY_NAMES: Mapping[Names, st.SearchStrategy[Any]] = {
    Names.STEP: st.sampled_from((*STEP_NAMES, "gone")),
    Names.CHOICE: st.sampled_from(STEP_NAMES),
    Names.PROMPT: st.sampled_from(
        (*("greeting", "main-menu", "en/main-menu") * 4, "no-such-prompt")
    ),
    Names.SAYING: st.sampled_from(("main-menu", "{a}", "{b:digits}", "{verified:money}")),
    Names.QUEUE: st.sampled_from(("billing", "vip", "gone")),
    Names.HOURS: st.sampled_from(("always", "never")),
    Names.SKILL: st.sampled_from(("english", "billing")),
    Names.AGENT: st.sampled_from(("olena", "taras")),
    Names.FLOW: st.sampled_from(("main", "other", "third")),
    Names.LANGUAGE: st.sampled_from(("en", "uk")),
    Names.STAFF: st.sampled_from(("380441112233",)),
    Names.LOOKUP: st.sampled_from(("customer", "order")),
    Names.SUBMISSION: st.sampled_from(("cancel-order",)),
    Names.DATA: st.sampled_from((*VALUES, "caller", "queue_wait")),
    Names.SETS: st.sampled_from(VALUES),
    Names.TEMPLATE: st.sampled_from(WORDS),
    Names.SHOWN: st.sampled_from(WORDS),
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Return what may stand in a field."""
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        named = next((extra for extra in extras if isinstance(extra, Names)), None)
        return BY_NAMES[named] if named is not None else bounded(inner, extras)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(of_type, arguments))
    if origin is tuple:
        return st.lists(of_type(arguments[0]), min_size=1, max_size=2).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(of_type(arguments[0]), of_type(arguments[1]), min_size=1, max_size=3)
    return plain(hint)


def bounded(inner: Any, extras: list[Any]) -> st.SearchStrategy[Any]:
    told = [one for extra in extras for one in getattr(extra, "metadata", [extra])]
    least = next((one.ge for one in told if isinstance(one, Ge)), None)
    most = next((one.le for one in told if isinstance(one, Le)), None)
    if inner is int:
        return st.integers(least, most)
    if inner is float:
        return st.floats(least, most)
    if inner is Decimal:
        return st.integers(0, 100).map(Decimal)
    is_key = any(getattr(getattr(one, "func", None), "__name__", "") == "_digit" for one in extras)
    return st.sampled_from("0123456789*#") if is_key else of_type(inner)


def plain(hint: Any) -> st.SearchStrategy[Any]:
    if hint is types.NoneType:
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    known: Mapping[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(0, 9),
        float: st.floats(1, 9),
        str: st.sampled_from(("a", "b", "x")),
        Decimal: st.integers(0, 100).map(Decimal),
        FieldInfo: st.none(),
    }
    return known[hint] if hint in known else of_type(getattr(hint, "__supertype__", str))


def steps(kind: type[Step]) -> st.SearchStrategy[Step]:
    hints = get_type_hints(kind, include_extras=True)
    needed = {}
    others = {}
    for field in fields(kind):
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        (others if has_default else needed)[field.name] = of_type(hints[field.name])
    return st.fixed_dictionaries(needed, optional=others).map(lambda values: kind(**values))


ANY_STEP = st.one_of(*map(steps, STEP_KINDS.values()))


def flows(name: str) -> st.SearchStrategy[Flow]:
    named = st.fixed_dictionaries(dict.fromkeys(STEP_NAMES, ANY_STEP))
    return st.builds(
        Flow,
        name=st.just(name),
        start=st.just(STEP_NAMES[0]),
        steps=named,
        total_minutes=st.sampled_from((0.5, 2.0, 10.0)),
        otherwise=st.sampled_from((None, *STEP_NAMES)),
        parameters=st.just(("a",)),
    )


THREE_FLOWS = st.fixed_dictionaries({name: flows(name) for name in ("main", "other", "third")})
