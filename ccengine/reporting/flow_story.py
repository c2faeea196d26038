"""What a caller went through in a flow, told for people: never what they typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    FlowDataSet,
    FlowStepEntered,
    LanguageChosen,
    MessageAsked,
    SubmissionMade,
    SurveyAnswered,
    SurveyAsked,
    SurveyLow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.events import FlowEvent
    from ccengine.reporting.rows import JournalRow


def tell_flow(what: FlowEvent) -> str:
    """Return it in words; empty: nothing that anybody wants to read."""
    match what:
        case FlowStepEntered():
            inside = f" (called by {what.returns[-1]})" if what.returns else ""
            typed = f"after {_keys(what.keys)}, " if what.keys else ""
            return f"{typed}flow {what.flow}: step {what.step}{inside}"
        case FlowDataSet():
            return _learned(what)
        case LanguageChosen():
            return f"the caller chose the language {what.language}"
        case MessageAsked():
            return f"asked for a message, for {what.queue}"
        case SubmissionMade():
            return f"submitted {what.submission}"
        case SurveyAsked() | SurveyAnswered() | SurveyLow():
            return _survey(what)


def _survey(what: SurveyAsked | SurveyAnswered | SurveyLow) -> str:
    if isinstance(what, SurveyAsked):
        return f"asked how it was with {what.agent}"
    if isinstance(what, SurveyLow):
        return f"{what.owner} is told of the low score"
    said = ", and said why" if what.comment else ""
    return f"gave {what.score} of 5{said}"


def path(rows: Iterable[JournalRow]) -> str:
    """Return a call's way through its flows, and how many keys were pressed on it.

    Which ones is written down nowhere: they may be a card's number or a PIN.
    """
    told = ""
    flow = ""
    for row in rows:
        if row.kind != "event" or not isinstance(row.what, FlowStepEntered):
            continue
        what = row.what
        arrow = f" -{_keys(what.keys)}-> " if what.keys else " → "
        step = what.step if what.flow == flow else f"{what.flow}: {what.step}"
        told += f"{arrow if told else ''}{step}"
        flow = what.flow
    return told


def _keys(count: int) -> str:
    return f"{count} key" if count == 1 else f"{count} keys"


def _learned(what: FlowDataSet) -> str:
    known = sorted(name for name, value in what.values.items() if value is not None)
    told = [f"learned {', '.join(known)}"] if known else []
    if what.shown:
        told.append(f"shows the agent {', '.join(what.shown)}")
    return "; ".join(told)
