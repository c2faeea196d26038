"""Calibrations: several score one call blind, and see afterwards where they differ."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from ccengine.api.faults import CALIBRATION_UNKNOWN, CALL_UNKNOWN, REFUSED, SCORECARD_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.reviews import ReviewShown, review_shown, sees_part, store_of
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.routes.calls import record_of
from ccengine.api.scoring import check_part, scorecard_ref
from ccengine.quality.comparing import compare
from ccengine.quality.reviewing import ID_LENGTH
from ccengine.storage.quality import Calibration, ReviewFilter, ReviewState

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

REVIEWER: Final = r"^[a-z0-9][a-z0-9_.@-]{0,63}$"
FEWEST_REVIEWERS: Final = 2  #: one has nobody to differ from
MOST_REVIEWERS: Final = 20


class Open(Strict):
    """Who scores whose part, and by what."""

    agent: str = Field(pattern=f"^{NAME}$")
    reviewers: list[Annotated[str, Field(pattern=REVIEWER)]] = Field(
        min_length=FEWEST_REVIEWERS, max_length=MOST_REVIEWERS, description="Names of tokens."
    )
    scorecard: str | None = Field(
        None, pattern=f"^{NAME}$", description="null: the client's usual one."
    )


class DifferenceShown(Shown):
    """A question that was not answered alike by all."""

    question: str
    answers: dict[str, str] = Field(description="By reviewer.")


class CalibrationShown(Shown):
    """A call that several score without seeing each other's answers."""

    calibration: str
    client: str
    call: str
    agent: str
    scorecard: str = Field(description="The version.")
    reviewers: tuple[str, ...]
    done: tuple[str, ...] = Field(description="Who has published.")
    opened_by: str
    opened_at: Utc
    closed_at: Utc | None = Field(description="null: it goes on, and reviews are their writers'.")
    reviews: list[ReviewShown] = Field(description="Empty until it is closed.")
    scores: dict[str, float] = Field(description="Percent, by reviewer; likewise.")
    spread_percent: float | None = Field(description="Between the highest and the lowest score.")
    mean_percent: float | None
    differences: list[DifferenceShown]


class CalibrationList(Shown):
    """The newest first."""

    calibrations: list[CalibrationShown]


async def list_calibrations(asked: Asked[Nothing, Nothing]) -> CalibrationList:
    """List what the token sees."""
    found = await store_of(asked).calibrations(asked.sight.client_names(), asked.sight.parts_of)
    seen = [one for one in found if sees_part(asked.sight, one.client, one.agent)]
    return CalibrationList(calibrations=[await _shown(asked, one) for one in seen])


async def get_calibration(asked: Asked[Nothing, Nothing]) -> CalibrationShown:
    """Show one."""
    return await _shown(asked, await _of(asked))


async def open_calibration(asked: Asked[Nothing, Open]) -> Change:
    """Have several reviewers score a call."""
    record, body = await record_of(asked), asked.body
    client = check_part(asked, record, body.agent)
    now = asked.ports.floor.now()
    names = dict.fromkeys(body.reviewers)
    text = "\0".join((record.call, body.agent, *names, str(now)))
    calibration = Calibration(
        id=hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH],
        client=record.client,
        call=record.call,
        agent=body.agent,
        scorecard=scorecard_ref(client, body.scorecard),
        reviewers=tuple(names),
        opened_by=asked.identity.name,
        opened_at=now,
    )
    if len(names) < FEWEST_REVIEWERS:
        raise REFUSED.because(detail="It takes two reviewers or more.")
    await store_of(asked).add_calibration(calibration)
    return await _change(asked, None, calibration)


async def close_calibration(asked: Asked[Nothing, Nothing]) -> Change:
    """Show all what each has answered, whether everybody is done or not."""
    calibration, store = await _of(asked), store_of(asked)
    if calibration.closed_at is not None:
        raise REFUSED.because(detail="It is closed already.")
    await store.close_calibration(calibration.id, asked.ports.floor.now())
    closed = await store.calibration(calibration.id)
    return await _change(asked, calibration, closed or calibration)


async def _of(asked: Asked[Any, Any]) -> Calibration:
    found = await store_of(asked).calibration(asked.path["calibration"])
    if found is None or not sees_part(asked.sight, found.client, found.agent):
        raise CALIBRATION_UNKNOWN.because()
    return found


async def _shown(asked: Asked[Any, Any], calibration: Calibration) -> CalibrationShown:
    which = ReviewFilter(calibration=calibration.id, state=ReviewState.PUBLISHED)
    reviews = await store_of(asked).reviews(which)
    is_open = calibration.closed_at is None
    told = [] if is_open else reviews
    found = compare(told)
    return CalibrationShown(
        calibration=calibration.id,
        client=calibration.client,
        call=calibration.call,
        agent=calibration.agent,
        scorecard=calibration.scorecard,
        reviewers=tuple(calibration.reviewers),
        done=tuple(sorted(one.reviewer for one in reviews)),
        opened_by=calibration.opened_by,
        opened_at=calibration.opened_at,
        closed_at=calibration.closed_at,
        reviews=[review_shown(one) for one in told],
        scores=dict(found.scores),
        spread_percent=found.spread,
        mean_percent=found.mean,
        differences=[
            DifferenceShown(question=name, answers=dict(answers))
            for name, answers in found.differences.items()
        ],
    )


async def _change(asked: Asked[Any, Any], before: Calibration | None, after: Calibration) -> Change:
    shown = await _shown(asked, after)
    left_out = {"reviews", "differences", "scores"}
    return Change(
        target=f"calibration {after.id}",
        before=None
        if before is None
        else (await _shown(asked, before)).model_dump(mode="json", exclude=left_out),
        after=shown.model_dump(mode="json", exclude=left_out),
        answer=shown,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listCalibrations",
        method=Method.GET,
        path="/calibrations",
        summary="Calls that several reviewers score blind, the newest first",
        query=Nothing,
        body=Nothing,
        answer=CalibrationList,
        handler=list_calibrations,
    ),
    Route(
        operation="getCalibration",
        method=Method.GET,
        path="/calibrations/{calibration}",
        summary="A calibration; when it is closed, with all reviews and where they differ",
        query=Nothing,
        body=Nothing,
        answer=CalibrationShown,
        handler=get_calibration,
        faults=(CALIBRATION_UNKNOWN,),
    ),
    Route(
        operation="openCalibration",
        method=Method.POST,
        path="/calls/{call}/calibrations",
        summary="Have several reviewers score an agent's part in a call blind",
        description="Such reviews count in no figure, and agents do not see them.",
        query=Nothing,
        body=Open,
        answer=CalibrationShown,
        handler=open_calibration,
        faults=(CALL_UNKNOWN, SCORECARD_UNKNOWN, REFUSED),
    ),
    Route(
        operation="closeCalibration",
        method=Method.POST,
        path="/calibrations/{calibration}/close",
        summary="Show all reviewers what each has answered",
        query=Nothing,
        body=Nothing,
        answer=CalibrationShown,
        handler=close_calibration,
        faults=(CALIBRATION_UNKNOWN, REFUSED),
    ),
)
