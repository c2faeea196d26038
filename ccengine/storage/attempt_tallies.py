"""Attempts of a campaign counted by the database, as limits on abandoned calls take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from ccengine.core.dialer.rules import Result
from ccengine.core.dialer.windows import Tally
from ccengine.storage.lead_tables import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    from ccengine.core.ids import Instant
    from ccengine.core.periods import Period


def tally_query(client: str, campaign: str, window: Period, seller: str | None) -> Select[Any]:
    """Return the query: how many calls placed in a window ended in each way.

    Args:
        client: whose.
        campaign: its name.
        window: an end that it does not have bounds nothing.
        seller: only this one's; None: all.
    """
    query = select(ATTEMPTS.c.outcome, func.count().label("calls")).where(
        ATTEMPTS.c.client == client, ATTEMPTS.c.campaign == campaign
    )
    if window.starts is not None:
        query = query.where(ATTEMPTS.c.placed_at >= window.starts)
    if window.ends is not None:
        query = query.where(ATTEMPTS.c.placed_at < window.ends)
    if seller is not None:
        query = query.where(ATTEMPTS.c.seller == seller)
    return query.group_by(ATTEMPTS.c.outcome)


def tally_in(rows: Iterable[Row[Any]]) -> Tally:
    """Return what the query's rows say; a call that goes on was placed, and no more is known."""
    count = Tally()
    for row in rows:
        one = Tally().plus(Result.OPEN if row.outcome is None else Result(row.outcome))
        count = replace(
            count,
            placed=count.placed + row.calls * one.placed,
            connected=count.connected + row.calls * one.connected,
            abandoned=count.abandoned + row.calls * one.abandoned,
            machines=count.machines + row.calls * one.machines,
        )
    return count


def began_query(client: str, campaign: str) -> Select[tuple[Instant | None]]:
    """Return the query for the time of a campaign's first call."""
    return select(func.min(ATTEMPTS.c.placed_at)).where(
        ATTEMPTS.c.client == client, ATTEMPTS.c.campaign == campaign
    )
