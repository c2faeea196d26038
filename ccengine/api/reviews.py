"""Reviews as the API shows them, and how far a token sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.faults import REFUSED, REVIEW_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.roles import Role
from ccengine.core.ids import AgentId
from ccengine.quality.reviewing import Reviewing, ReviewRefused
from ccengine.storage.quality import ReviewState

if TYPE_CHECKING:
    from ccengine.api.route import Asked
    from ccengine.api.sight import Sight
    from ccengine.config.clients import Client
    from ccengine.storage.quality import QualityStore, Review

LONGEST_TEXT: Final = 2_000


class DisputeShown(Shown):
    """An agent who does not agree, and what became of it."""

    at: Utc
    reason: str
    answer: str
    accepted: bool | None = Field(description="null: it waits for an answer.")
    answered_at: Utc | None
    answered_by: str
    before_percent: float | None = Field(description="The score until then.")


class ReviewShown(Shown):
    """One reviewer's judgement of an agent's part in a call."""

    review: str
    client: str
    call: str
    agent: str
    queue: str | None
    talk_started_at: Utc
    scorecard: str = Field(description="The version.")
    reviewer: str = Field(description="The name of a token.")
    calibration: str = Field(description="Empty: none.")
    state: ReviewState
    answers: Mapping[str, str]
    remarks: Mapping[str, str]
    comment: str
    score_percent: float | None = Field(description="null: not published.")
    failed_by: tuple[str, ...] = Field(description="Questions that failed the call.")
    created_at: Utc
    saved_at: Utc
    published_at: Utc | None
    dispute: DisputeShown | None


def review_shown(review: Review) -> ReviewShown:
    """Return a review that the token sees."""
    dispute = None
    if review.disputed_at is not None:
        dispute = DisputeShown(
            at=review.disputed_at,
            reason=review.dispute_reason,
            answer=review.dispute_answer,
            accepted=review.dispute_accepted,
            answered_at=review.dispute_answered_at,
            answered_by=review.dispute_answered_by,
            before_percent=review.before_percent,
        )
    return ReviewShown(
        review=review.id,
        client=review.client,
        call=review.call,
        agent=review.agent,
        queue=review.queue,
        talk_started_at=review.talk_started_at,
        scorecard=review.scorecard,
        reviewer=review.reviewer,
        calibration=review.calibration,
        state=review.state,
        answers=review.answers,
        remarks=review.remarks,
        comment=review.comment,
        score_percent=review.score_percent,
        failed_by=tuple(review.failed_by),
        created_at=review.created_at,
        saved_at=review.saved_at,
        published_at=review.published_at,
        dispute=dispute,
    )


def store_of(asked: Asked[Any, Any]) -> QualityStore:
    """Return where reviews are kept."""
    return asked.ports.library.keeper.database.quality


def reviewing_of(asked: Asked[Any, Any]) -> Reviewing:
    """Return who keeps them."""
    floor, library = asked.ports.floor, asked.ports.library
    return Reviewing(library.keeper.database, floor.post, floor.now, written=library.show)


def may_listen(asked: Asked[Any, Any], client: Client | None) -> bool:
    """Tell whether recordings of a client are heard: some keep them from agents."""
    if asked.identity.role is not Role.AGENT:
        return True
    return client is not None and client.settings.quality.agents_listen


def sees_part(sight: Sight, client: str, agent: str) -> bool:
    """Tell whether an agent's part in a client's call is seen."""
    return sight.part(client, {AgentId(agent)})


def sees_review(asked: Asked[Any, Any], review: Review, *, blind: bool) -> bool:
    """Tell whether a review is seen: one's own; of others, what is published.

    Args:
        asked: by whom.
        review: of anybody.
        blind: the review is of a calibration that goes on, so only who wrote it sees it.
    """
    if not sees_part(asked.sight, review.client, review.agent):
        return False
    if asked.identity.role is Role.AGENT:
        return review.state is ReviewState.PUBLISHED and not review.calibration
    if review.reviewer == asked.identity.name:
        return True
    return review.state is ReviewState.PUBLISHED and not blind


async def review_of(asked: Asked[Any, Any]) -> Review:
    """Return the review in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    store = store_of(asked)
    review = await store.get(asked.path["review"])
    if review is None:
        raise REVIEW_UNKNOWN.because()
    blind = False
    if review.calibration:
        calibration = await store.calibration(review.calibration)
        blind = calibration is None or calibration.closed_at is None
    if not sees_review(asked, review, blind=blind):
        raise REVIEW_UNKNOWN.because()
    return review


def own(asked: Asked[Any, Any], review: Review) -> Review:
    """Return a review that the token's bearer has written.

    Raises:
        Refused: somebody else has.
    """
    if review.reviewer != asked.identity.name:
        raise REFUSED.because(detail=f"The review is {review.reviewer}'s.")
    return review


class Refusing:
    """Turns what is not possible with reviews into an answer."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Refuse what was refused."""
        if isinstance(error, ReviewRefused):
            raise REFUSED.because(detail=f"{error}.") from error
