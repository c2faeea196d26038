"""What people ask of lists: how far they are, what was imported, what was rejected, all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ccengine.core.dialer.leads import Lead
from ccengine.core.ids import Instant
from ccengine.storage.lead_imports import Reject
from ccengine.storage.lead_rows import DONE, lead_of, numbers_of
from ccengine.storage.lead_tables import ATTEMPTS, IMPORTS, LEADS, LISTS, REJECTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """A list, and how many of its leads are in which state."""

    id: int
    client: str
    campaign: str
    name: str
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFacts:
    """A file that was taken in, or is being."""

    id: int
    client: str
    campaign: str
    list: str
    file: str
    state: str
    started_at: Instant
    finished_at: Instant | None
    leads: int
    rejects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLead:
    """A lead with what became of it."""

    lead: Lead
    because: str
    last_outcome: str  #: of its last attempt; empty: none
    priority: int = 0  #: the highest is dialed first, in a list that goes by it
    last_disposition: str = ""  #: the last that was said of it
    form: str = ""  #: the version that was filled in last
    answers: Mapping[str, str] = field(default_factory=dict)


class LeadLists:
    """Lists in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def lists(self, client: str | None, campaign: str | None) -> list[ListFacts]:
        """Return lists by name; None: of all clients, of all campaigns."""
        query = select(LISTS).order_by(LISTS.c.client, LISTS.c.campaign, LISTS.c.name)
        if client is not None:
            query = query.where(LISTS.c.client == client)
        if campaign is not None:
            query = query.where(LISTS.c.campaign == campaign)
        # By import: an index has states below it, and what is not done yet is left out.
        counts = (
            select(IMPORTS.c.list_id, LEADS.c.state, func.count())
            .join(LEADS, LEADS.c.import_id == IMPORTS.c.id)
            .where(IMPORTS.c.state == DONE)
            .group_by(IMPORTS.c.list_id, LEADS.c.state)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
            states: dict[int, dict[str, int]] = {}
            for list_id, state, number in (await connection.execute(counts)).all():
                states.setdefault(list_id, {})[state] = number
        return [
            ListFacts(
                id=row.id,
                client=row.client,
                campaign=row.campaign,
                name=row.name,
                states=states.get(row.id, {}),
            )
            for row in rows
        ]

    async def states(self, client: str, campaign: str) -> Mapping[str, int]:
        """Return how many leads of a campaign are in which state, over all of its lists."""
        query = (
            select(LEADS.c.state, func.count())
            .join(IMPORTS, LEADS.c.import_id == IMPORTS.c.id)
            .join(LISTS, LISTS.c.id == IMPORTS.c.list_id)
            .where(LISTS.c.client == client, LISTS.c.campaign == campaign, IMPORTS.c.state == DONE)
            .group_by(LEADS.c.state)
        )
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in (await connection.execute(query)).all()}

    async def imports(self, limit: int) -> list[ImportFacts]:
        """Return imports, the last one first."""
        query = (
            select(IMPORTS, LISTS.c.client, LISTS.c.campaign, LISTS.c.name)
            .join(LISTS, LISTS.c.id == IMPORTS.c.list_id)
            .order_by(IMPORTS.c.id.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [
            ImportFacts(
                id=row.id,
                client=row.client,
                campaign=row.campaign,
                list=row.name,
                file=row.file,
                state=row.state,
                started_at=row.started_at,
                finished_at=row.finished_at,
                leads=row.leads,
                rejects=row.rejects,
            )
            for row in rows
        ]

    async def header(self, import_id: int) -> list[str] | None:
        """Return the header of an imported file; None: there was none of this number."""
        query = select(IMPORTS.c.header).where(IMPORTS.c.id == import_id, IMPORTS.c.state == DONE)
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def rejects(self, import_id: int) -> AsyncIterator[Reject]:
        """Yield the rows of a file that became no lead."""
        after = 0
        while True:
            query = (
                select(REJECTS)
                .where(REJECTS.c.import_id == import_id, REJECTS.c.row > after)
                .order_by(REJECTS.c.row)
                .limit(PAGE)
            )
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
            if not rows:
                return
            for row in rows:
                yield Reject(row=row.row, reason=row.reason, cells=row.cells)
            after = rows[-1].row

    async def leads(self, of: ListFacts) -> AsyncIterator[ListedLead]:
        """Yield all leads of a list, as they came."""
        query = select(IMPORTS.c.id).where(IMPORTS.c.list_id == of.id, IMPORTS.c.state == DONE)
        async with self._engine.connect() as connection:
            imports = list((await connection.scalars(query.order_by(IMPORTS.c.id))).all())
        for import_id in imports:
            after = 0
            while page := await self._page(of.name, import_id, after):
                for one in page:
                    yield one
                after = page[-1].lead.key

    async def _page(self, name: str, import_id: int, after: int) -> list[ListedLead]:
        own = LEADS.c.import_id == import_id
        query = select(LEADS).where(own, LEADS.c.id > after).order_by(LEADS.c.id).limit(PAGE)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
            keys = [row.id for row in rows]
            numbers = await numbers_of(connection, keys)
            known = (
                ATTEMPTS.c.outcome,
                ATTEMPTS.c.disposition,
                ATTEMPTS.c.form,
                ATTEMPTS.c.answers,
            )
            attempts = select(ATTEMPTS.c.lead, *known).where(ATTEMPTS.c.lead.in_(keys))
            ordered = attempts.order_by(ATTEMPTS.c.placed_at)
            tried = (await connection.execute(ordered)).all()
        outcomes = {row.lead: row.outcome for row in tried}  # the last one of each
        said = {row.lead: row.disposition for row in tried if row.disposition}
        filled = {row.lead: (row.form, row.answers) for row in tried if row.form}
        return [
            ListedLead(
                lead=lead_of(row, name, numbers.get(row.id, ())),
                because=row.because,
                priority=row.priority,
                last_outcome=outcomes.get(row.id) or "",
                last_disposition=said.get(row.id, ""),
                form=filled.get(row.id, ("", {}))[0],
                answers=filled.get(row.id, ("", {}))[1],
            )
            for row in rows
        ]
