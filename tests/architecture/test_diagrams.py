"""The diagrams in `ccengine/README.md` are the transition tables, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import AGENT_TRANSITIONS, CALL_TRANSITIONS, AgentState, CallState
from tests.architecture.source import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum


def drawn(
    table: Mapping[StrEnum, Mapping[StrEnum, StrEnum]], first: StrEnum, last: StrEnum | None = None
) -> str:
    """Draw a transition table as a mermaid state diagram, one arrow for each pair of states."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    for state, row in table.items():
        arrows: dict[StrEnum, list[str]] = {}
        for step, after in row.items():
            arrows.setdefault(after, []).append(step)
        lines += [
            f"    {state} --> {after}: {' · '.join(steps)}" for after, steps in arrows.items()
        ]
    if last is not None:
        lines.append(f"    {last} --> [*]")
    return "\n".join([*lines, "```"])


DIAGRAMS = {
    "agent": drawn(AGENT_TRANSITIONS, AgentState.OFFLINE),
    "call": drawn(CALL_TRANSITIONS, CallState.IN_FLOW, CallState.ENDED),
}


@pytest.mark.parametrize("which", DIAGRAMS)
def test_the_diagram_is_the_table(which: str) -> None:
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    assert DIAGRAMS[which] in readme, f"ccengine/README.md lacks this:\n{DIAGRAMS[which]}"
