"""How a campaign's attempts went: added up by the database, outcome by outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, case, func, select

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.storage.lead_tables import ATTEMPTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from ccengine.core.ids import Instant

AWAY: Final = "the engine was away"
"""The cause of an attempt whose end nobody saw: it ended before the moment that is noted."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took. Seconds."""

    count: int = 0
    mean_s: float = 0.0
    mean_square_s2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCourse:
    """Attempts of one outcome."""

    outcome: AttemptOutcome
    calls: int
    rings: Times = Times()  #: from placing the call to the answer
    talks: Times = Times()  #: with an agent, from the answer to the call's end, where it was seen


def query_of(client: str, campaign: str, since: Instant) -> Select[Any]:
    """Return the query: one row for each outcome, of attempts that have ended."""
    talked = and_(ATTEMPTS.c.agent.is_not(None), ATTEMPTS.c.cause != AWAY)
    ring_s = ATTEMPTS.c.answered_at - ATTEMPTS.c.placed_at
    talk_s = case((talked, ATTEMPTS.c.ended_at - ATTEMPTS.c.answered_at))
    return (
        select(ATTEMPTS.c.outcome, func.count().label("calls"), *_sums("ring", ring_s),
               *_sums("talk", talk_s))
        .where(
            ATTEMPTS.c.client == client,
            ATTEMPTS.c.campaign == campaign,
            ATTEMPTS.c.placed_at >= since,
            ATTEMPTS.c.outcome.is_not(None),
        )
        .group_by(ATTEMPTS.c.outcome)
        .order_by(ATTEMPTS.c.outcome)
    )  # fmt: skip


def course_in(row: Row[Any]) -> AttemptCourse:
    """Return what a row of the query says."""
    return AttemptCourse(
        outcome=AttemptOutcome(row.outcome),
        calls=row.calls,
        rings=Times(row.rings, row.ring_s or 0.0, row.ring_s2 or 0.0),
        talks=Times(row.talks, row.talk_s or 0.0, row.talk_s2 or 0.0),
    )


def _sums(name: str, seconds: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count(seconds).label(f"{name}s"),
        func.avg(seconds).label(f"{name}_s"),
        func.avg(seconds * seconds).label(f"{name}_s2"),
    )
