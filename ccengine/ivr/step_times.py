"""How long a caller who does nothing may be in one step, not counting what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.lookup_sources import LONGEST_SECONDS
from ccengine.core.events import CardField
from ccengine.ivr.card_dialogue import ATTEMPTS, FIRST_KEY_SECONDS
from ccengine.ivr.steps.callback import KEY_SECONDS, CallbackStep
from ccengine.ivr.steps.card import CardStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.record import RecordStep
from ccengine.ivr.steps.survey import COMMENT, SurveyStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.ivr.step import Step


FIXED: Final[Mapping[type, float]] = {
    CallbackStep: KEY_SECONDS,
    LookupStep: LONGEST_SECONDS,  # whichever it is
    CardStep: len(CardField) * ATTEMPTS * FIRST_KEY_SECONDS,
}


def longest_wait(step: Step) -> float:
    """Return the seconds that a step may wait for the caller; 0: it does not, or nobody knows."""
    match step:
        case MenuStep() | LanguageStep():
            return step.attempts * step.seconds
        case CollectStep():
            confirming = 0.0 if step.confirm is None else step.seconds
            return step.attempts * (step.seconds + step.total_seconds + confirming)
        case RecordStep():
            return float(step.seconds)
        case SurveyStep():
            comment = 0 if step.comment is None else COMMENT.seconds
            return step.attempts * step.seconds + comment
        case CallbackStep() | LookupStep() | CardStep():
            return FIXED[type(step)]
        case _:
            return 0.0
