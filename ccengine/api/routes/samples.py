"""Calls that were drawn to be listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CLIENT_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.reviews import sees_part, store_of
from ccengine.api.route import NAME, Asked, Method, Nothing, Route, Strict
from ccengine.api.routes.papers import client_of

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.storage.quality import Sample


class SamplesQuery(Strict):
    """Which drawn calls."""

    client: str | None = Field(None, pattern=f"^{NAME}$")
    all: bool = Field(default=False, description="Also what was dealt to others, and what is done.")


class SampleShown(Shown):
    """A call that was drawn."""

    client: str
    rule: str
    begins: Utc = Field(description="Of the period it was drawn from.")
    call: str
    agent: str
    reviewer: str | None = Field(description="Whom it was dealt to; null: whoever may review.")
    scorecard: str = Field(description="By name.")
    talk_started_at: Utc


class SampleList(Shown):
    """The newest period first."""

    samples: list[SampleShown]


class DrawShown(Shown):
    """One drawing. With its seed and the calls of its period it can be drawn again."""

    rule: str
    begins: Utc
    ends: Utc
    seed: str
    population: int = Field(description="Calls that could have been drawn.")
    drawn_at: Utc


class DrawList(Shown):
    """The newest period first."""

    draws: list[DrawShown]


async def list_samples(asked: Asked[SamplesQuery, Nothing]) -> SampleList:
    """List what the token's bearer has to do."""
    query, me = asked.query, asked.identity.name
    names = asked.sight.client_names()
    if query.client is not None:
        names = {query.client} if names is None else names & {query.client}
    found = await store_of(asked).samples(
        clients=names,
        agents=asked.sight.parts_of,
        reviewer=None if query.all else me,
        only_open=not query.all,
    )
    return SampleList(
        samples=[SampleShown.model_validate(one) for one in found if _sees(asked, one)]
    )


async def list_draws(asked: Asked[Nothing, Nothing]) -> DrawList:
    """List a client's drawings."""
    found = await store_of(asked).draws(client_of(asked).id)
    return DrawList(draws=[DrawShown.model_validate(one) for one in found])


def _sees(asked: Asked[Any, Any], sample: Sample) -> bool:
    return sees_part(asked.sight, sample.client, sample.agent)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listSamples",
        method=Method.GET,
        path="/quality/samples",
        summary="Calls that were drawn for the token's bearer, and are not scored yet",
        description="Those that were dealt to nobody are everybody's who sees them.",
        query=SamplesQuery,
        body=Nothing,
        answer=SampleList,
        handler=list_samples,
    ),
    Route(
        operation="listDraws",
        method=Method.GET,
        path="/clients/{client}/draws",
        summary="How calls of a client were drawn",
        query=Nothing,
        body=Nothing,
        answer=DrawList,
        handler=list_draws,
        faults=(CLIENT_UNKNOWN,),
    ),
)
