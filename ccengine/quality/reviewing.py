"""Reviews from draft to answered dispute: rows first, then the journal is told, at least once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import TypeAdapter

from ccengine.config.scorecards import ScorecardFile
from ccengine.core.events import DisputeAnswered, ReviewDisputed, ReviewPublished
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.states import Kind
from ccengine.quality.scores import faults, score_of
from ccengine.storage.quality import Review, ReviewState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.core.events import Event
    from ccengine.core.ids import Instant
    from ccengine.quality.scores import Score
    from ccengine.storage.database import RecordDatabase

log = structlog.get_logger()

ID_LENGTH: Final = 24
DAY_SECONDS: Final = 86_400.0
_CARD: Final = TypeAdapter(ScorecardFile)


class ReviewRefused(Exception):
    """What is asked for is not possible; the text says why, and nothing was changed."""


def review_id(call: str, agent: str, reviewer: str, calibration: str = "") -> str:
    """Return what a reviewer's review of an agent's part in a call is called."""
    text = "\0".join((call, agent, reviewer, calibration))
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


class Reviewing:
    """Keeps reviews.

    Args:
        database: of reviews, and of all versions of scorecards.
        post: tells the engine, and through it journal and reports; why it was refused, or empty.
        now: the engine's clock.
        written: has the journal hold what was posted; False: it cannot be written.
    """

    def __init__(
        self,
        database: RecordDatabase,
        post: Callable[[Event], str],
        now: Callable[[], Instant],
        *,
        written: Callable[[], bool],
    ) -> None:
        self._database = database
        self._store = database.quality
        self._post = post
        self._now = now
        self._written = written

    async def card(self, ref: str) -> ScorecardFile:
        """Return the version of a scorecard that a review names.

        Raises:
            ReviewRefused: it was never in force here.
        """
        paper = await self._database.papers.get("scorecard", ref)
        if paper is None:
            message = f"scorecard {ref} was never in force"
            raise ReviewRefused(message)
        return _CARD.validate_python(paper.content)

    async def score(self, review: Review) -> Score:
        """Return what a review's answers come to."""
        return score_of(await self.card(review.scorecard), review.answers)

    async def save(
        self,
        review: Review,
        answers: Mapping[str, str],
        remarks: Mapping[str, str],
        comment: str,
    ) -> Review:
        """Fill in a draft.

        Raises:
            ReviewRefused: it is published, or an answer cannot be.
        """
        self._draft(review)
        card = await self.card(review.scorecard)
        wrong = [*faults(card, answers)]
        wrong += [(name, "no such question") for name in remarks if name not in card.questions]
        _refuse_if("; ".join(f"{name}: {why}" for name, why in wrong))
        filled = replace(
            review,
            answers=dict(answers),
            remarks={name: text for name, text in remarks.items() if text},
            comment=comment,
            saved_at=self._now(),
        )
        return await self._put(filled, review)

    async def publish(self, review: Review) -> Review:
        """Have the agent see it; of a calibration: be done with it.

        Raises:
            ReviewRefused: it is published, or something is not answered yet.
        """
        self._draft(review)
        score = await self.score(review)
        missing = ", ".join(score.missing)
        _refuse_if(missing and f"not answered yet: {missing}")
        if score.percent is None:
            message = "nothing that gives points was answered"
            raise ReviewRefused(message)
        published = replace(
            review,
            state=ReviewState.PUBLISHED,
            score_percent=score.percent / 100,
            failed_by=score.failed_by,
            published_at=self._now(),
        )
        return await self._put(published, review)

    async def dispute(self, review: Review, reason: str, days: int) -> Review:
        """Have the agent disagree, once.

        Args:
            review: the agent's.
            reason: why.
            days: after publication it may be done.

        Raises:
            ReviewRefused: it is too late, or was done already.
        """
        published = review.published_at
        if published is None or review.calibration:
            message = "it is not published"
            raise ReviewRefused(message)
        _refuse_if(review.disputed_at and "it was disputed already, and that is done once")
        late = self._now() > published + days * DAY_SECONDS
        _refuse_if(late and f"it was published more than {days} days ago")
        disputed = replace(review, disputed_at=self._now(), dispute_reason=reason)
        return await self._put(disputed, review)

    async def answer(
        self, review: Review, by: str, text: str, answers: Mapping[str, str] | None
    ) -> Review:
        """Answer a dispute: agree, with other answers to the questions, or stay.

        Args:
            review: that was disputed.
            by: who answers.
            text: what they say.
            answers: in the place of those that changed; None: the score stays.

        Raises:
            ReviewRefused: there is no open dispute, or an answer cannot be.
        """
        if review.disputed_at is None or review.dispute_answered_at is not None:
            message = "there is no dispute that waits for an answer"
            raise ReviewRefused(message)
        answered = replace(
            review,
            dispute_answer=text,
            dispute_accepted=answers is not None,
            dispute_answered_at=self._now(),
            dispute_answered_by=by,
            before_percent=review.score_percent,
        )
        if answers is not None:
            card = await self.card(review.scorecard)
            _refuse_if("; ".join(f"{name}: {why}" for name, why in faults(card, answers)))
            changed = {**review.answers, **answers}
            score = score_of(card, changed)
            answered = replace(
                answered,
                answers=changed,
                score_percent=None if score.percent is None else score.percent / 100,
                failed_by=score.failed_by,
                before_answers=dict(review.answers),
            )
            _refuse_if(answered.score_percent is None and "nothing that gives points is left")
        return await self._put(answered, review)

    async def tell_untold(self) -> int:
        """Tell the journal what it lacks, after a kill between row and journal; how many."""
        lacking = await self._store.untold()
        for review in lacking:
            await self._tell(review)
        return len(lacking)

    def _draft(self, review: Review) -> None:
        _refuse_if(review.state is not ReviewState.DRAFT and "it is published and stays as it is")

    async def _put(self, review: Review, over: Review) -> Review:
        if not await self._store.put(review, over=over):
            calibration = await self._store.calibration(review.calibration)
            is_closed = calibration is not None and calibration.closed_at is not None
            _refuse_if(is_closed and "the calibration is closed: its answers stay as they are")
            message = "it has changed meanwhile: read it again"
            raise ReviewRefused(message)
        await self._tell(review)
        return review

    async def _tell(self, review: Review) -> None:
        """Have the journal hold what it lacks, and only then note so: what is lost is told anew."""
        if review.told >= review.to_tell:
            return
        for event in events_of(review, failed_before=await self._failed_before(review)):
            if refused := self._post(event):
                log.error("review_not_told", review=review.id, cause=refused)
                return
        if self._written():
            await self._store.told(review)

    async def _failed_before(self, review: Review) -> bool:
        """Tell whether the call was failed by what was answered before a dispute."""
        if review.before_answers is None:
            return bool(review.failed_by)
        card = await self.card(review.scorecard)
        return bool(score_of(card, review.before_answers).failed_by)


def events_of(review: Review, *, failed_before: bool) -> list[Event]:
    """Return what the journal lacks of a review, in order; nothing of drafts and calibrations.

    Args:
        review: as it is now.
        failed_before: what was published first was failed by a question.
    """
    if not review.to_tell or review.published_at is None:
        return []
    score = review.score_percent or 0.0
    before = score if review.before_percent is None else review.before_percent
    about = {
        "call": CallId(review.call),
        "agent": AgentId(review.agent),
        "review": review.id,
        "queue": None if review.queue is None else QueueId(review.queue),
        "number": review.number,
        "kind": Kind(review.kind),
        "team": review.team,
    }
    told: list[Event] = [
        ReviewPublished(**about, by=review.reviewer, score_percent=before, failed=failed_before)  # type: ignore[arg-type]
    ]
    if review.disputed_at is not None:
        told.append(ReviewDisputed(**about))  # type: ignore[arg-type]
    if review.dispute_answered_at is not None:
        told.append(
            DisputeAnswered(
                **about,  # type: ignore[arg-type]
                by=review.dispute_answered_by,
                accepted=bool(review.dispute_accepted),
                published_at=review.published_at,
                before_percent=before,
                score_percent=score,
                failed_before=failed_before,
                failed=bool(review.failed_by),
            )
        )
    return told[review.told :]


def _refuse_if(why: str | float | bool | None) -> None:  # noqa: FBT001 - what is falsy is fine
    if why:
        raise ReviewRefused(str(why))
