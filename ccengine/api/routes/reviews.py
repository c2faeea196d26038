"""Reviews: written by whoever listens, seen and disputed by whose talk it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ccengine.api.faults import (
    CALL_UNKNOWN,
    PICTURE_MISSING,
    RECORDING_MISSING,
    REFUSED,
    REVIEW_UNKNOWN,
    SCORECARD_UNKNOWN,
)
from ccengine.api.models import Shown
from ccengine.api.reviews import (
    LONGEST_TEXT,
    Refusing,
    ReviewShown,
    may_listen,
    own,
    review_of,
    review_shown,
    reviewing_of,
    sees_part,
    store_of,
)
from ccengine.api.roles import LEADERS, Role
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.routes.calls import record_of
from ccengine.api.routes.recordings import (
    KEPT_SOUND,
    SOUND_FAULTS,
    PictureShown,
    send_picture,
    send_recording,
)
from ccengine.api.scoring import Begin, new_review
from ccengine.core.ids import CallId, ClientId
from ccengine.storage.quality import Review, ReviewExists, ReviewFilter, ReviewState

if TYPE_CHECKING:
    from aiohttp import web

    from ccengine.api.route import AnyRoute
    from ccengine.reporting.call_record import CallRecord

Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Answers = Annotated[dict[str, Text], Field(max_length=100)]


class ReviewsQuery(Strict):
    """Which reviews. What is left out may be anything."""

    client: str | None = Field(None, pattern=f"^{NAME}$")
    agent: str | None = Field(None, pattern=f"^{NAME}$")
    mine: bool = Field(default=False, description="Only those that the token's bearer has written.")
    state: ReviewState | None = None
    disputed: bool = Field(default=False, description="Only those with a dispute that waits.")


class ReviewList(Shown):
    """The newest first, without those of calibrations."""

    reviews: list[ReviewShown]


class Filled(Strict):
    """What was answered so far."""

    answers: Answers = Field(
        description="By question: `yes`, `no`, `na`, `1` to `5`, or a comment's words."
    )
    remarks: Answers = Field(default_factory=dict, description="By question.")
    comment: Text = Field("", description="About the whole call.")


class Dispute(Strict):
    """Why an agent does not agree."""

    reason: Words


class DisputeReply(Strict):
    """What the reviewer says to it."""

    text: Words
    answers: Answers | None = Field(
        None, description="In the place of those that change; null: the score stays."
    )


async def list_reviews(asked: Asked[ReviewsQuery, Nothing]) -> ReviewList:
    """List what the token sees."""
    query, name = asked.query, asked.identity.name
    is_agent = asked.identity.role is Role.AGENT
    clients = asked.sight.client_names()
    if query.client is not None:
        clients = {query.client} if clients is None else clients & {query.client}
    which = ReviewFilter(
        clients=clients,
        agent=query.agent,
        agents=asked.sight.parts_of,
        reviewer=name if query.mine else None,
        state=ReviewState.PUBLISHED if is_agent else query.state,
        disputed=query.disputed,
        seen_by=name,
    )
    found = await store_of(asked).reviews(which)
    seen = [one for one in found if sees_part(asked.sight, one.client, one.agent)]
    return ReviewList(reviews=[review_shown(one) for one in seen])


async def get_review(asked: Asked[Nothing, Nothing]) -> ReviewShown:
    """Show a review."""
    return review_shown(await review_of(asked))


async def get_review_recording(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Send the sound of the call that was scored."""
    return await send_recording(asked, await _record(asked))


async def get_review_picture(asked: Asked[Nothing, Nothing]) -> web.Response:
    """Tell who talks when in it."""
    return await send_picture(asked, await _record(asked))


async def begin_review(asked: Asked[Nothing, Begin]) -> Change:
    """Begin a draft, or take up one's own."""
    record, body = await record_of(asked), asked.body
    review = await new_review(asked, record, body)
    try:
        await store_of(asked).add(review)
    except ReviewExists:
        known = await store_of(asked).get(review.id)
        if known is None:
            raise REFUSED.because(detail="It was discarded meanwhile.") from None
        return _change(known, known)
    return _change(None, review)


async def save_review(asked: Asked[Nothing, Filled]) -> Change:
    """Fill in a draft."""
    review, body = own(asked, await review_of(asked)), asked.body
    with Refusing():
        saved = await reviewing_of(asked).save(review, body.answers, body.remarks, body.comment)
    return _change(review, saved)


async def publish_review(asked: Asked[Nothing, Nothing]) -> Change:
    """Have the agent see it."""
    review = own(asked, await review_of(asked))
    with Refusing():
        return _change(review, await reviewing_of(asked).publish(review))


async def discard_review(asked: Asked[Nothing, Nothing]) -> Change:
    """Forget a draft."""
    review = own(asked, await review_of(asked))
    if review.state is not ReviewState.DRAFT:
        raise REFUSED.because(detail="It is published and stays as it is.")
    await store_of(asked).discard(review)
    return _change(review, review)


async def dispute_review(asked: Asked[Nothing, Dispute]) -> Change:
    """Disagree, once."""
    review = await review_of(asked)
    client = asked.ports.floor.tenant().clients.get(ClientId(review.client))
    days = 0 if client is None else client.settings.quality.dispute_days
    with Refusing():
        disputed = await reviewing_of(asked).dispute(review, asked.body.reason, days)
    return _change(review, disputed)


async def answer_dispute(asked: Asked[Nothing, DisputeReply]) -> Change:
    """Answer it, and that is the end of it."""
    review, body = await review_of(asked), asked.body
    if asked.identity.role not in LEADERS:
        own(asked, review)
    with Refusing():
        answered = await reviewing_of(asked).answer(
            review, asked.identity.name, body.text, body.answers
        )
    return _change(review, answered)


async def _record(asked: Asked[Any, Any]) -> CallRecord:
    """Return the call of a review whose sound the token may hear.

    Raises:
        Refused: it may not, or there is none.
    """
    review = await review_of(asked)
    client = asked.ports.floor.tenant().clients.get(ClientId(review.client))
    record = await asked.ports.library.keeper.get(CallId(review.call))
    if record is None or not may_listen(asked, client):
        raise RECORDING_MISSING.because()
    return record


def _change(before: Review | None, after: Review) -> Change:
    """Return what was changed; texts are in the review, and not in the audit as well."""
    return Change(
        target=f"review {after.id}",
        before=None if before is None else _audited(before),
        after=_audited(after),
        answer=review_shown(after),
    )


def _audited(review: Review) -> dict[str, Any]:
    bare = replace(review, remarks={}, comment="")
    return review_shown(bare).model_dump(mode="json", exclude={"remarks", "comment"})


def _route(
    operation: str,
    method: Method,
    path: str,
    summary: str,
    handler: Any,
    body: Any = Nothing,
) -> AnyRoute:
    return Route(
        operation=operation,
        method=method,
        path=path,
        summary=summary,
        query=Nothing,
        body=body,
        answer=ReviewShown,
        handler=handler,
        faults=(REVIEW_UNKNOWN, REFUSED),
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listReviews",
        method=Method.GET,
        path="/reviews",
        summary="Reviews that the token sees, the newest first, 200 at most",
        description="An agent sees what was published of them; reviewers their own drafts, too.",
        query=ReviewsQuery,
        body=Nothing,
        answer=ReviewList,
        handler=list_reviews,
    ),
    Route(
        operation="beginReview",
        method=Method.POST,
        path="/calls/{call}/reviews",
        summary="Begin to score an agent's part in a call, or take up one's draft",
        query=Nothing,
        body=Begin,
        answer=ReviewShown,
        handler=begin_review,
        faults=(CALL_UNKNOWN, SCORECARD_UNKNOWN, REFUSED),
    ),
    Route(
        operation="getReview",
        method=Method.GET,
        path="/reviews/{review}",
        summary="A review",
        query=Nothing,
        body=Nothing,
        answer=ReviewShown,
        handler=get_review,
        faults=(REVIEW_UNKNOWN,),
    ),
    Route(
        operation="getReviewRecording",
        method=Method.GET,
        path="/reviews/{review}/recording",
        summary="The sound of the call that was scored, for its agent, too",
        description="Clients may keep their recordings from agents.",
        query=Nothing,
        body=Nothing,
        answer=KEPT_SOUND,
        handler=get_review_recording,
        faults=(REVIEW_UNKNOWN, *SOUND_FAULTS),
        statuses={206: "A part of the sound.", 304: "It is as it was."},
    ),
    Route(
        operation="getReviewPicture",
        method=Method.GET,
        path="/reviews/{review}/picture",
        summary="Who talks when in the call that was scored",
        query=Nothing,
        body=Nothing,
        answer=PictureShown,
        handler=get_review_picture,
        faults=(REVIEW_UNKNOWN, RECORDING_MISSING, PICTURE_MISSING),
    ),
    _route(
        "saveReview",
        Method.PUT,
        "/reviews/{review}",
        "Fill in one's draft: what is sent takes the place of what was",
        save_review,
        Filled,
    ),
    _route(
        "publishReview",
        Method.POST,
        "/reviews/{review}/publish",
        "Have the agent see one's draft; it cannot be changed any more",
        publish_review,
    ),
    _route(
        "discardReview",
        Method.DELETE,
        "/reviews/{review}",
        "Forget one's draft",
        discard_review,
    ),
    _route(
        "disputeReview",
        Method.POST,
        "/reviews/{review}/dispute",
        "The agent does not agree: once, and within the client's days",
        dispute_review,
        Dispute,
    ),
    _route(
        "answerDispute",
        Method.POST,
        "/reviews/{review}/answer",
        "The reviewer or a supervisor answers a dispute: agrees with other answers, or stays",
        answer_dispute,
        DisputeReply,
    ),
)
