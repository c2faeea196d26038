"""Where reviewers of one call differ: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.storage.quality import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scores side by side, in percent."""

    scores: Mapping[str, float]  #: by reviewer
    spread: float | None  #: between the highest and the lowest; None: there are none
    mean: float | None
    differences: Mapping[str, Mapping[str, str]]  #: by question, then by reviewer


def compare(reviews: Sequence[Review]) -> Comparison:
    """Return where published reviews of one call by one scorecard differ.

    A question is named whose answers are not the same; a reviewer who left it out has an empty one.
    """
    ordered = sorted(reviews, key=lambda one: one.reviewer)
    scores = {one.reviewer: one.score_percent for one in ordered if one.score_percent is not None}
    names = dict.fromkeys(name for one in ordered for name in one.answers)
    answers = {name: {one.reviewer: one.answers.get(name, "") for one in ordered} for name in names}
    values = scores.values()
    return Comparison(
        scores=scores,
        spread=round(max(values) - min(values), 2) if scores else None,
        mean=round(sum(values) / len(scores), 2) if scores else None,
        differences={name: said for name, said in answers.items() if len(set(said.values())) > 1},
    )
