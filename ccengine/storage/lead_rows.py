"""Which leads come next, each by an index; and leads as their rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from sqlalchemy import select, update

from ccengine.core.dialer.campaigns import Order
from ccengine.core.dialer.leads import Lead, LeadKey, LeadNumber, LeadState, Tries
from ccengine.core.ids import AgentId
from ccengine.storage.lead_tables import IMPORTS, LEADS, LISTS, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.ids import Instant

DONE: Final = "done"
IDS_AT_ONCE: Final = 500

_TRIES: Final = TypeAdapter(Tries)
_ORDERS: Final[Mapping[Order, tuple[Any, ...]]] = {
    Order.OLDEST: (LEADS.c.id,),
    Order.NEWEST: (LEADS.c.id.desc(),),
    Order.PRIORITY: (LEADS.c.priority.desc(), LEADS.c.id),
    Order.RANDOM: (LEADS.c.shuffle, LEADS.c.id),
}
_RANKS: Final[Mapping[Order, Callable[[Row[Any]], tuple[int, ...]]]] = {
    Order.OLDEST: lambda row: (row.id,),
    Order.NEWEST: lambda row: (-row.id,),
    Order.PRIORITY: lambda row: (-row.priority, row.id),
    Order.RANDOM: lambda row: (row.shuffle is None, row.shuffle or 0, row.id),
}


def fresh_queries(imports: Sequence[int], order: Order, limit: int) -> Iterator[Select[Any]]:
    """Yield the queries for the new leads that come first; of each import, by an index."""
    for one in imports:
        query = select(LEADS).where(LEADS.c.import_id == one, LEADS.c.state == LeadState.FRESH)
        if order is Order.RANDOM:  # those that came before the list was gone through so come last
            without = query.where(LEADS.c.shuffle.is_(None)).order_by(LEADS.c.id)
            yield without.limit(limit)
            query = query.where(LEADS.c.shuffle.is_not(None))
        yield query.order_by(*_ORDERS[order]).limit(limit)


def due_query(list_id: int, state: LeadState, limit: int, now: Instant) -> Select[Any]:
    """Return the query for the leads of a list whose time has come, longest ago first."""
    return (
        select(LEADS)
        .where(LEADS.c.list_id == list_id, LEADS.c.state == state, LEADS.c.due_at <= now)
        .order_by(LEADS.c.due_at)
        .limit(limit)
    )


async def lists_of(connection: AsyncConnection, client: str, campaign: str) -> dict[str, int]:
    """Return a campaign's lists by name."""
    query = select(LISTS.c.name, LISTS.c.id).where(
        LISTS.c.client == client, LISTS.c.campaign == campaign
    )
    return {row.name: row.id for row in (await connection.execute(query)).all()}


async def fresh_rows(
    connection: AsyncConnection, list_id: int, order: Order, limit: int
) -> list[Row[Any]]:
    """Return the new leads of a list that come first; none of an import that goes on.

    Imports in which there is none any more are not looked at again: a list that is fed all day has
    thousands of them.

    Args:
        connection: of a transaction that writes.
        list_id: the list.
        order: in which it is gone through.
        limit: so many at most; at least 1.
    """
    rows: list[Row[Any]] = []
    used_up: list[int] = []
    for one in (await connection.scalars(imports_query(list_id))).all():
        found = [
            row
            for query in fresh_queries([one], order, limit)
            for row in (await connection.execute(query)).all()
        ]
        if not found:
            used_up.append(one)
        rows += found
    await note_used_up(connection, used_up, is_used_up=True)
    return sorted(rows, key=_RANKS[order])[:limit]


def imports_query(list_id: int) -> Select[Any]:
    """Return the query for a list's imports that may have new leads."""
    return select(IMPORTS.c.id).where(
        IMPORTS.c.list_id == list_id, IMPORTS.c.state == DONE, IMPORTS.c.is_used_up.is_(False)
    )


async def note_used_up(
    connection: AsyncConnection, imports: Sequence[int], *, is_used_up: bool
) -> None:
    """Note that imports have no new lead any more; or that they may have one again."""
    for start in range(0, len(imports), IDS_AT_ONCE):
        some = IMPORTS.c.id.in_(imports[start : start + IDS_AT_ONCE])
        changed = update(IMPORTS).where(some, IMPORTS.c.is_used_up.is_not(is_used_up))
        await connection.execute(changed.values(is_used_up=is_used_up))


async def numbers_of(
    connection: AsyncConnection, leads: Sequence[int]
) -> dict[int, list[LeadNumber]]:
    """Return the numbers of leads, in their order."""
    found: dict[int, list[LeadNumber]] = {}
    for start in range(0, len(leads), IDS_AT_ONCE):
        some = leads[start : start + IDS_AT_ONCE]
        query = (
            select(NUMBERS.c.lead, NUMBERS.c.number, NUMBERS.c.is_dead)
            .where(NUMBERS.c.lead.in_(some))
            .order_by(NUMBERS.c.lead, NUMBERS.c.position)
        )
        for lead, number, is_dead in (await connection.execute(query)).all():
            found.setdefault(lead, []).append(LeadNumber(number=number, is_dead=is_dead))
    return found


def lead_of(row: Row[Any], list_name: str, numbers: Sequence[LeadNumber]) -> Lead:
    """Return a lead as its row says."""
    return Lead(
        key=LeadKey(row.id),
        list=list_name,
        numbers=tuple(numbers),
        tries=tries_of(row),
        state=LeadState(row.state),
        due_at=row.due_at,
        agent=None if row.agent is None else AgentId(row.agent),
        number=row.number,
        fields=row.fields,
        zone=row.zone,
        place=row.place,
        person=row.key,
    )


def tries_of(row: Row[Any]) -> Tries:
    """Return what was tried of a lead."""
    return _TRIES.validate_python(row.tries)
