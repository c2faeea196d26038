"""What a call's record keeps of its flows: the steps, what they have learned, the survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import FlowDataSet, FlowStepEntered, SurveyAnswered, SurveyAsked
from ccengine.reporting.call_record import StepRecord

if TYPE_CHECKING:
    from ccengine.core.ids import Instant
    from ccengine.reporting.call_record import CallRecord

OF_FLOWS = FlowStepEntered | FlowDataSet | SurveyAsked | SurveyAnswered
"""The events that leave something in the record."""


def note_flow(record: CallRecord, what: OF_FLOWS, at: Instant) -> None:
    """Keep it. Of what was learned: what agents are shown, which is no secret."""
    match what:
        case FlowStepEntered():
            record.steps += (StepRecord(flow=what.flow, step=what.step, at=at),)
        case FlowDataSet():
            record.learned = {**record.learned, **what.shown}
        case SurveyAsked():
            record.survey_asked_at = at
        case SurveyAnswered():
            record.survey_score = what.score
            record.survey_comment = what.comment or None
