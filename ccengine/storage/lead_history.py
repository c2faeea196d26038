"""What goes with a lead into the hopper, so that the core can tell how likely it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from ccengine.core.dialer.leads import AttemptOutcome, LastTry
from ccengine.storage.lead_rows import IDS_AT_ONCE
from ccengine.storage.lead_tables import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.leads import Lead
    from ccengine.core.ids import Instant


async def with_history(
    connection: AsyncConnection, leads: Sequence[Lead], now: Instant
) -> list[Lead]:
    """Return leads with how the last attempt at each ended, and what their clocks show now."""
    tried = [lead.key for lead in leads if lead.tries.attempts or lead.tries.recycled]
    last = await _last_tries(connection, tried)
    offsets = {zone: _offset(zone, now) for zone in {lead.zone for lead in leads}}
    return [
        replace(lead, last_try=last.get(lead.key), utc_offset_seconds=offsets[lead.zone])
        for lead in leads
    ]


async def _last_tries(connection: AsyncConnection, leads: Sequence[int]) -> dict[int, LastTry]:
    found: dict[int, LastTry] = {}
    for start in range(0, len(leads), IDS_AT_ONCE):
        ended = (ATTEMPTS.c.outcome.is_not(None), ATTEMPTS.c.ended_at.is_not(None))
        query: Select[Any] = (
            select(
                ATTEMPTS.c.lead,
                ATTEMPTS.c.outcome,
                ATTEMPTS.c.ended_at,
                ATTEMPTS.c.rang_at,
                func.coalesce(ATTEMPTS.c.answered_at, ATTEMPTS.c.ended_at).label("rang_until"),
            )
            .where(ATTEMPTS.c.lead.in_(leads[start : start + IDS_AT_ONCE]), *ended)
            .order_by(ATTEMPTS.c.lead, ATTEMPTS.c.placed_at)
        )
        rows = (await connection.execute(query)).all()
        found |= {row.lead: _last_try(row) for row in rows}  # the latest of each stays
    return found


def _last_try(row: Row[Any]) -> LastTry:
    rang = None if row.rang_at is None else max(0.0, row.rang_until - row.rang_at)
    return LastTry(outcome=AttemptOutcome(row.outcome), ended_at=row.ended_at, rang_seconds=rang)


def _offset(zone: str, now: Instant) -> int | None:
    """Return how far a zone's clock is from UTC; None: nobody knows which zone it is."""
    try:
        offset = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    except (ValueError, ZoneInfoNotFoundError):  # it is in several, or of another database
        return None
    return None if offset is None else int(offset.total_seconds())
