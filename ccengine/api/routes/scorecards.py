"""Scorecards of clients, in force and of earlier days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.faults import CLIENT_UNKNOWN, SCORECARD_UNKNOWN
from ccengine.api.models import Shown
from ccengine.api.papers import PaperVersion
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.api.routes.papers import client_of
from ccengine.config.scorecards import QuestionKind

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.scorecards import Scorecard


class QuestionShown(Shown):
    """One thing to judge."""

    name: str
    ask: str
    kind: QuestionKind
    weight: int
    na: bool = Field(description="May be answered: does not apply.")
    auto_fail: bool = Field(description="Answered no, the whole call scores nothing.")
    note: str | None = Field(description="For the reviewer.")


class SectionShown(Shown):
    """Questions that belong together."""

    name: str
    title: str
    questions: list[QuestionShown]


class ScorecardShown(Shown):
    """A scorecard."""

    ref: str = Field(description="What reviews call this version.")
    name: str
    version: int
    title: str
    pass_percent: int
    sections: list[SectionShown]


class ScorecardList(Shown):
    """The client's."""

    scorecards: list[ScorecardShown]


class ScorecardVersions(Shown):
    """All that were ever in force, the newest last."""

    client: str
    scorecard: str
    versions: list[PaperVersion]


def scorecard_shown(card: Scorecard) -> ScorecardShown:
    """Return a scorecard that is in force."""
    return ScorecardShown(
        ref=card.ref,
        name=card.name,
        version=card.file.version,
        title=card.file.title,
        pass_percent=card.file.pass_percent,
        sections=[
            SectionShown(
                name=name,
                title=section.title,
                questions=[
                    QuestionShown(
                        name=question,
                        ask=one.ask,
                        kind=one.kind,
                        weight=one.weight,
                        na=one.na,
                        auto_fail=one.auto_fail,
                        note=one.note,
                    )
                    for question, one in section.questions.items()
                ],
            )
            for name, section in card.file.sections.items()
        ],
    )


async def list_scorecards(asked: Asked[Nothing, Nothing]) -> ScorecardList:
    """List scorecards in force."""
    cards = client_of(asked).scorecards
    return ScorecardList(scorecards=[scorecard_shown(card) for card in cards.values()])


async def get_scorecard(asked: Asked[Nothing, Nothing]) -> ScorecardVersions:
    """Show a scorecard in all its versions."""
    client, name = client_of(asked).id, asked.path["scorecard"]
    found = await asked.ports.library.keeper.papers.versions(client, "scorecard", name)
    if not found:
        raise SCORECARD_UNKNOWN.because()
    return ScorecardVersions(
        client=client,
        scorecard=name,
        versions=[
            PaperVersion(
                ref=f"{client}/{name}@{one.version}#{one.hash}",
                version=one.version,
                content=one.content,
            )
            for one in found
        ],
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listScorecards",
        method=Method.GET,
        path="/clients/{client}/scorecards",
        summary="A client's scorecards in force",
        query=Nothing,
        body=Nothing,
        answer=ScorecardList,
        handler=list_scorecards,
        faults=(CLIENT_UNKNOWN,),
    ),
    Route(
        operation="getScorecard",
        method=Method.GET,
        path="/clients/{client}/scorecards/{scorecard}",
        summary="All versions of a scorecard that were ever in force",
        description="A review is read with the version that it names.",
        query=Nothing,
        body=Nothing,
        answer=ScorecardVersions,
        handler=get_scorecard,
        faults=(CLIENT_UNKNOWN, SCORECARD_UNKNOWN),
    ),
)
