"""Draws, reviews, calibrations and the training library, in the database of call records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, delete, exists, insert, not_, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from ccengine.core.ids import Instant
from ccengine.storage.errors import StorageError
from ccengine.storage.quality_tables import CALIBRATIONS, DRAWS, REVIEWS, SAMPLES, TRAINING
from ccengine.storage.tables import KEPT_RECORDINGS as KEPT

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncEngine

PUBLISHED_TOLD: Final = 1
DISPUTED_TOLD: Final = 2
ANSWERED_TOLD: Final = 3


class ReviewExists(StorageError):
    """The reviewer has a review of this already."""


class ReviewState(StrEnum):
    """Who sees a review."""

    DRAFT = "draft"  #: whoever writes it
    PUBLISHED = "published"  #: the agent, too; of a calibration, the others when it is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One reviewer's judgement of an agent's part in a call."""

    id: str
    client: str
    call: str
    agent: str
    team: str
    queue: str | None
    number: str  #: that was dialed
    kind: str
    talk_started_at: Instant
    scorecard: str  #: the version
    reviewer: str  #: a token's name
    calibration: str = ""  #: empty: none
    state: ReviewState = ReviewState.DRAFT
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)  #: by question
    comment: str = ""
    score_percent: float | None = None
    failed_by: Sequence[str] = ()
    created_at: Instant
    saved_at: Instant
    published_at: Instant | None = None
    disputed_at: Instant | None = None
    dispute_reason: str = ""
    dispute_answer: str = ""
    dispute_accepted: bool | None = None
    dispute_answered_at: Instant | None = None
    dispute_answered_by: str = ""
    before_percent: float | None = None  #: the score that was disputed
    before_answers: Mapping[str, str] | None = None
    told: int = 0  #: how many of its events the journal has

    @property
    def to_tell(self) -> int:
        """How many events it should have."""
        if self.calibration or self.published_at is None:
            return 0
        answered = self.dispute_answered_at is not None
        disputed = self.disputed_at is not None
        return PUBLISHED_TOLD + disputed + answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews. None: whatever it is."""

    clients: Collection[str] | None = None
    agent: str | None = None
    agents: Collection[str] | None = None
    reviewer: str | None = None
    call: str | None = None
    calibration: str | None = ""  #: empty: those of none
    state: ReviewState | None = None
    disputed: bool = False  #: only those that wait for an answer
    seen_by: str | None = None  #: others' drafts are left out
    since: Instant | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One drawing."""

    client: str
    rule: str
    begins: Instant
    ends: Instant
    seed: str
    population: int
    drawn_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A call that was drawn."""

    client: str
    rule: str
    begins: Instant
    call: str
    agent: str
    reviewer: str | None  #: None: whoever may review
    scorecard: str  #: by name
    talk_started_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A call that several score without seeing each other's answers."""

    id: str
    client: str
    call: str
    agent: str
    scorecard: str  #: the version
    reviewers: Sequence[str]
    opened_by: str
    opened_at: Instant
    closed_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCall:
    """A good example."""

    call: str
    client: str
    agent: str
    queue: str | None
    title: str
    note: str
    seconds: float  #: of talk
    added_by: str
    added_at: Instant


class QualityStore:
    """The rows in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    # --- draws --------------------------------------------------------------------------------

    async def last_draw(self, client: str, rule: str) -> Draw | None:
        """Return the newest drawing by a rule."""
        query = select(DRAWS).where(DRAWS.c.client == client, DRAWS.c.rule == rule)
        rows = await self._rows(query.order_by(DRAWS.c.begins.desc()).limit(1))
        return Draw(**rows[0]) if rows else None

    async def draws(self, client: str) -> list[Draw]:
        """Return a client's drawings, the newest first."""
        query = select(DRAWS).where(DRAWS.c.client == client).order_by(DRAWS.c.begins.desc())
        return [Draw(**row) for row in await self._rows(query.limit(200))]

    async def keep_draw(self, draw: Draw, samples: Sequence[Sample]) -> bool:
        """Keep a drawing with all it drew, or neither; False: it was made already."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(DRAWS), asdict(draw))
                if samples:
                    await connection.execute(insert(SAMPLES), [asdict(one) for one in samples])
        except IntegrityError:
            return False
        return True

    async def samples(
        self,
        *,
        clients: Collection[str] | None,
        agents: Collection[str] | None = None,
        reviewer: str | None = None,
        only_open: bool = False,
        limit: int = 500,
    ) -> list[Sample]:
        """Return drawn calls, the newest first.

        Args:
            clients: whose; None: all.
            agents: whose parts; None: all.
            reviewer: only what was dealt to them, or to nobody.
            only_open: only what is still to be done: nobody has published a review of what was
                dealt to nobody, nor whoever it was dealt to of the rest.
            limit: so many at most.
        """
        query = select(SAMPLES).where(*_among(SAMPLES, client=clients, agent=agents))
        query = query.order_by(SAMPLES.c.begins.desc(), SAMPLES.c.call).limit(limit)
        if reviewer is not None:
            query = query.where(or_(SAMPLES.c.reviewer == reviewer, SAMPLES.c.reviewer.is_(None)))
        if only_open:
            done = exists().where(
                REVIEWS.c.call == SAMPLES.c.call,
                REVIEWS.c.agent == SAMPLES.c.agent,
                REVIEWS.c.calibration == "",
                REVIEWS.c.state == ReviewState.PUBLISHED,
                or_(SAMPLES.c.reviewer.is_(None), REVIEWS.c.reviewer == SAMPLES.c.reviewer),
            )
            query = query.where(not_(done))
        return [Sample(**row) for row in await self._rows(query)]

    # --- reviews ------------------------------------------------------------------------------

    async def add(self, review: Review) -> None:
        """Keep a new review.

        Raises:
            ReviewExists: the reviewer has one of this already.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(REVIEWS), asdict(review))
        except IntegrityError as error:
            message = f"{review.reviewer} has a review of {review.agent} in {review.call}"
            raise ReviewExists(message) from error

    async def put(self, review: Review, *, over: Review) -> bool:
        """Keep a review in the place of what it was; False: it has changed meanwhile.

        What was written for a calibration changes no more from the moment it is closed on.
        """
        closed = exists().where(
            CALIBRATIONS.c.id == REVIEWS.c.calibration, CALIBRATIONS.c.closed_at.is_not(None)
        )
        statement = (
            update(REVIEWS)
            .where(
                REVIEWS.c.id == over.id,
                REVIEWS.c.state == over.state,
                REVIEWS.c.saved_at == over.saved_at,
                REVIEWS.c.disputed_at.is_not_distinct_from(over.disputed_at),
                REVIEWS.c.dispute_answered_at.is_not_distinct_from(over.dispute_answered_at),
                not_(closed),
            )
            .values(asdict(review))
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def told(self, review: Review) -> None:
        """Note that the journal has all its events."""
        lacks = REVIEWS.c.told < review.to_tell
        statement = update(REVIEWS).where(REVIEWS.c.id == review.id, lacks)
        async with self._engine.begin() as connection:
            await connection.execute(statement.values(told=review.to_tell))

    async def untold(self) -> list[Review]:
        """Return reviews of which the journal lacks something."""
        should = (
            PUBLISHED_TOLD
            + case((REVIEWS.c.disputed_at.is_not(None), 1), else_=0)
            + case((REVIEWS.c.dispute_answered_at.is_not(None), 1), else_=0)
        )
        query = select(REVIEWS).where(
            REVIEWS.c.published_at.is_not(None),
            REVIEWS.c.calibration == "",
            REVIEWS.c.told < should,
        )
        return [_review(row) for row in await self._rows(query)]

    async def get(self, review: str) -> Review | None:
        """Return a review."""
        rows = await self._rows(select(REVIEWS).where(REVIEWS.c.id == review))
        return _review(rows[0]) if rows else None

    async def reviews(self, which: ReviewFilter) -> list[Review]:
        """Return reviews, the newest first."""
        query = select(REVIEWS).where(*_conditions(which))
        query = query.order_by(REVIEWS.c.created_at.desc(), REVIEWS.c.id).limit(which.limit)
        return [_review(row) for row in await self._rows(query)]

    async def discard(self, review: Review) -> None:
        """Forget a draft."""
        statement = delete(REVIEWS).where(
            REVIEWS.c.id == review.id, REVIEWS.c.state == ReviewState.DRAFT
        )
        async with self._engine.begin() as connection:
            await connection.execute(statement)

    # --- calibrations -------------------------------------------------------------------------

    async def add_calibration(self, calibration: Calibration) -> None:
        """Keep a new calibration."""
        async with self._engine.begin() as connection:
            await connection.execute(insert(CALIBRATIONS), asdict(calibration))

    async def close_calibration(self, calibration: str, at: Instant) -> None:
        """Note that it is over; one that is already stays as it was."""
        statement = update(CALIBRATIONS).where(
            CALIBRATIONS.c.id == calibration, CALIBRATIONS.c.closed_at.is_(None)
        )
        async with self._engine.begin() as connection:
            await connection.execute(statement.values(closed_at=at))

    async def calibration(self, calibration: str) -> Calibration | None:
        """Return a calibration."""
        rows = await self._rows(select(CALIBRATIONS).where(CALIBRATIONS.c.id == calibration))
        return Calibration(**rows[0]) if rows else None

    async def calibrations(
        self, clients: Collection[str] | None, agents: Collection[str] | None = None
    ) -> list[Calibration]:
        """Return those of clients' calls and agents' parts, the newest first; None: of all."""
        query = select(CALIBRATIONS).where(*_among(CALIBRATIONS, client=clients, agent=agents))
        query = query.order_by(CALIBRATIONS.c.opened_at.desc()).limit(200)
        return [Calibration(**row) for row in await self._rows(query)]

    # --- the training library -----------------------------------------------------------------

    async def teach(self, example: TrainingCall) -> None:
        """Keep a good example in the place of what was said of it before."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(TRAINING).where(TRAINING.c.call == example.call))
            await connection.execute(insert(TRAINING), asdict(example))

    async def untaught(self, call: str) -> None:
        """Forget an example."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(TRAINING).where(TRAINING.c.call == call))

    async def example(self, call: str) -> TrainingCall | None:
        """Return an example."""
        rows = await self._rows(select(TRAINING).where(TRAINING.c.call == call))
        return TrainingCall(**rows[0]) if rows else None

    async def examples(self, client: str) -> list[TrainingCall]:
        """Return a client's examples, the newest first."""
        query = select(TRAINING).where(TRAINING.c.client == client)
        rows = await self._rows(query.order_by(TRAINING.c.added_at.desc()).limit(500))
        return [TrainingCall(**row) for row in rows]

    # --- what was found in recordings ---------------------------------------------------------

    async def kept_after(
        self, kept_at: Instant, call: str, limit: int
    ) -> list[tuple[str, Instant, Instant]]:
        """Return recordings kept after this one: call, when it was kept, when it began.

        The oldest first, and only those that somebody has looked at.
        """
        query = (
            select(KEPT.c.call, KEPT.c.kept_at, KEPT.c.started_at)
            .where(
                tuple_(KEPT.c.kept_at, KEPT.c.call) > tuple_(kept_at, call),
                KEPT.c.picture.is_not(None),
            )
            .order_by(KEPT.c.kept_at, KEPT.c.call)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [(row[0], row[1], row[2]) for row in (await connection.execute(query)).all()]

    async def _rows(self, query: Any) -> Sequence[Mapping[str, Any]]:
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings().all()]


def _review(row: Mapping[str, Any]) -> Review:
    return Review(**{**row, "state": ReviewState(row["state"])})


def _among(table: Table, **names: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [table.c[name].in_(sorted(of)) for name, of in names.items() if of is not None]


def _conditions(which: ReviewFilter) -> list[ColumnElement[bool]]:
    names = ("agent", "reviewer", "call", "calibration", "state")
    wanted = {name: getattr(which, name) for name in names}
    found = [REVIEWS.c[name] == value for name, value in wanted.items() if value is not None]
    found += _among(REVIEWS, client=which.clients, agent=which.agents)
    if which.disputed:
        waits = and_(REVIEWS.c.disputed_at.is_not(None), REVIEWS.c.dispute_answered_at.is_(None))
        found.append(waits)
    if which.seen_by is not None:
        mine = REVIEWS.c.reviewer == which.seen_by
        found.append(or_(mine, REVIEWS.c.state == ReviewState.PUBLISHED))
    if which.since is not None:
        found.append(REVIEWS.c.created_at >= which.since)
    return found
