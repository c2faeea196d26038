"""A call of the house as quality's people have left it: reviews, draw, calibration, training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.storage.quality import Calibration, Draw, Review, ReviewState, Sample, TrainingCall
from tests.api.requests import sample_id

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import Instant
    from ccengine.reporting.call_record import CallRecord
    from ccengine.storage.quality import QualityStore


async def score(record: CallRecord, store: QualityStore, tenant: Tenant, now: Instant) -> bool:
    """Have a call scored by two, drawn to be, and taught from, once; no: it was before."""
    if await store.get(sample_id("review", record.client)) is not None:
        return False
    card = next(iter(tenant.clients[record.client].scorecards.values()))
    agent = record.conversations[0].agent
    calibration = Calibration(
        id=sample_id("calibration", record.client),
        client=record.client,
        call=record.call,
        agent=agent,
        scorecard=card.ref,
        reviewers=("rita", "own"),
        opened_by="rita",
        opened_at=now,
    )
    await store.add_calibration(calibration)
    review = Review(
        id=sample_id("review", record.client),
        client=record.client,
        call=record.call,
        agent=agent,
        team="",
        queue=record.queue,
        number=record.number,
        kind=record.kind,
        talk_started_at=record.conversations[0].started_at,
        scorecard=card.ref,
        reviewer="rita",
        state=ReviewState.PUBLISHED,
        answers={"greeting": "yes"},
        comment="well done",
        score_percent=100.0,
        created_at=now,
        saved_at=now,
        published_at=now,
        told=1,
    )
    await store.add(review)
    secret = replace(review, id=sample_id("draft", record.client), comment="secret draft")
    draft = replace(secret, state=ReviewState.DRAFT, reviewer="omar", published_at=None)
    await store.add(draft)
    begins = 1_000.0
    sample = Sample(
        client=record.client,
        rule="weekly",
        begins=begins,
        call=record.call,
        agent=agent,
        reviewer="own",
        scorecard=card.name,
        talk_started_at=review.talk_started_at,
    )
    drawn = Draw(
        client=record.client,
        rule="weekly",
        begins=begins,
        ends=2_000.0,
        seed="ab",
        population=1,
        drawn_at=now,
    )
    await store.keep_draw(drawn, [sample])
    example = TrainingCall(
        call=record.call,
        client=record.client,
        agent=agent,
        queue=record.queue,
        title="Calm",
        note="",
        seconds=10.0,
        added_by="rita",
        added_at=now,
    )
    await store.teach(example)
    return True
