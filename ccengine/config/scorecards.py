"""Scorecards of a client: versioned forms by which reviewers score how agents talked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field as Bounded

from ccengine.config.names import Line, Name
from ccengine.config.papers import Label, Paper, Version, load_kind
from ccengine.config.schema import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.core.ids import ClientId

MOST_QUESTIONS: Final = 60
WEIGHT_AT_MOST: Final = 100


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    SCALE = "scale"  #: from 1 to 5, the best
    COMMENT = "comment"  #: in words; scores nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to judge."""

    ask: Label
    kind: QuestionKind
    weight: Annotated[int, Bounded(ge=0, le=WEIGHT_AT_MOST)] = 1
    na: bool = False  #: may be answered: does not apply
    auto_fail: bool = False  #: answered no, the whole call scores nothing
    note: Line | None = None  #: for the reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that belong together."""

    title: Line
    questions: Mapping[Name, Question] = field(default_factory=dict, metadata=REQUIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardFile:
    """The keys of scorecards/<scorecard>.yaml."""

    version: Version
    title: Line
    pass_percent: Annotated[int, Bounded(ge=0, le=100)] = 0  #: with less, a call has not passed
    sections: Mapping[Name, Section] = field(default_factory=dict, metadata=REQUIRED)

    @property
    def questions(self) -> dict[str, Question]:
        """All, in their order."""
        return {
            name: one
            for section in self.sections.values()
            for name, one in section.questions.items()
        }


Scorecard = Paper[ScorecardFile]


def load_scorecards(
    client: ClientId, folder: Path
) -> tuple[dict[str, Scorecard], tuple[str, ...], list[Problem]]:
    """Read a client's scorecards; the names of those with mistakes as well. Never raises."""
    return load_kind(client, folder, "scorecard", ScorecardFile, _check)


def _check(document: Document, card: ScorecardFile) -> Iterator[Problem]:
    questions = [
        (section, name, one)
        for section, its in card.sections.items()
        for name, one in its.questions.items()
    ]
    if len(questions) > MOST_QUESTIONS:
        message = f"the scorecard has {len(questions)} questions"
        yield document.problem(("sections",), message, f"use up to {MOST_QUESTIONS}")
    counts = Counter(name for _, name, _ in questions)
    seen: set[str] = set()
    for section, name, one in questions:
        place = ("sections", section, "questions", name)
        if counts[name] > 1 and name in seen:
            message = f"question '{name}' stands in two sections"
            yield document.problem(place, message, "answers name it: give one another name")
        seen.add(name)
        yield from _check_question(document, place, name, one)
    scored = (one for _, _, one in questions if one.kind is not QuestionKind.COMMENT)
    if "sections" in document.keys() and not any(one.weight for one in scored):  # noqa: SIM118
        message = "nothing on the scorecard gives points"
        yield document.problem(("sections",), message, "add a question with a weight")


def _check_question(
    document: Document, place: tuple[str, ...], name: str, one: Question
) -> Iterator[Problem]:
    if one.auto_fail and one.kind is not QuestionKind.YES_NO:
        message = f"question '{name}' is a {one.kind} and cannot fail a call"
        yield document.problem((*place, "auto_fail"), message, "write 'kind: yes_no', or remove it")
    if one.kind is QuestionKind.COMMENT:
        for key in ("weight", "na"):
            if document.at((*place, key)) is not None:
                message = f"question '{name}' is a comment and has '{key}'"
                yield document.problem((*place, key), message, "remove it: words score nothing")
