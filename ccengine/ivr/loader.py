"""Reads a flow from YAML and refuses one that would leave a caller in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ccengine.config.documents import Document, read_document
from ccengine.config.names import Line, is_name, suggestion
from ccengine.config.problems import Problem
from ccengine.config.schema import REQUIRED, fit
from ccengine.ivr.flow import Flow
from ccengine.ivr.flow_checks import FlowNames, check_flow
from ccengine.ivr.steps import STEP_KINDS, Step

if TYPE_CHECKING:
    from pathlib import Path


SECOND_KEYS: Final = frozenset(
    {"next", "priority", "skills", "digits", "open", "closed", "no_input", "otherwise"}
)
"""Keys that say by themselves that a step lacks its first, which says what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """The keys of flows/<flow>.yaml."""

    description: Line | None = None  #: for people
    start: str = field(default="", metadata=REQUIRED)  #: the first step
    steps: Mapping[str, Any] = field(default_factory=dict, metadata=REQUIRED)


def load_flow(file: Path, names: FlowNames) -> tuple[Flow | None, list[Problem]]:
    """Read a flow. None when it has a mistake; `names` is what it may refer to."""
    document, problems = read_document(file)
    if document is None:
        return None, problems
    if not is_name(file.stem):
        message = f"'{file.stem}' cannot be a flow's name"
        remedy = "rename the file: a small letter, then small letters, digits, '-' or '_'"
        problems.append(Problem(file, 1, message, remedy))
    fitted = fit(FlowFile, document)
    problems += fitted.problems
    settings = fitted.value or FlowFile()
    steps: dict[str, Step] = {}
    for name in document.keys("steps"):
        step, found = _load_step(document, name)
        problems += found
        if step is not None:
            steps[name] = step
    problems += check_flow(document, settings.start, steps, names)
    if problems:
        return None, problems
    return Flow(name=file.stem, start=settings.start, steps=steps), []


def _load_step(document: Document, name: str) -> tuple[Step | None, list[Problem]]:
    place = ("steps", name)
    if not is_name(name):
        remedy = "use a small letter, then small letters, digits, '-' or '_'"
        return None, [document.problem(place, f"'{name}' cannot be a step's name", remedy)]
    keys = document.keys(*place)
    kinds = [key for key in keys if key in STEP_KINDS]
    if len(kinds) > 1:
        message = f"step '{name}' is of two kinds: {' and '.join(kinds)}"
        return None, [document.problem(place, message, "make two steps of it")]
    if not kinds:
        return None, [_no_kind(document, name, keys)]
    fitted = fit(STEP_KINDS[kinds[0]], document, place)
    return fitted.value, fitted.problems


def _no_kind(document: Document, name: str, keys: tuple[str, ...]) -> Problem:
    place = ("steps", name)
    known_keys = {"next", *keys} & SECOND_KEYS
    unknown = [key for key in keys if key not in known_keys]
    if not unknown:
        message = f"step '{name}' does not say what to do"
        return document.problem(place, message, f"give it one of: {', '.join(STEP_KINDS)}")
    message = f"step '{name}' is of an unknown kind: '{unknown[0]}'"
    return document.problem((*place, unknown[0]), message, suggestion(unknown[0], STEP_KINDS))
