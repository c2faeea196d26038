"""Scores are what the formula says, for any card and any answers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.scorecards import Question, QuestionKind, ScorecardFile, Section
from ccengine.quality.scores import LONGEST_COMMENT, WHOLE, allowed, faults, score_of

YES_NO, SCALE, COMMENT = QuestionKind.YES_NO, QuestionKind.SCALE, QuestionKind.COMMENT
CARD = ScorecardFile(
    version=1,
    title="Service",
    pass_percent=80,
    sections={
        "opening": Section(
            title="Opening",
            questions={
                "greeting": Question(ask="Greets?", kind=YES_NO, weight=2),
                "verified": Question(
                    ask="Verifies?", kind=YES_NO, weight=3, na=True, auto_fail=True
                ),
            },
        ),
        "talk": Section(
            title="Talk",
            questions={
                "tone": Question(ask="Tone?", kind=SCALE, weight=5),
                "remarks": Question(ask="Remarks?", kind=COMMENT),
            },
        ),
    },
)


@pytest.mark.parametrize(
    ("answers", "percent", "passed"),
    [
        ({"greeting": "yes", "verified": "yes", "tone": "5"}, 10_000, True),
        ({"greeting": "no", "verified": "yes", "tone": "5"}, 8_000, True),
        ({"greeting": "no", "verified": "yes", "tone": "4"}, 6_750, False),
        ({"greeting": "yes", "verified": "na", "tone": "1"}, 2_857, False),  # 2 of 7
        ({"greeting": "yes", "verified": "no", "tone": "5"}, 0, False),
        ({"verified": "na", "remarks": "well done"}, None, None),
        ({"tone": "3"}, 5_000, False),
        ({}, None, None),
    ],
)
def test_worked_examples(
    answers: dict[str, str],
    percent: int | None,
    passed: bool | None,  # noqa: FBT001
) -> None:
    score = score_of(CARD, answers)
    assert (score.percent, score.passed) == (percent, passed)


def test_a_failed_call_still_tells_its_points_and_why() -> None:
    score = score_of(CARD, {"greeting": "yes", "verified": "no", "tone": "5"})
    assert (score.before_failing, score.failed_by) == (7_000, ("verified",))
    assert score.sections == {"opening": 4_000, "talk": 10_000}


def test_what_is_missing_is_named_but_comments_may_be_left_out() -> None:
    assert score_of(CARD, {"tone": "3"}).missing == ("greeting", "verified")


def test_answers_that_cannot_be_are_named() -> None:
    answers = {
        "greeting": "na",
        "verified": "na",
        "tone": "6",
        "smile": "yes",
        "remarks": "x" * (LONGEST_COMMENT + 1),
    }
    assert [name for name, _ in faults(CARD, answers)] == ["greeting", "tone", "smile", "remarks"]


questions = st.builds(
    Question,
    ask=st.just("?"),
    kind=st.sampled_from([YES_NO, SCALE]),
    weight=st.integers(0, 100),
    na=st.booleans(),
)


@given(st.lists(questions, min_size=1, max_size=12), st.data())
def test_scores_lie_between_0_and_100_and_better_answers_never_cost(
    asked: list[Question], data: st.DataObject
) -> None:
    named = {f"q{number}": one for number, one in enumerate(asked)}
    card = ScorecardFile(version=1, title="t", sections={"s": Section(title="s", questions=named)})
    answers = {name: data.draw(st.sampled_from(allowed(one))) for name, one in named.items()}
    score = score_of(card, answers).percent
    counted = [name for name, one in named.items() if answers[name] != "na" and one.weight]
    assert (score is None) == (not counted)
    if score is None:
        return
    assert 0 <= score <= WHOLE
    best = {name: "yes" if one.kind is YES_NO else "5" for name, one in named.items()}
    assert score_of(card, {**answers, **{name: best[name] for name in counted}}).percent == WHOLE
    changed = data.draw(st.sampled_from(counted))
    improved = score_of(card, {**answers, changed: best[changed]}).percent
    assert improved is not None
    assert improved >= score
    weights = sum(named[name].weight for name in counted)
    points = sum(
        Fraction(int(answers[name]) - 1, 4) * named[name].weight
        if named[name].kind is SCALE
        else (answers[name] == "yes") * named[name].weight
        for name in counted
    )
    assert abs(Fraction(points, weights) * WHOLE - score) <= Fraction(1, 2)
