"""What a flow leaves with its call: where it is, what it has learned, which language was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import FlowDataSet, FlowStepEntered, LanguageChosen, MessageAsked

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor

FlowEvent = FlowStepEntered | FlowDataSet | LanguageChosen | MessageAsked


def note(floor: Floor, event: FlowEvent) -> None:
    """Remember it: nothing is decided by it here."""
    call = floor.calls[event.call]
    match event:
        case FlowStepEntered():
            call.flow, call.step = event.flow, event.step
            call.flow_began, call.flow_returns = event.began, event.returns
        case FlowDataSet():
            _learn(call, event)
        case LanguageChosen():
            call.language, call.language_skills = event.language, event.skills
        case MessageAsked():
            call.message_queue = event.queue


def _learn(call: Call, event: FlowDataSet) -> None:
    known = {**call.data, **event.values}
    call.data = {name: value for name, value in known.items() if value is not None}
    call.shown_data = {**call.shown_data, **event.shown}
