"""What was found and said of a talk afterwards, told for people: never what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import DisputeAnswered, ReviewDisputed, ReviewPublished, TalkMeasured

if TYPE_CHECKING:
    from ccengine.core.events import QualityEvent


def tell_quality(what: QualityEvent) -> str:
    """Return it in words."""
    match what:
        case TalkMeasured():
            return (
                f"talk with {what.agent} measured: {what.silence_seconds:.1f} s of "
                f"{what.seconds:.1f} s silent, {what.talk_over_seconds:.1f} s both talked"
            )
        case ReviewPublished():
            failed = ", failed by a question that must not be answered no" if what.failed else ""
            return f"{what.by} scored {what.agent}'s part: {what.score_percent:g} %{failed}"
        case ReviewDisputed():
            return f"{what.agent} disputes review {what.review}"
        case DisputeAnswered(accepted=True):
            change = f"{what.before_percent:g} % becomes {what.score_percent:g} %"
            return f"{what.by} agrees with {what.agent} about review {what.review}: {change}"
        case DisputeAnswered():
            return f"{what.by} stays with review {what.review} of {what.agent}"
