"""What a filled-in scorecard comes to: one pure function, for pages, reports and disputes alike.

A question gives its weight times its points: yes 1, no 0, and 1 to 5 on the scale 0, 1/4 … 1. What
does not apply counts neither for nor against. The score is the points over the weights of what was
answered, in hundredths of a percent, halves to the even digit. One question that fails the call
(`auto_fail`) and is answered no makes the score 0, whatever the rest says.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ccengine.config.scorecards import QuestionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccengine.config.scorecards import Question, ScorecardFile

YES: Final = "yes"
NO: Final = "no"
NOT_APPLICABLE: Final = "na"
SCALE: Final = ("1", "2", "3", "4", "5")
WHOLE: Final = 10_000
"""A score of 100 percent."""
LONGEST_COMMENT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the answers come to. Percents are in hundredths."""

    percent: int | None  #: None: nothing that gives points was answered
    before_failing: int | None  #: as if no question could fail a call
    failed_by: tuple[str, ...] = ()  #: questions that failed the call
    sections: dict[str, int | None]  #: each by itself
    missing: tuple[str, ...] = ()  #: questions without an answer
    passed: bool | None = None  #: None: there is no score


def score_of(card: ScorecardFile, answers: Mapping[str, str]) -> Score:
    """Return what answers come to; those to no question of the card count nothing.

    Args:
        card: what was asked.
        answers: by question: `yes`, `no`, `na`, `1` to `5`, or a comment's words.
    """
    sections = {
        name: _percent(_points(section.questions, answers))
        for name, section in card.sections.items()
    }
    questions = card.questions
    whole = _percent(_points(questions, answers))
    failed = tuple(
        name for name, one in questions.items() if one.auto_fail and answers.get(name) == NO
    )
    percent = 0 if failed else whole
    return Score(
        percent=percent,
        before_failing=whole,
        failed_by=failed,
        sections=sections,
        missing=tuple(_missing(questions, answers)),
        passed=None if percent is None else percent >= card.pass_percent * 100 and not failed,
    )


def faults(card: ScorecardFile, answers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each question whose answer cannot be, and why; missing answers are no fault."""
    questions = card.questions
    for name, answer in answers.items():
        one = questions.get(name)
        if one is None:
            yield name, "there is no such question on the scorecard"
        elif one.kind is QuestionKind.COMMENT:
            if len(answer) > LONGEST_COMMENT:
                yield name, f"it has more than {LONGEST_COMMENT} characters"
        elif answer not in allowed(one):
            yield name, f"it is answered by one of {', '.join(allowed(one))}"


def allowed(question: Question) -> tuple[str, ...]:
    """Return what may be answered; empty: any words."""
    if question.kind is QuestionKind.COMMENT:
        return ()
    answers = SCALE if question.kind is QuestionKind.SCALE else (YES, NO)
    return (*answers, NOT_APPLICABLE) if question.na else answers


def _points(
    questions: Mapping[str, Question], answers: Mapping[str, str]
) -> Iterator[tuple[Fraction, int]]:
    """Yield points and weight of each that was answered and applies."""
    for name, one in questions.items():
        answer = answers.get(name)
        if answer is None or answer == NOT_APPLICABLE or answer not in allowed(one):
            continue
        steps = len(SCALE) - 1
        share = Fraction(SCALE.index(answer), steps) if answer in SCALE else answer == YES
        yield Fraction(share) * one.weight, one.weight


def _percent(points: Iterable[tuple[Fraction, int]]) -> int | None:
    given, weights = Fraction(0), 0
    for part, weight in points:
        given += part
        weights += weight
    return round(given / weights * WHOLE) if weights else None


def _missing(questions: Mapping[str, Question], answers: Mapping[str, str]) -> Iterator[str]:
    for name, one in questions.items():
        if one.kind is not QuestionKind.COMMENT and name not in answers:
            yield name
