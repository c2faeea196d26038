"""Events and commands are closed unions: each is documented, handled and in its union."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, get_args

import pytest

from ccengine.core import commands, events
from ccengine.core.commands import Command
from ccengine.core.events import Event
from tests.architecture.source import PACKAGE, parsed

if TYPE_CHECKING:
    from types import ModuleType

EVENTS = get_args(Event)
COMMANDS = get_args(Command)


def declared(module: ModuleType) -> set[type]:
    """Return the dataclasses that a module declares, or the modules of a package."""
    found = {
        kind
        for _, kind in inspect.getmembers(module, dataclasses.is_dataclass)
        if kind.__module__ == module.__name__
    }
    for part in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{module.__name__}."):
        found |= declared(importlib.import_module(part.name))
    return found


def matched(*path: str) -> set[str]:
    """Return the names of the classes that a file's `match` statements know."""
    found = set()
    for node in ast.walk(parsed(PACKAGE.joinpath(*path))):
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name):
            found.add(node.cls.id)
    return found


def test_the_unions_are_complete() -> None:
    assert declared(events) == set(EVENTS)
    assert declared(commands) == set(COMMANDS)


REDUCERS = (
    "reducer.py",
    "call_reducer.py",
    "recordings.py",
    "cards.py",
    "consents.py",
    "campaign_reducer.py",
)


@pytest.mark.parametrize("kind", [*EVENTS, *COMMANDS], ids=lambda kind: kind.__name__)
def test_each_is_a_documented_frozen_fact(kind: type) -> None:
    written = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(written, ast.ClassDef)
    assert ast.get_docstring(written), "a dataclass makes itself a docstring; write one"
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_the_core_takes_every_event() -> None:
    named = {kind.__name__ for kind in EVENTS}
    assert named <= set().union(*(matched("core", file) for file in REDUCERS))


def test_the_engine_delivers_every_command() -> None:
    named = {kind.__name__ for kind in COMMANDS}
    assert named <= matched("engine.py")
