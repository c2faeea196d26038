"""What a flow leaves with its call: where it is, what it has learned, which language was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    FlowDataSet,
    FlowEvent,
    FlowStepEntered,
    LanguageChosen,
    MessageAsked,
    SubmissionMade,
    SurveyAnswered,
    SurveyAsked,
    SurveyLow,
)

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor


def note(floor: Floor, event: FlowEvent) -> None:
    """Remember it: nothing is decided by it here."""
    call = floor.calls[event.call]
    match event:
        case FlowStepEntered():
            _enter(call, event)
        case FlowDataSet():
            _learn(call, event)
        case LanguageChosen():
            call.language, call.language_skills = event.language, event.skills
        case MessageAsked():
            call.message_queue = event.queue
        case SubmissionMade():
            call.submitted = event.key
        case SurveyAsked() | SurveyAnswered() | SurveyLow():
            pass  # what readers of the journal go by; nothing here does


def _enter(call: Call, event: FlowStepEntered) -> None:
    """Note the step. An engine that takes a call up enters the same one again: the same pass."""
    at = (event.flow, event.step, event.returns)
    if at != (call.flow, call.step, call.flow_returns):
        call.flow_pass += 1
    call.flow, call.step, call.flow_returns = at
    call.flow_began = event.began


def _learn(call: Call, event: FlowDataSet) -> None:
    known = {**call.data, **event.values}
    call.data = {name: value for name, value in known.items() if value is not None}
    call.shown_data = {**call.shown_data, **event.shown}
