"""What a caller went through in a flow, told for people: never what they typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import FlowDataSet, FlowStepEntered, LanguageChosen, MessageAsked

if TYPE_CHECKING:
    from ccengine.core.events import FlowEvent


def tell_flow(what: FlowEvent) -> str:
    """Return it in words; empty: nothing that anybody wants to read."""
    match what:
        case FlowStepEntered():
            inside = f" (called by {what.returns[-1]})" if what.returns else ""
            return f"flow {what.flow}: step {what.step}{inside}"
        case FlowDataSet():
            return _learned(what)
        case LanguageChosen():
            return f"the caller chose the language {what.language}"
        case MessageAsked():
            return f"asked for a message, for {what.queue}"


def _learned(what: FlowDataSet) -> str:
    known = sorted(name for name, value in what.values.items() if value is not None)
    told = [f"learned {', '.join(known)}"] if known else []
    if what.shown:
        told.append(f"shows the agent {', '.join(what.shown)}")
    return "; ".join(told)
