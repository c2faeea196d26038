"""Leads in the database: those that a hopper asks for are claimed, so nobody else has them.

A claim is of all of a lead's numbers, in one transaction: two campaigns, or two engines, never
have the same number.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ccengine.core.dialer.campaigns import ListShare
from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import Lead, LeadKey, LeadState
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import NO_NUMBER_LEFT
from ccengine.core.ids import AgentId, Instant
from ccengine.storage.lead_history import with_history
from ccengine.storage.lead_imports import row_of
from ccengine.storage.lead_rows import (
    DONE,
    IDS_AT_ONCE,
    due_query,
    fresh_rows,
    lead_of,
    lists_of,
    note_used_up,
    numbers_of,
)
from ccengine.storage.lead_tables import CLAIMS, IMPORTS, LEADS, LISTS, NUMBERS, QUOTA_COUNTS
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ccengine.core.dialer.quotas import Group

ELSEWHERE_SECONDS: Final = 60.0
ELSEWHERE: Final = "another campaign or engine has its number"
QUOTA_FULL: Final = "there are answers enough"
ROUNDS_AT_MOST: Final = 10
"""In each, leads that cannot be taken are put aside and the next ones are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    """What a hopper asks for."""

    client: str
    campaign: str
    node: str  #: whose hopper it is
    lists: Mapping[str, ListShare]
    wanted: Wanted
    quotas: Quotas = field(default_factory=Quotas)
    agents: Sequence[AgentId] = ()  #: whose own callbacks may be dialed now
    own_seconds: float = math.inf  #: overdue for so long, they are anybody's
    only_promised: bool = False


class LeadStore:
    """Lists and leads in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, asked: Refill, now: Instant) -> list[Lead]:
        """Claim leads for a hopper: those that are due first, then new ones of each list.

        Leads of groups of which there are answers enough are done; those of which somebody else
        has a number are put off for a minute.
        """
        claimed: list[Lead] = []
        async with writing(self._engine) as connection:
            stored = await lists_of(connection, asked.client, asked.campaign)
            lists = {name: stored[name] for name in asked.lists if name in stored}
            claim = _Claim(connection, asked, now)
            states = (LeadState.CALLBACK, LeadState.WAITING)
            for state in states[: 1 if asked.only_promised else None]:
                for name, list_id in lists.items():
                    if len(claimed) < asked.wanted.due:
                        room = asked.wanted.due - len(claimed)
                        claimed += await claim.due(name, list_id, state, room)
            for name, part in asked.wanted.fresh.items():
                room = min(part, asked.wanted.due - len(claimed))
                if room > 0 and name in lists:
                    claimed += await claim.fresh(name, lists[name], room)
        return claimed

    async def give_back(self, leads: Iterable[LeadKey]) -> None:
        """Give claims back: the leads are again what they were. Those being dialed stay."""
        async with writing(self._engine) as connection:
            await _give_back(connection, list(leads))

    async def give_back_all(self, node: str, kept: Collection[LeadKey] = ()) -> int:
        """Give back what an engine had claimed before it died; return how many leads.

        Args:
            node: the engine's.
            kept: those that its successor knows of, and still means to dial.
        """
        query = select(LEADS.c.id).where(LEADS.c.node == node, LEADS.c.state == LeadState.CLAIMED)
        async with writing(self._engine) as connection:
            keys = [key for key in (await connection.scalars(query)).all() if key not in kept]
            await _give_back(connection, keys)
        return len(keys)

    async def revive(self, asked: Refill) -> int:
        """Have leads wait again whose groups were full and are not, as quotas are now.

        Returns:
            How many.
        """
        async with self._engine.connect() as connection:
            stored = await lists_of(connection, asked.client, asked.campaign)
            lists = [key for name, key in stored.items() if name in asked.lists]
            full = (LEADS.c.state == LeadState.DONE, LEADS.c.because == QUOTA_FULL)
            query = select(LEADS.c.id, LEADS.c.fields).where(LEADS.c.list_id.in_(lists), *full)
            rows = (await connection.execute(query)).all()
        wanted = [row.id for row in rows if asked.quotas.full_for(row.fields) is None]
        was = func.coalesce(LEADS.c.before, LeadState.FRESH)
        for start in range(0, len(wanted), IDS_AT_ONCE):
            some = LEADS.c.id.in_(wanted[start : start + IDS_AT_ONCE])
            statement = update(LEADS).where(some, *full).values(state=was, before=None, because="")
            async with writing(self._engine) as connection:
                await connection.execute(statement)
                await _may_be_new(connection, wanted[start : start + IDS_AT_ONCE])
        return len(wanted)

    async def put_off(self, lead: LeadKey, until: Instant | None, because: str) -> None:
        """Put a claimed lead off until then, or for ever: an agent skipped it in preview."""
        async with writing(self._engine) as connection:
            await put_off(connection, lead, until, because)

    async def get(self, lead: LeadKey) -> Lead | None:
        """Return a lead, with the state it has; None: there is none, or its import goes on."""
        query = (
            select(LEADS, LISTS.c.name)
            .join(LISTS, LISTS.c.id == LEADS.c.list_id)
            .join(IMPORTS, IMPORTS.c.id == LEADS.c.import_id)
            .where(LEADS.c.id == lead, IMPORTS.c.state == DONE)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            numbers = await numbers_of(connection, [lead])
        return lead_of(row, row.name, numbers.get(lead, ()))

    async def find(self, number: str) -> list[LeadKey]:
        """Return the leads that have a number, of all lists."""
        query = (
            select(NUMBERS.c.lead)
            .join(LEADS, LEADS.c.id == NUMBERS.c.lead)
            .join(IMPORTS, IMPORTS.c.id == LEADS.c.import_id)
            .where(NUMBERS.c.number == number, IMPORTS.c.state == DONE)
            .order_by(NUMBERS.c.lead)
        )
        async with self._engine.connect() as connection:
            return [LeadKey(key) for key in (await connection.scalars(query)).all()]

    async def with_number(self, number: str, client: str, campaign: str) -> Lead | None:
        """Return the lead of a campaign that has a number, of several the last; None: none has."""
        query = (
            select(NUMBERS.c.lead)
            .join(LISTS, LISTS.c.id == NUMBERS.c.list_id)
            .where(NUMBERS.c.number == number)
            .where(LISTS.c.client == client, LISTS.c.campaign == campaign)
            .order_by(NUMBERS.c.lead.desc())
        )
        async with self._engine.connect() as connection:
            keys = (await connection.scalars(query)).all()
        found = [await self.get(LeadKey(key)) for key in keys]
        return next((lead for lead in found if lead is not None), None)

    async def campaigns_with(self, number: str) -> Sequence[tuple[str, str]]:
        """Return clients and campaigns whose lists have a number, by name."""
        query = (
            select(LISTS.c.client, LISTS.c.campaign)
            .join(NUMBERS, LISTS.c.id == NUMBERS.c.list_id)
            .where(NUMBERS.c.number == number)
            .distinct()
            .order_by(LISTS.c.client, LISTS.c.campaign)
        )
        async with self._engine.connect() as connection:
            return [(row[0], row[1]) for row in (await connection.execute(query)).all()]

    async def answers(self, client: str, campaign: str) -> Mapping[Group, int]:
        """Return how many answers there are of each group."""
        async with self._engine.connect() as connection:
            return await answers_of(connection, client, campaign)


async def answers_of(
    connection: AsyncConnection, client: str, campaign: str
) -> Mapping[Group, int]:
    """Return, in a transaction, how many answers there are of each group."""
    query = select(QUOTA_COUNTS.c.field, QUOTA_COUNTS.c.value, QUOTA_COUNTS.c.answers).where(
        QUOTA_COUNTS.c.client == client, QUOTA_COUNTS.c.campaign == campaign
    )
    return {(row[0], row[1]): row[2] for row in (await connection.execute(query)).all()}


async def put_off(
    connection: AsyncConnection,
    lead: LeadKey,
    until: Instant | None,
    because: str,
    *,
    needs_agent: bool = False,
) -> None:
    """Put a claimed lead off until then, or for ever, and let go of its numbers.

    One that was promised a call stays promised, and one that needs an agent kept is called as if
    it had been.
    """
    was = await connection.scalar(select(LEADS.c.before).where(LEADS.c.id == lead))
    is_promised = needs_agent or was == LeadState.CALLBACK
    again = LeadState.CALLBACK if is_promised else LeadState.WAITING
    state = LeadState.DONE if until is None else again
    await connection.execute(
        update(LEADS)
        .where(LEADS.c.id == lead, LEADS.c.state == LeadState.CLAIMED)
        .values(state=state, due_at=until, because=because[:255], node=None, before=None)
    )
    await connection.execute(delete(CLAIMS).where(CLAIMS.c.lead == lead))


@dataclass(slots=True)
class _Claim:
    """Leads being claimed, within one transaction."""

    connection: AsyncConnection
    asked: Refill
    now: Instant
    served: set[AgentId] = field(default_factory=set)  #: have one of their own callbacks by now

    async def due(self, name: str, list_id: int, state: LeadState, room: int) -> list[Lead]:
        """Claim leads whose time has come; callbacks of agents who are not there stay."""
        claimed: list[Lead] = []
        for _ in range(ROUNDS_AT_MOST):
            wanted = room - len(claimed)
            query = due_query(list_id, state, wanted, self.now)
            if state is LeadState.CALLBACK:
                query = query.where(self._is_for_those_asked(list_id))
            rows = (await self.connection.execute(query)).all() if wanted else ()
            if not rows:
                break
            taken = await self._take(name, rows)
            self.served.update(lead.agent for lead in taken if lead.agent is not None)
            claimed += taken
        return claimed

    def _is_for_those_asked(self, list_id: int) -> ColumnElement[bool]:
        """Return which callbacks may be claimed: each agent makes one of their own at a time."""
        agents = [agent for agent in self.asked.agents if agent not in self.served]
        turn = func.row_number().over(
            partition_by=LEADS.c.agent, order_by=(LEADS.c.due_at, LEADS.c.id)
        )
        callbacks = (LEADS.c.list_id == list_id, LEADS.c.state == LeadState.CALLBACK)
        mine = (LEADS.c.agent.in_(agents), LEADS.c.due_at <= self.now)
        turns = select(LEADS.c.id, turn.label("turn")).where(*callbacks, *mine).subquery()
        overdue = LEADS.c.due_at <= self.now - self.asked.own_seconds
        first = LEADS.c.id.in_(select(turns.c.id).where(turns.c.turn == 1))
        return or_(LEADS.c.agent.is_(None), first, overdue)

    async def fresh(self, name: str, list_id: int, room: int) -> list[Lead]:
        """Claim new leads, in the list's order."""
        order = self.asked.lists[name].order
        claimed: list[Lead] = []
        for _ in range(ROUNDS_AT_MOST):
            wanted = room - len(claimed)
            rows = await fresh_rows(self.connection, list_id, order, wanted) if wanted else ()
            if not rows:
                break
            claimed += await self._take(name, rows)
        return claimed

    async def _take(self, name: str, rows: Sequence[Row[Any]]) -> list[Lead]:
        """Claim those that may be, and put the others aside: none stays where it was."""
        numbers = await numbers_of(self.connection, [row.id for row in rows])
        bare = [lead_of(row, name, numbers.get(row.id, ())) for row in rows]
        leads = await with_history(self.connection, bare, self.now)
        taken = await self._claimed_already(leads)
        fine: list[Lead] = []
        dead: list[int] = []
        full: list[int] = []
        elsewhere: list[int] = []
        for lead in leads:
            own = {one.number for one in lead.numbers}
            if lead.to_dial is None:
                dead.append(lead.key)
            elif self.asked.quotas.full_for(lead.fields) is not None:
                full.append(lead.key)
            elif own & taken:
                elsewhere.append(lead.key)
            else:
                taken |= own
                fine.append(lead)
        done = {"state": LeadState.DONE, "because": NO_NUMBER_LEFT, "due_at": None, "agent": None}
        await self._change(dead, done)
        await self._put_aside(full, elsewhere)
        await self._note(fine)
        return fine

    async def _claimed_already(self, leads: Sequence[Lead]) -> set[str]:
        numbers = [one.number for lead in leads for one in lead.numbers]
        found: set[str] = set()
        for start in range(0, len(numbers), IDS_AT_ONCE):
            some = numbers[start : start + IDS_AT_ONCE]
            query = select(CLAIMS.c.number).where(CLAIMS.c.number.in_(some))
            found |= set((await self.connection.scalars(query)).all())
        return found

    async def _put_aside(self, full: Sequence[int], elsewhere: Sequence[int]) -> None:
        if full:
            before = LEADS.c.state  # should more answers be wanted some day
            values = {"before": before, "state": LeadState.DONE, "because": QUOTA_FULL}
            await self._change(full, values)
        # One that was promised a call stays promised.
        if elsewhere:
            again = self.now + ELSEWHERE_SECONDS
            await self.connection.execute(
                update(LEADS)
                .where(LEADS.c.id.in_(elsewhere), LEADS.c.state == LeadState.FRESH)
                .values(state=LeadState.WAITING)
            )
            await self._change(elsewhere, {"due_at": again, "because": ELSEWHERE})

    async def _note(self, leads: Sequence[Lead]) -> None:
        if not leads:
            return
        claims = [
            {"number": one.number, "lead": lead.key, "node": self.asked.node}
            for lead in leads
            for one in lead.numbers
        ]
        await self.connection.execute(insert(CLAIMS), claims)
        node = self.asked.node
        values = {"before": LEADS.c.state, "state": LeadState.CLAIMED, "node": node}
        await self._change([lead.key for lead in leads], values)

    async def _change(self, leads: Sequence[int], values: Mapping[str, Any]) -> None:
        for start in range(0, len(leads), IDS_AT_ONCE):
            some = leads[start : start + IDS_AT_ONCE]
            await self.connection.execute(update(LEADS).where(LEADS.c.id.in_(some)).values(values))


async def _give_back(connection: AsyncConnection, leads: Sequence[int]) -> None:
    for start in range(0, len(leads), IDS_AT_ONCE):
        some = leads[start : start + IDS_AT_ONCE]
        claimed = (LEADS.c.id.in_(some), LEADS.c.state == LeadState.CLAIMED)
        own = select(LEADS.c.id).where(*claimed)
        await connection.execute(delete(CLAIMS).where(CLAIMS.c.lead.in_(own)))
        await connection.execute(
            update(LEADS).where(*claimed).values(state=LEADS.c.before, before=None, node=None)
        )
        await _may_be_new(connection, some)


async def _may_be_new(connection: AsyncConnection, leads: Sequence[int]) -> None:
    """Have the imports of leads be looked at again: any of these may be a new lead once more."""
    imports = {row_of(lead)[0] for lead in leads}
    await note_used_up(connection, sorted(imports), is_used_up=False)
