"""What can be scored: an agent's part in a recorded call that is over, by a scorecard in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CALL_UNKNOWN, REFUSED, SCORECARD_UNKNOWN
from ccengine.api.reviews import sees_part, store_of
from ccengine.api.route import NAME, Asked, Strict
from ccengine.core.ids import AgentId, ClientId
from ccengine.quality.reviewing import review_id
from ccengine.reporting.call_record import DIALLED
from ccengine.storage.quality import Review

if TYPE_CHECKING:
    from ccengine.config.clients import Client
    from ccengine.reporting.call_record import CallRecord


class Begin(Strict):
    """Whose part in the call is scored, and by what."""

    agent: str = Field(pattern=f"^{NAME}$")
    scorecard: str | None = Field(
        None, pattern=f"^{NAME}$", description="null: the client's usual one."
    )
    calibration: str = Field("", pattern=r"^([0-9a-f]{24})?$", description="Empty: none.")


async def new_review(asked: Asked[Any, Any], record: CallRecord, body: Begin) -> Review:
    """Return an empty review of an agent's part in a call.

    Raises:
        Refused: there is nothing to score, or not by this token.
    """
    client = check_part(asked, record, body.agent)
    ref = await _scorecard(asked, client, body, record)
    agents = asked.ports.floor.tenant().settings.agents
    settings = agents.get(AgentId(body.agent))
    now, me = asked.ports.floor.now(), asked.identity.name
    started = next(one.started_at for one in record.conversations if one.agent == body.agent)
    return Review(
        id=review_id(record.call, body.agent, me, body.calibration),
        client=record.client,
        call=record.call,
        agent=body.agent,
        team="" if settings is None else settings.team or "",
        queue=record.queue,
        number="" if record.kind in DIALLED else record.number,
        kind=record.kind,
        talk_started_at=started,
        scorecard=ref,
        reviewer=me,
        calibration=body.calibration,
        created_at=now,
        saved_at=now,
    )


def check_part(asked: Asked[Any, Any], record: CallRecord, agent: str) -> Client:
    """Return the client of a call in which an agent has talked, and which can be scored.

    Raises:
        Refused: it cannot.
    """
    client = asked.ports.floor.tenant().clients.get(ClientId(record.client))
    if client is None or not sees_part(asked.sight, record.client, agent):
        raise CALL_UNKNOWN.because()
    if record.outcome is None:
        raise REFUSED.because(detail="The call goes on.")
    if not any(one.agent == agent for one in record.conversations):
        raise REFUSED.because(detail="The agent had no part in this call.")
    if record.recording is None:
        raise REFUSED.because(detail="The call was not recorded.")
    return client


def scorecard_ref(client: Client, name: str | None) -> str:
    """Return the version in force of a client's scorecard, or of the usual one.

    Raises:
        Refused: there is none.
    """
    card = client.scorecards.get(name or client.usual_scorecard or "")
    if card is None:
        raise SCORECARD_UNKNOWN.because()
    return card.ref


async def _scorecard(
    asked: Asked[Any, Any], client: Client, body: Begin, record: CallRecord
) -> str:
    """Return by which version is scored: in a calibration, all by the same."""
    if not body.calibration:
        return scorecard_ref(client, body.scorecard)
    calibration = await store_of(asked).calibration(body.calibration)
    about = None if calibration is None else (calibration.call, calibration.agent)
    if calibration is None or about != (record.call, body.agent):
        raise REFUSED.because(detail="There is no such calibration of this call.")
    if asked.identity.name not in calibration.reviewers or calibration.closed_at is not None:
        raise REFUSED.because(detail="The calibration is closed, or is others'.")
    return calibration.scorecard
