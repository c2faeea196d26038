"""Reads a client's flows from YAML and refuses one that would leave a caller in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.documents import Document, read_document
from ccengine.config.names import is_name, suggestion
from ccengine.config.problems import Problem
from ccengine.config.schema import fit
from ccengine.ivr.flow_checks import check_flow
from ccengine.ivr.flow_drafts import FlowDraft, FlowFile
from ccengine.ivr.flow_ways import Ways
from ccengine.ivr.own_kinds import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ccengine.ivr.flow import Flow
    from ccengine.ivr.flow_names import FlowNames
    from ccengine.ivr.step import Step


SECOND_KEYS: Final = frozenset(
    {
        *("next", "priority", "skills", "digits", "open", "closed", "no_input", "otherwise"),
        *("into", "give", "found", "none"),
    }
)
"""Keys that say by themselves that a step lacks its first, which says what it does."""


def read_flows(files: Iterable[Path]) -> tuple[dict[str, FlowDraft], list[Problem]]:
    """Read a client's flows, as far as they can be read, by name."""
    drafts: dict[str, FlowDraft] = {}
    problems: list[Problem] = []
    for file in files:
        draft, found = _read_flow(file)
        problems += found
        if draft is not None:
            drafts[file.stem] = draft
    return drafts, problems


def check_flows(
    drafts: Mapping[str, FlowDraft], names_of: Callable[[FlowDraft], FlowNames]
) -> tuple[dict[str, Flow], list[Problem]]:
    """Return those of a client's flows that are without a mistake, and the mistakes of the others.

    Args:
        drafts: all of the client's, as one may call another.
        names_of: what each may refer to.
    """
    ways = Ways(drafts)
    flows: dict[str, Flow] = {}
    problems: list[Problem] = []
    for name, draft in drafts.items():
        found = check_flow(draft, names_of(draft), ways)
        problems += found
        if draft.is_whole and not found:
            flows[name] = draft.made()
    return flows, problems


def _read_flow(file: Path) -> tuple[FlowDraft | None, list[Problem]]:
    document, problems = read_document(file)
    if document is None:
        return None, problems
    if not is_name(file.stem):
        message = f"'{file.stem}' cannot be a flow's name"
        remedy = "rename the file: a small letter, then small letters, digits, '-' or '_'"
        problems.append(Problem(file, 1, message, remedy))
    fitted = fit(FlowFile, document)
    problems += fitted.problems
    steps: dict[str, Step] = {}
    for name in document.keys("steps"):
        step, found = _load_step(document, name)
        problems += found
        if step is not None:
            steps[name] = step
    settings = fitted.value or FlowFile()
    return FlowDraft(file.stem, document, settings, steps, is_whole=not problems), problems


def _load_step(document: Document, name: str) -> tuple[Step | None, list[Problem]]:
    place = ("steps", name)
    if not is_name(name):
        remedy = "use a small letter, then small letters, digits, '-' or '_'"
        return None, [document.problem(place, f"'{name}' cannot be a step's name", remedy)]
    keys = document.keys(*place)
    known = all_kinds().known
    kinds = [key for key in keys if key in known]
    if len(kinds) > 1:
        message = f"step '{name}' is of two kinds: {' and '.join(kinds)}"
        return None, [document.problem(place, message, "make two steps of it")]
    if not kinds:
        return None, [_no_kind(document, name, keys)]
    fitted = fit(known[kinds[0]], document, place)
    return fitted.value, fitted.problems


def _no_kind(document: Document, name: str, keys: tuple[str, ...]) -> Problem:
    place = ("steps", name)
    kinds = all_kinds().known
    known_keys = {"next", *keys} & SECOND_KEYS
    unknown = [key for key in keys if key not in known_keys]
    if not unknown:
        message = f"step '{name}' does not say what to do"
        return document.problem(place, message, f"give it one of: {', '.join(kinds)}")
    message = f"step '{name}' is of an unknown kind: '{unknown[0]}'"
    return document.problem((*place, unknown[0]), message, suggestion(unknown[0], kinds))
