"""Kinds of steps from any installed package, by the entry point group `ccengine.steps`.

Such a kind is what ours are: a frozen dataclass whose first field is its key in YAML, and one
`run`. Its fields' types say what is checked: `ccengine.ivr.references` has them.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from ccengine.ivr.step import Step
from ccengine.ivr.steps import STEP_KINDS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "ccengine.steps"


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds there are, by key, and what is wrong with those that cannot be used."""

    known: Mapping[str, type[Step]]
    faults: tuple[str, ...]


@cache
def all_kinds() -> Kinds:
    """Return our kinds and those of installed packages; ours are never replaced."""
    known = dict(STEP_KINDS)
    faults: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        whose = "" if entry.dist is None else f" of package '{entry.dist.name}'"
        kind, fault = _loaded(entry)
        if not fault and entry.name in known:
            fault = "there is one of that name already"
        if fault or kind is None:
            faults.append(f"kind of step '{entry.name}'{whose} cannot be used: {fault}")
        else:
            known[entry.name] = kind
    return Kinds(known, tuple(faults))


def _loaded(entry: EntryPoint) -> tuple[type[Step] | None, str]:
    try:
        kind: Any = entry.load()
        fault = _fault_of(kind, entry.name)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    return (None, fault) if fault else (kind, "")


def _fault_of(kind: Any, key: str) -> str:
    if not isinstance(kind, type) or not is_dataclass(kind):
        return "it is no dataclass"
    if not fields(kind) or fields(kind)[0].name != key:
        return f"its first field is not '{key}'"
    params: Any = kind.__dataclass_params__  # type: ignore[attr-defined]
    if not params.frozen:
        return "it is not frozen, and one step serves all calls"
    if not inspect.iscoroutinefunction(getattr(kind, "run", None)):
        return "it has no 'async def run(self, context)'"
    get_type_hints(kind, include_extras=True)  # raises what the checker would meet
    return ""
