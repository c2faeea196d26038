"""Attempts of a campaign counted by the database, as limits on abandoned calls take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, func, not_, select

from ccengine.core.dialer.leads import MachineVerdict
from ccengine.core.dialer.rules import Result
from ccengine.core.dialer.windows import Tally
from ccengine.storage.lead_tables import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row, RowMapping

    from ccengine.core.ids import Instant
    from ccengine.core.periods import Period

WAS_HEARD: Final = not_(
    and_(ATTEMPTS.c.machine == MachineVerdict.MACHINE, ATTEMPTS.c.agent.is_(None))
).label("was_heard")
"""As `was_heard` says of a row."""


def tally_query(client: str, campaign: str, window: Period, seller: str | None) -> Select[Any]:
    """Return the query: how many calls placed in a window ended in each way.

    Args:
        client: whose.
        campaign: its name.
        window: an end that it does not have bounds nothing.
        seller: only this one's; None: all.
    """
    columns = (ATTEMPTS.c.outcome, WAS_HEARD, func.count().label("calls"))
    query = select(*columns).where(ATTEMPTS.c.client == client, ATTEMPTS.c.campaign == campaign)
    if window.starts is not None:
        query = query.where(ATTEMPTS.c.placed_at >= window.starts)
    if window.ends is not None:
        query = query.where(ATTEMPTS.c.placed_at < window.ends)
    if seller is not None:
        query = query.where(ATTEMPTS.c.seller == seller)
    return query.group_by(ATTEMPTS.c.outcome, WAS_HEARD)


def was_heard(row: RowMapping) -> bool:
    """Tell of an attempt that a machine took: an agent was with it, or no detector has named it."""
    return row["machine"] != MachineVerdict.MACHINE or row["agent"] is not None


def tally_in(rows: Iterable[Row[Any]]) -> Tally:
    """Return what the query's rows say; a call that goes on was placed, and no more is known."""
    count = Tally()
    for row in rows:
        result = Result.OPEN if row.outcome is None else Result(row.outcome)
        one = Tally().plus(result, was_heard=bool(row.was_heard))
        count = replace(
            count,
            placed=count.placed + row.calls * one.placed,
            connected=count.connected + row.calls * one.connected,
            cut_off=count.cut_off + row.calls * one.cut_off,
            abandoned=count.abandoned + row.calls * one.abandoned,
            machines=count.machines + row.calls * one.machines,
        )
    return count


def began_query(client: str, campaign: str) -> Select[tuple[Instant | None]]:
    """Return the query for the time of a campaign's first call."""
    return select(func.min(ATTEMPTS.c.placed_at)).where(
        ATTEMPTS.c.client == client, ATTEMPTS.c.campaign == campaign
    )
